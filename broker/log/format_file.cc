#include "broker/log/format_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "protocol/descriptor.h"
#include "protocol/node/file.h"

namespace longwire::broker {
namespace {

constexpr std::string_view kHeading = "longwire data directory, format ";
constexpr std::size_t kBytesMax = 4 << 10;

Error conflict(const std::string& directory, const std::string& what) {
    return Error{Errc::conflict,
                 directory + " " + what + "; this broker knows format " + std::string(kFormat) +
                     ". Use a broker of its version, or another directory",
                 "data-dir"};
}

Descriptor open_path(const std::string& path, int flags) {
    return Descriptor(::open(path.c_str(), flags | O_CLOEXEC, 0644));
}

/// On the disk and then renamed into its place, so that it is there as a whole or not at all.
Status write_format(const std::string& directory, const std::string& file) {
    const auto fresh = file + ".new";
    const auto text = std::string(kHeading).append(kFormat).append("\n");
    const auto out = open_path(fresh, O_WRONLY | O_CREAT | O_TRUNC);
    const auto folder = open_path(directory, O_RDONLY | O_DIRECTORY);
    const bool is_written = ::write(out.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                            ::fsync(out.get()) == 0 && ::rename(fresh.c_str(), file.c_str()) == 0 &&
                            ::fsync(folder.get()) == 0;
    if (is_written) return {};
    return Error{Errc::unavailable, "cannot write " + file + ": " + std::strerror(errno), "data-dir"};
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
        return write_format(directory, file.string());
    }
    auto text = read_file(file, kBytesMax);
    if (!text) return Error{Errc::unavailable, text.error().message, "data-dir"};
    if (text->ends_with('\n')) text->pop_back();
    if (!text->starts_with(kHeading)) return conflict(directory, "has a file FORMAT that says something else");
    const auto format = text->substr(kHeading.size());
    if (format != kFormat && format != kFormatBefore) return conflict(directory, "is of format " + format);
    return {};
}

Status make_current_format(const std::string& directory) {
    const auto file = (std::filesystem::path(directory) / "FORMAT").string();
    LW_TRY(const std::string text, read_file(file, kBytesMax));
    if (text == std::string(kHeading).append(kFormat).append("\n")) return {};
    return write_format(directory, file);
}

}  // namespace longwire::broker
