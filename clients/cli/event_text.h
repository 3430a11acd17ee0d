#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "clients/cli/terminal_text.h"

namespace longwire::cli {

/// One event push on one line: time, topic if wanted, offset, type, data.
std::string event_line(const boost::json::object& push, bool with_topic, const Paint& paint);

/// What an event says to a person who follows its task, without its time: "searcher: found 3 pages". Text
/// streams, progress and other things that a TaskView shows in its own way come as type and data.
std::string event_sentence(const boost::json::object& push, const Paint& paint);

}  // namespace longwire::cli
