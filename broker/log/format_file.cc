#include "broker/log/format_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace longwire::broker {
namespace {

constexpr std::string_view kHeading = "longwire data directory, format ";

Error conflict(const std::string& directory, const std::string& what) {
    return Error{Errc::conflict,
                 directory + " " + what + "; this broker knows format " + std::string(kFormat) +
                     ". Use a broker of its version, or another directory",
                 "data-dir"};
}

/// Renamed into its place, so that it is there as a whole or not at all.
Status write_format(const std::filesystem::path& file) {
    const auto fresh = file.string() + ".new";
    {
        std::ofstream out(fresh);
        out << kHeading << kFormat << '\n';
        out.flush();
        if (!out) return Error{Errc::unavailable, "cannot write " + fresh, "data-dir"};
    }
    std::error_code error;
    std::filesystem::rename(fresh, file, error);
    if (error) return Error{Errc::unavailable, file.string() + ": " + error.message(), "data-dir"};
    return {};
}

}  // namespace

Status check_format(const std::string& directory) {
    const std::filesystem::path root(directory);
    const auto file = root / "FORMAT";
    std::error_code error;
    if (!std::filesystem::exists(file, error)) {
        if (std::filesystem::exists(root / "CURRENT", error)) {
            return conflict(directory, "has no file FORMAT, so it is of format 1 or was made by another program");
        }
        return write_format(file);
    }
    std::ifstream in(file);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (in.bad()) return Error{Errc::unavailable, "cannot read " + file.string(), "data-dir"};
    if (!text.empty() && text.back() == '\n') text.pop_back();
    if (!text.starts_with(kHeading)) return conflict(directory, "has a file FORMAT that says something else");
    const auto format = text.substr(kHeading.size());
    if (format != kFormat) return conflict(directory, "is of format " + format);
    return {};
}

}  // namespace longwire::broker
