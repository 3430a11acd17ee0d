#include "edge/http/url.h"

#include <algorithm>

namespace longwire::edge::http {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

Result<std::string> percent_decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
        if (high < 0 || low < 0) return bad_request("url", "has a '%' that no two hex digits follow");
        decoded += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return decoded;
}

Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> fields;
    while (!query.empty()) {
        const auto end = query.find('&');
        std::string field(query.substr(0, end));
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
        if (field.empty()) continue;
        std::replace(field.begin(), field.end(), '+', ' ');
        const auto equals = field.find('=');
        LW_TRY(std::string name, percent_decode(std::string_view(field).substr(0, equals)));
        const auto encoded = std::string_view(field).substr(equals == std::string::npos ? field.size() : equals + 1);
        LW_TRY(std::string value, percent_decode(encoded));
        fields.emplace_back(std::move(name), std::move(value));
    }
    return fields;
}

Result<std::vector<std::string>> split_segments(std::string_view path) {
    std::vector<std::string> segments;
    while (!path.empty()) {
        path.remove_prefix(path.front() == '/' ? 1 : 0);
        const auto end = path.find('/');
        LW_TRY(std::string segment, percent_decode(path.substr(0, end)));
        segments.push_back(std::move(segment));
        path.remove_prefix(end == std::string_view::npos ? path.size() : end);
    }
    return segments;
}

}  // namespace longwire::edge::http
