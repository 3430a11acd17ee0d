#include "worker/agent/core/sse_parser.h"

namespace longwire::agent {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

Status SseParser::feed(std::string_view bytes) {
    if (after_cr_ && !bytes.empty()) {
        if (bytes.front() == '\n') bytes.remove_prefix(1);
        after_cr_ = false;
    }
    while (!bytes.empty()) {
        const auto end = bytes.find_first_of("\r\n");
        const auto part = bytes.substr(0, end);
        if (line_.size() + part.size() > kEventBytesMax) return Error{Errc::too_large, "a line of the stream"};
        line_.append(part);
        if (end == std::string_view::npos) return {};
        const bool is_cr = bytes[end] == '\r';
        bytes.remove_prefix(end + 1);
        if (is_cr && bytes.empty()) after_cr_ = true;
        if (is_cr && bytes.starts_with('\n')) bytes.remove_prefix(1);
        LW_TRY_STATUS(end_line());
    }
    return {};
}

Status SseParser::end_line() {
    std::string_view line = line_;
    if (at_start_ && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
    at_start_ = false;
    auto status = take_line(line);
    line_.clear();
    return status;
}

Status SseParser::take_line(std::string_view line) {
    if (line.empty()) {
        if (!has_data_) return {};
        has_data_ = false;
        auto status = on_data_(data_);
        data_.clear();
        return status;
    }
    const auto colon = line.find(':');
    if (line.substr(0, colon) != "data") return {};
    auto value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (data_.size() + value.size() + 1 > kEventBytesMax) return Error{Errc::too_large, "an event of the stream"};
    if (has_data_) data_ += '\n';
    has_data_ = true;
    data_.append(value);
    return {};
}

}  // namespace longwire::agent
