#pragma once

#include <string>
#include <string_view>

#include "protocol/result.h"

namespace longwire::broker {

/// The version of the data directory's format, as docs/operations/data-directory.md describes it. It rises with every
/// change that an older broker would misread.
inline constexpr std::string_view kFormat = "3";

/// One that this broker reads as well.
inline constexpr std::string_view kFormatBefore = "2";

/// Sees to it that a directory is of this broker's format, by the file FORMAT in it; a new directory is given one. This
/// comes before anything else is opened, because all else may look different in another format. Errors: another format,
/// or something that is not a data directory.
Status check_format(const std::string& directory);

/// Makes a directory that check_format() has let pass one of kFormat, before anything is written to it.
Status make_current_format(const std::string& directory);

}  // namespace longwire::broker
