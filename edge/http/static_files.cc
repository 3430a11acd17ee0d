#include "edge/http/static_files.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace longwire::edge::http {
namespace {

constexpr std::uintmax_t kBytesMax = 64 << 20;

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
    std::uintmax_t bytes = 0;
    for (std::filesystem::recursive_directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
        if (!entry->is_regular_file(error)) continue;
        std::ifstream stream(entry->path(), std::ios::binary);
        std::string body{std::istreambuf_iterator<char>(stream), {}};
        if (!stream) return Error{Errc::unavailable, "cannot read " + entry->path().string(), "console"};
        bytes += body.size();
        if (bytes > kBytesMax) return Error{Errc::too_large, directory + " holds more than 64 MiB", "console"};
        const auto name = "/" + std::filesystem::relative(entry->path(), directory, error).generic_string();
        files.files_[name] = {content_type_of(entry->path()), std::make_shared<const std::string>(std::move(body)),
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
