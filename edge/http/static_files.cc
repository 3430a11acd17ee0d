#include "edge/http/static_files.h"

#include <array>
#include <filesystem>
#include <utility>

#include "protocol/node/file.h"

namespace longwire::edge::http {
namespace {

constexpr std::size_t kBytesMax = 64 << 20;

std::string content_type_of(const std::filesystem::path& path) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kTypes{{
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".ico", "image/x-icon"},
        {".json", "application/json"},
        {".woff2", "font/woff2"},
        {".map", "application/json"},
    }};
    for (const auto& [ending, type] : kTypes) {
        if (path.extension() == ending) return std::string(type);
    }
    return "application/octet-stream";
}

}  // namespace

Result<StaticFiles> StaticFiles::load(const std::string& directory) {
    StaticFiles files;
    std::error_code error;
    std::size_t bytes_left = kBytesMax;
    for (std::filesystem::recursive_directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
        if (!entry->is_regular_file(error)) continue;
        auto body = read_file(entry->path(), bytes_left);
        if (!body && body.error().code == Errc::too_large) {
            return Error{Errc::too_large, directory + " holds more than 64 MiB", "console"};
        }
        if (!body) return Error{Errc::unavailable, body.error().message, "console"};
        bytes_left -= body->size();
        const auto name = "/" + std::filesystem::relative(entry->path(), directory, error).generic_string();
        files.files_[name] = {content_type_of(entry->path()), std::make_shared<const std::string>(std::move(*body)),
                              name.starts_with("/assets/")};
    }
    if (error) return Error{Errc::unavailable, "cannot read " + directory + ": " + error.message(), "console"};
    return files;
}

const StaticFiles::File* StaticFiles::find(std::string_view path) const {
    const auto found = files_.find(path == "/" ? std::string_view("/index.html") : path);
    return found == files_.end() ? nullptr : &found->second;
}

}  // namespace longwire::edge::http
