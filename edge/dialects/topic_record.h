#pragma once

#include <functional>
#include <string>

#include "edge/dialects/translator.h"

/// A small record that outlives connections and edges: the newest event of a topic of its own.
namespace longwire::edge {

/// {} where there is none.
void read_record(Host& host, const std::string& topic, std::function<void(const Result<json::object>&)> on_read);

void write_record(Host& host, const std::string& topic, json::object record);

}  // namespace longwire::edge
