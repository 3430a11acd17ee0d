#pragma once

#include <string>
#include <vector>

namespace longwire::cli {

/// Rows in columns as wide as their widest cell, two spaces apart, the first row being the headings. Cells
/// are made one line; a row ends without spaces.
std::string format_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace longwire::cli
