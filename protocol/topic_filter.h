#pragma once

#include <string_view>

#include "protocol/result.h"

namespace longwire {

/// A filter in MQTT's manner (MQTT 5, 4.7): '+' stands for exactly one level, '#' as the last level for any number
/// of levels, none included. Both must fill a level. Errors name the field "filter".
Status check_topic_filter(std::string_view filter);

/// Whether a valid topic matches a valid filter.
bool filter_matches(std::string_view filter, std::string_view topic);

}  // namespace longwire
