#include "edge/dialects/topic_record.h"

#include <utility>

#include "edge/dialects/loose_fields.h"

namespace longwire::edge {

void read_record(Host& host, const std::string& topic, std::function<void(const Result<json::object>&)> on_read) {
    host.command("history", {{"topic", topic}, {"limit", 1}, {"reverse", true}},
                 [then = std::move(on_read)](const Result<json::object>& page) {
                     if (!page) return then(page.error().code == Errc::not_found ? json::object() : page);
                     const auto& events = array_in(*page, "events");
                     const bool has_one = !events.empty() && events.front().is_object();
                     then(has_one ? object_in(events.front().get_object(), "data") : json::object());
                 });
}

void write_record(Host& host, const std::string& topic, json::object record) {
    host.command("publish", {{"topic", topic}, {"type", "record"}, {"data", std::move(record)}});
}

}  // namespace longwire::edge
