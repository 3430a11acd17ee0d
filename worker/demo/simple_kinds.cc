#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <thread>
#include <vector>

#include "protocol/event_types.h"
#include "protocol/msgpack_writer.h"
#include "worker/demo/demo_kinds.h"
#include "worker/demo/words.h"
#include "worker/sdk/input_fields.h"

namespace longwire::demo {
namespace {

constexpr std::int64_t kEventsMax = 1'000'000'000;
constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kBytesMax = 1'000'000;
constexpr std::int64_t kProgressSteps = 20;
constexpr std::int64_t kPartsMax = 1'000;

std::chrono::milliseconds ms(std::int64_t count) {
    return std::chrono::milliseconds(count);
}

}  // namespace

TaskResult count(Task& task) {
    const auto fields = input_fields(task);
    if (!fields) return bad_input(fields.error());
    const auto n = fields->integer("n", 0, kEventsMax);
    const auto interval_ms = fields->integer_or("interval_ms", 0, 0, kDayMs);
    const auto bytes = fields->integer_or("bytes", 0, 0, kBytesMax);
    if (!n) return bad_input(n.error());
    if (!interval_ms) return bad_input(interval_ms.error());
    if (!bytes) return bad_input(bytes.error());

    const auto step = std::max<std::int64_t>(1, (*n + kProgressSteps - 1) / kProgressSteps);
    const std::string of = " of " + std::to_string(*n);
    std::string message;
    std::string payload;
    for (std::int64_t i = 1; i <= *n; ++i) {
        if (task.stop_requested()) return TaskResult::cancelled();
        message.assign("event ").append(std::to_string(i)).append(of);
        constexpr std::size_t kAround = 24;  // what the payload has beside the message's text
        const auto wanted = static_cast<std::size_t>(*bytes);
        if (wanted > message.size() + kAround) message.append(wanted - message.size() - kAround, '.');
        payload.clear();
        MsgpackWriter writer(payload);
        writer.map(2);
        writer.field("i", i);
        writer.field("message", message);
        if (task.emit_msgpack(event_type::kLog, payload) == EmitOutcome::revoked) return TaskResult::cancelled();
        if (i % step == 0) task.progress(static_cast<double>(i) / static_cast<double>(*n), std::to_string(i) + of);
        if (*interval_ms > 0 && i < *n && !task.sleep_for(ms(*interval_ms))) return TaskResult::cancelled();
    }
    return TaskResult::completed({{"n", *n}});
}

TaskResult tokens(Task& task) {
    const auto fields = input_fields(task);
    if (!fields) return bad_input(fields.error());
    const auto text = fields->string("text");
    const auto delay_ms = fields->integer_or("delay_ms", 20, 0, kDayMs);
    if (!text) return bad_input(text.error());
    if (!delay_ms) return bad_input(delay_ms.error());

    TextOptions by_words;
    by_words.join_ms = 0;  // to be measured with
    TextStream stream(task, "text", by_words);
    for (const auto word : words_of(*text)) {
        if (!task.sleep_for(ms(*delay_ms))) return TaskResult::cancelled();
        stream.write(word);
    }
    stream.done();
    return TaskResult::completed({{"text", boost::json::string_view(*text)}});
}

TaskResult fail(Task& task) {
    const auto fields = input_fields(task);
    if (!fields) return bad_input(fields.error());
    const auto after_ms = fields->integer_or("after_ms", 0, 0, kDayMs);
    const auto times = fields->integer_or("times", UINT32_MAX, 0, UINT32_MAX);
    if (!after_ms) return bad_input(after_ms.error());
    if (!times) return bad_input(times.error());

    if (!task.sleep_for(ms(*after_ms))) return TaskResult::cancelled();
    if (task.attempt() <= *times) {
        return TaskResult::failed("demo", "attempt " + std::to_string(task.attempt()) + " fails, as it was asked to",
                                  true);
    }
    return TaskResult::completed({{"attempt", task.attempt()}});
}

TaskResult sleep_through(Task& task) {
    const auto fields = input_fields(task);
    if (!fields) return bad_input(fields.error());
    const auto length_ms = fields->integer("ms", 0, kDayMs);
    const auto ignore_cancel = fields->boolean_or("ignore_cancel", false);
    if (!length_ms) return bad_input(length_ms.error());
    if (!ignore_cancel) return bad_input(ignore_cancel.error());

    if (*ignore_cancel) {
        std::this_thread::sleep_for(ms(*length_ms));  // tidy: allow(sleep) to be deaf is what was asked for
    } else if (!task.sleep_for(ms(*length_ms))) {
        return TaskResult::cancelled();
    }
    return TaskResult::completed({{"ms", *length_ms}});
}

TaskResult echo(Task& task) {
    std::int64_t echoed = 0;
    while (const auto input = task.ask("Say something; {\"end\": true} ends this.")) {
        const auto* end = input->is_object() ? input->as_object().if_contains("end") : nullptr;
        if (end != nullptr && *end == true) return TaskResult::completed({{"echoed", echoed}});
        ++echoed;
        boost::json::object message;
        message["agent"] = "Echo";
        message["message"] =
            input->is_string() ? input->as_string() : boost::json::string(boost::json::serialize(*input));
        message["data"] = *input;
        task.emit(event_type::kAgentMessage, message);
    }
    return TaskResult::cancelled();
}

TaskResult parts(Task& task) {
    const auto fields = input_fields(task);
    if (!fields) return bad_input(fields.error());
    const auto count_of_parts = fields->integer("parts", 1, kPartsMax);
    const auto n = fields->integer_or("n", 10, 0, kEventsMax);
    const auto interval_ms = fields->integer_or("interval_ms", 0, 0, kDayMs);
    if (!count_of_parts) return bad_input(count_of_parts.error());
    if (!n) return bad_input(n.error());
    if (!interval_ms) return bad_input(interval_ms.error());

    std::vector<ChildTask> children;
    for (std::int64_t i = 1; i <= *count_of_parts; ++i) {
        ChildOptions options;
        options.name = "part " + std::to_string(i);
        auto child = task.child("demo.count", {{"n", *n}, {"interval_ms", *interval_ms}}, options);
        if (!child) return TaskResult::failed(std::string(to_string(child.error().code)), describe(child.error()));
        children.push_back(std::move(*child));
    }
    std::int64_t counted = 0;
    for (const auto& child : children) {
        const auto end = child.wait();
        if (!end) return TaskResult::cancelled();
        if (!end->is_completed()) return TaskResult::failed("part", "task " + child.id() + " ended as " + end->state);
        counted += end->result.at("n").to_number<std::int64_t>();
    }
    return TaskResult::completed({{"parts", *count_of_parts}, {"n", counted}});
}

}  // namespace longwire::demo
