#include "edge/dialects/native_event.h"

#include "edge/dialects/loose_fields.h"

namespace longwire::edge {

NativeEvent history_event(const boost::json::object& event) {
    NativeEvent read;
    read.topic = text_in(event, "topic");
    read.offset = count_in(event, "offset");
    read.type = text_in(event, "type");
    read.time_us = integer_in(event, "time_us");
    read.source = text_in(event, "source");
    read.task = text_in(event, "task");
    if (const auto* const data = event.if_contains("data")) read.data = *data;
    return read;
}

}  // namespace longwire::edge
