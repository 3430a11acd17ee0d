#pragma once

#include <string_view>
#include <vector>

#include "broker/core/task_output.h"
#include "protocol/msgpack_fields.h"
#include "protocol/msgpack_reader.h"
#include "protocol/result.h"

/// Reads an output as a client does that is to go on folding from it.
namespace longwire::broker::testing {

inline std::uint64_t number_or_0(const MsgpackFields& fields, std::string_view name, bool& is_sound) {
    const auto number = fields.integer_or(name, 0, 0, INT64_MAX);
    is_sound = is_sound && number.has_value();
    return number ? static_cast<std::uint64_t>(*number) : 0;
}

/// Calls `read` with the fields of each map in an array.
template <class Read>
bool each_map(std::string_view array, Read read) {
    MsgpackReader reader(array);
    for (auto left = reader.array(); left > 0 && reader.ok(); --left) {
        const auto fields = MsgpackFields::parse(reader.raw(), "output");
        if (!fields) return false;
        read(*fields);
    }
    return reader.ok() && reader.at_end();
}

inline bool read_events(std::string_view array, std::vector<ShownEvent>& events) {
    bool is_sound = true;
    const bool is_array = each_map(array, [&](const MsgpackFields& fields) {
        ShownEvent event;
        event.offset = number_or_0(fields, "offset", is_sound);
        const auto time_us = fields.integer_or("time_us", 0, INT64_MIN, INT64_MAX);
        is_sound = is_sound && time_us.has_value();
        if (time_us) event.time_us = *time_us;
        event.data_raw = fields.raw("data");
        events.push_back(std::move(event));
    });
    return is_array && is_sound;
}

inline bool read_texts(std::string_view array, std::vector<StreamedText>& texts) {
    bool is_sound = true;
    const bool is_array = each_map(array, [&](const MsgpackFields& fields) {
        const auto stream = fields.string_or("stream", {});
        const auto agent = fields.string_or("agent", {});
        const auto text = fields.string_or("text", {});
        const auto cut = fields.boolean_or("cut", false);
        const auto done = fields.boolean_or("done", false);
        const auto offset = number_or_0(fields, "offset", is_sound);
        if (!stream || !agent || !text || !cut || !done) {
            is_sound = false;
            return;
        }
        texts.push_back({std::string(*stream), std::string(*agent), std::string(*text), *cut, *done, offset});
    });
    return is_array && is_sound;
}

inline Result<TaskOutput> read_output(std::string_view map) {
    const Error damaged{Errc::internal, "a task's output is damaged", "output"};
    const auto fields = MsgpackFields::parse(map, "output");
    const auto gone = fields ? MsgpackFields::parse(fields->raw("gone"), "gone") : fields;
    const auto incomplete = fields ? fields->boolean_or("incomplete", false) : Result<bool>(false);
    if (!gone || !incomplete) return damaged;
    TaskOutput output;
    bool is_sound = read_texts(fields->raw("texts"), output.texts) && read_events(fields->raw("logs"), output.logs) &&
                    read_events(fields->raw("artifacts"), output.artifacts) &&
                    read_events(fields->raw("questions"), output.questions);
    output.texts_gone = number_or_0(*gone, "texts", is_sound);
    output.logs_gone = number_or_0(*gone, "logs", is_sound);
    output.artifacts_gone = number_or_0(*gone, "artifacts", is_sound);
    output.questions_gone = number_or_0(*gone, "questions", is_sound);
    output.incomplete = *incomplete;
    if (!is_sound) return damaged;
    return output;
}

}  // namespace longwire::broker::testing
