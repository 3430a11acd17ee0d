#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "edge/core/client_api.h"
#include "protocol/json.h"

namespace longwire::edge {

/// A shard's services without threads and sockets: what its clients ask of the link lies in `asked`.
struct FakeShard {
    explicit FakeShard(ClientLimits limits = {}) : services{"edge-1", hub, requests, members, limits, 1'000'000, {}} {
        services.new_id = [this](std::string_view prefix) { return std::string(prefix) + std::to_string(++ids); };
    }

    template <class Message>
    std::vector<Message> all() const {
        std::vector<Message> found;
        for (const auto& message : asked) {
            if (const auto* one = std::get_if<Message>(&message)) found.push_back(*one);
        }
        return found;
    }

    /// The newest command, as JSON.
    std::string command() const {
        const auto sent = all<SendCommand>().back();
        std::string json;
        EXPECT_TRUE(append_json(sent.fields, json));
        return sent.command + " " + json;
    }

    /// Answers a command, by default the newest, with JSON or an error.
    void answer(std::string_view json, std::size_t back = 0) {
        const auto commands = all<SendCommand>();
        const auto reply = json_to_msgpack(json);
        requests.on_answered({commands.at(commands.size() - 1 - back).token, *reply});
    }
    void refuse(const Error& error, std::size_t back = 0) {
        const auto commands = all<SendCommand>();
        requests.on_answered({commands.at(commands.size() - 1 - back).token, error});
    }

    /// Answers the newest fetch.
    void page(FetchedPage page) {
        const EventsFetched fetched{all<FetchEvents>().back().token, std::move(page)};
        if (!hub.on_fetched(fetched)) requests.on_fetched(fetched);
    }

    void ready(const std::string& path, std::uint64_t last, std::uint64_t tail = 1, std::uint64_t epoch = 0xe) {
        hub.on_ready({path, epoch, last, tail});
    }

    std::vector<ToLink> asked;
    int ids = 0;
    Hub hub{{}, [this](ToLink message) { asked.push_back(std::move(message)); }};
    Requests requests{[this](ToLink message) { asked.push_back(std::move(message)); }};
    Members members{requests};
    ShardServices services;
};

}  // namespace longwire::edge
