#include "tests/unit/edge/dialects/fake_host.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace longwire::edge {

void FakeHost::open(Product& product, std::string_view path, Opening::Values path_values, Opening::Values query_values,
                    std::string_view method, std::string last_event_id) {
    routes_ = product.routes();
    const auto route = std::find_if(routes_.begin(), routes_.end(), [&](const Route& one) {
        const bool is_http = one.kind == Route::Kind::http;
        return one.path == path && is_http == !method.empty() && (!is_http || one.method == method);
    });
    ASSERT_NE(route, routes_.end()) << path;
    const Opening opening{std::move(path_values), std::move(query_values), std::move(last_event_id), {}, identity};
    if (route->admit) {
        ASSERT_TRUE(route->admit(opening));
    }
    translator = route->translate(*this, opening);
    translator->on_open();
}

void FakeHost::say(std::string_view json) {
    const auto message = json::parse(json);
    EXPECT_EQ(schema_.fault(MessageSchema::Way::in, message), "") << json;
    translator->on_message(message);
}

void FakeHost::say_wrong(std::string_view json) {
    boost::system::error_code error;
    const auto message = json::parse(json, error);
    if (error) return translator->on_garbage(bad_request("message", "is no JSON"));
    translator->on_message(message);
}

void FakeHost::pass_ms(std::int64_t ms) {
    const auto end_us = time_us + ms * 1000;
    while (wake_us_ && *wake_us_ <= end_us) {
        time_us = std::max(time_us, *wake_us_);
        wake_us_.reset();
        translator->on_time();
    }
    time_us = end_us;
}

void FakeHost::event(std::string_view topic, std::string_view type, std::string_view data, std::uint32_t attempt) {
    NativeEvent event;
    event.topic = topic;
    event.epoch = 0xe;
    event.offset = ++offsets_.try_emplace(std::string(topic), first_offset_).first->second;
    event.type = type;
    event.time_us = time_us;
    event.source = "worker-1";
    if (topic.starts_with("task/")) event.task = topic.substr(5);
    event.attempt = attempt;
    event.data = json::parse(data);
    translator->on_event(event);
}

std::string FakeHost::heard() {
    std::string lines;
    for (const auto& message : std::exchange(sent_, {})) {
        lines.append(lines.empty() ? "" : "\n").append(json::serialize(message));
    }
    return lines;
}

std::string FakeHost::commands() {
    std::string lines;
    for (const auto& line : std::exchange(commanded_, {})) lines.append(lines.empty() ? "" : "\n").append(line);
    return lines;
}

Host::OnReply FakeHost::take(std::string_view name) {
    const auto found =
        std::find_if(waiting_.begin(), waiting_.end(), [&](const Command& command) { return command.name == name; });
    if (found == waiting_.end()) {
        ADD_FAILURE() << "no command waits for an answer to " << name;
        return [](const auto&) {};
    }
    auto on_reply = std::move(found->on_reply);
    waiting_.erase(found);
    return on_reply ? on_reply : [](const auto&) {};
}

void FakeHost::reply(std::string_view name, std::string_view ok) {
    take(name)(json::parse(ok).as_object());
}

void FakeHost::fail(std::string_view name, const Error& error) {
    take(name)(error);
}

void FakeHost::send(const json::object& message, std::string_view id) {
    EXPECT_EQ(schema_.fault(MessageSchema::Way::out, message), "") << json::serialize(message);
    if (closed_with) return;
    sent_.push_back(message);
    if (!id.empty()) ids.emplace_back(id);
}

void FakeHost::answer(unsigned code, const json::value& value) {
    EXPECT_FALSE(status) << "answered twice";
    status = code;
    body = value;
}

void FakeHost::close(std::uint16_t code, std::string_view reason) {
    if (closed_with) return;
    closed_with = code;
    close_reason = reason;
}

void FakeHost::command(std::string_view name, json::object fields, OnReply on_reply) {
    commanded_.push_back(std::string(name) + " " + json::serialize(fields));
    waiting_.push_back({std::string(name), std::move(fields), std::move(on_reply)});
}

}  // namespace longwire::edge
