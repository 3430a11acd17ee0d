#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/log/rocks_log.h"
#include "protocol/envelope.h"

namespace longwire::broker::testing {

inline constexpr std::int64_t kSecondUs = 1'000'000;

/// An envelope whose payload is padding.
inline std::string event(std::size_t bytes = 0) {
    const std::string payload = "\xC6" +
                                std::string{static_cast<char>(bytes >> 24), static_cast<char>(bytes >> 16),
                                            static_cast<char>(bytes >> 8), static_cast<char>(bytes)} +
                                std::string(bytes, 'x');
    Envelope envelope;
    envelope.producer = "worker-1";
    envelope.type = "log";
    envelope.payload = payload;
    std::string out;
    write_envelope(envelope, out);
    return out;
}

/// A log on disk, in a directory of its own.
class RocksLogFixture : public ::testing::Test {
  protected:
    void SetUp() override {
        folder_ = (std::filesystem::temp_directory_path() / "rocks_log_test_XXXXXX").string();
        ASSERT_NE(::mkdtemp(folder_.data()), nullptr);
        options_.directory = folder_;
    }
    void TearDown() override {
        log_.reset();
        std::filesystem::remove_all(folder_);
    }

    void open() {
        log_.reset();
        auto opened = open_rocks_log(options_);
        ASSERT_TRUE(opened) << describe(opened.error());
        log_ = std::move(*opened);
        ticket_ = 0;
    }

    static std::string topic_text(const KeptTopic& topic) {
        return topic.path + " " + std::to_string(topic.epoch) + " " + std::to_string(topic.tail) + ".." +
               std::to_string(topic.head);
    }

    static Record record(const std::string& path, std::uint64_t offset, std::string envelope = event()) {
        return {SharedText(path), 7, offset, SharedSlice::of(std::move(envelope))};
    }

    void append(std::vector<Record> records, std::vector<StatePut> state = {}, std::int64_t time_us = kSecondUs) {
        log_->append({++ticket_,
                      time_us,
                      std::make_shared<const std::vector<Record>>(std::move(records)),
                      std::move(state),
                      {},
                      false});
    }

    /// Drops a topic's events below `tail`, all of which must have been committed.
    void trim(const std::string& path, std::uint64_t tail, std::int64_t time_us = kSecondUs) {
        const auto none = std::make_shared<const std::vector<Record>>();
        log_->append({++ticket_, time_us, none, {}, {{path, tail}}, false});
    }

    /// Outcomes gather until all that was appended is told of.
    LogOutcome commit() {
        return gather(
            [this](const LogOutcome& all) { return !all.committed.empty() && all.committed.back().ticket == ticket_; });
    }

    ReadPage read(const std::string& path, std::uint64_t after, std::size_t events_max = 100,
                  std::size_t bytes_max = SIZE_MAX) {
        log_->read({1, path, after, events_max, bytes_max});
        const auto outcome = gather([](const LogOutcome& all) { return !all.pages.empty(); });
        return outcome.pages.empty() ? ReadPage{} : outcome.pages.front();
    }

    std::vector<std::string> topics() {
        std::vector<std::string> found;
        EXPECT_TRUE(log_->visit_topics([&](const KeptTopic& topic) { found.push_back(topic_text(topic)); }));
        return found;
    }

    std::vector<std::string> state() {
        std::vector<std::string> found;
        EXPECT_TRUE(log_->visit_state([&](const StatePut& put) { found.push_back(put.key + "=" + put.value); }));
        return found;
    }

    /// Outcomes gather until there are enough of them. `enough` may append and read.
    template <class Enough>
    LogOutcome gather(Enough enough) {
        LogOutcome all;
        while (!enough(all)) {
            pollfd item{log_->fd(), POLLIN, 0};
            if (::poll(&item, 1, 10'000) != 1) {
                ADD_FAILURE() << "the log says nothing";
                return all;
            }
            auto outcome = log_->poll();
            for (auto& committed : outcome.committed) all.committed.push_back(committed);
            for (auto& page : outcome.pages) all.pages.push_back(page);
            for (auto& trimmed : outcome.trimmed) all.trimmed.push_back(trimmed);
            for (auto& failed : outcome.failed_reads) all.failed_reads.push_back(failed);
            if (outcome.room) all.room = outcome.room;
        }
        return all;
    }

    std::string folder_;
    RocksLogOptions options_;
    std::unique_ptr<CommitLog> log_;
    std::uint64_t ticket_ = 0;
};

}  // namespace longwire::broker::testing
