#pragma once

#include <string>
#include <string_view>

#include "protocol/result.h"

namespace longwire::agent {

/// The value of an arithmetic expression: numbers, + - * / % ^ (right to left), parentheses, pi, e, and sqrt abs round
/// floor ceil ln log sin cos tan exp min max. Errors name the place where it goes wrong; division by zero, what is no
/// finite number, more than kExpressionBytesMax and more than 100 levels are errors, too.
Result<double> calculate(std::string_view expression);

/// A number as people write it: 0.1 + 0.2 is "0.3".
std::string number_text(double value);

inline constexpr std::size_t kExpressionBytesMax = 1'000;

}  // namespace longwire::agent
