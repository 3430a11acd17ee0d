#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "protocol/json.h"
#include "protocol/limits.h"
#include "protocol/msgpack_reader.h"
#include "protocol/msgpack_writer.h"

namespace longwire {
namespace {

/// Writes what a parser meets as MessagePack, at once: no tree is built. How many elements a container has is told when
/// it ends, so its header is written as the shortest first, and room made for a longer one then.
class MsgpackHandler {
  public:
    static constexpr std::size_t max_object_size = UINT32_MAX;
    static constexpr std::size_t max_array_size = UINT32_MAX;
    static constexpr std::size_t max_key_size = UINT32_MAX;
    static constexpr std::size_t max_string_size = UINT32_MAX;

    using Code = boost::json::error_code;
    using Text = boost::json::string_view;

    void reserve(std::size_t bytes) { out_.reserve(bytes); }
    std::string take() { return std::move(out_); }

    bool on_document_begin(Code&) { return true; }
    bool on_document_end(Code&) { return true; }
    bool on_object_begin(Code&) { return begin(); }
    bool on_object_end(std::size_t pairs, Code&) { return end(without_repeated_keys(pairs), kMap); }
    bool on_array_begin(Code&) { return begin(); }
    bool on_array_end(std::size_t elements, Code&) { return end(elements, kArray); }
    bool on_key_part(Text part, std::size_t, Code&) { return add(part); }
    bool on_key(Text last, std::size_t, Code&) {
        const auto size = parts_.size() + last.size();
        write_text(last);
        keys_.push_back({out_.size(), size});
        return true;
    }
    bool on_string_part(Text part, std::size_t, Code&) { return add(part); }
    bool on_string(Text last, std::size_t, Code&) { return write_text(last); }
    bool on_number_part(Text, Code&) { return true; }
    bool on_int64(std::int64_t value, Text, Code&) {
        return write([&] { writer_.signed_integer(value); });
    }
    bool on_uint64(std::uint64_t value, Text, Code&) {
        return write([&] { writer_.unsigned_integer(value); });
    }
    bool on_double(double value, Text, Code&) {
        return write([&] { writer_.number(value); });
    }
    bool on_bool(bool value, Code&) {
        return write([&] { writer_.boolean(value); });
    }
    bool on_null(Code&) {
        return write([&] { writer_.nil(); });
    }
    bool on_comment_part(Text, Code&) { return true; }
    bool on_comment(Text, Code&) { return true; }

  private:
    struct Header {
        char shortest;  // with up to 15 elements in its lower half
        char with_16;   // followed by two bytes of count
        char with_32;   // by four
    };
    struct Key {
        std::size_t end;  // of its text
        std::size_t size;
    };
    static constexpr std::size_t kPairsComparedMax = 16;  // each with each; beyond that sorting is quicker
    static constexpr Header kMap{'\x80', '\xDE', '\xDF'};
    static constexpr Header kArray{'\x90', '\xDC', '\xDD'};

    template <class Write>
    bool write(Write&& write) {
        write();
        return true;
    }

    bool begin() {
        begun_[depth_++] = out_.size();
        out_ += '\0';
        return true;
    }

    bool end(std::size_t count, const Header& header) {
        const auto at = begun_[--depth_];
        if (count < 16) {
            out_[at] = static_cast<char>(header.shortest | static_cast<char>(count));
            return true;
        }
        const bool is_long = count > UINT16_MAX;
        out_[at] = is_long ? header.with_32 : header.with_16;
        std::array<char, 4> digits{};
        const std::size_t bytes = is_long ? 4 : 2;
        for (std::size_t i = 0; i < bytes; ++i) digits[i] = static_cast<char>(count >> (8 * (bytes - 1 - i)));
        out_.insert(at + 1, digits.data(), bytes);
        return true;
    }

    /// Of a key that comes twice the last value counts, at the place of the first. Returns how many pairs are left of
    /// the object that has just been written.
    std::size_t without_repeated_keys(std::size_t pairs) {
        const auto first = keys_.end() - static_cast<std::ptrdiff_t>(pairs);
        const bool repeats = pairs <= kPairsComparedMax ? any_equal(first) : any_equal_sorted(first);
        keys_.erase(first, keys_.end());
        return repeats ? write_without_repeated_keys(pairs) : pairs;
    }

    bool any_equal(std::vector<Key>::const_iterator first) const {
        for (; first != keys_.end(); ++first) {
            for (auto other = first + 1; other != keys_.end(); ++other) {
                if (first->size == other->size && text_of(*first) == text_of(*other)) return true;
            }
        }
        return false;
    }

    bool any_equal_sorted(std::vector<Key>::const_iterator first) const {
        std::vector<std::string_view> names;
        for (; first != keys_.end(); ++first) names.push_back(text_of(*first));
        std::sort(names.begin(), names.end());
        return std::adjacent_find(names.begin(), names.end()) != names.end();
    }

    std::string_view text_of(const Key& key) const {
        return std::string_view(out_).substr(key.end - key.size, key.size);
    }

    std::size_t write_without_repeated_keys(std::size_t pairs) {
        const auto start = begun_[depth_ - 1] + 1;
        const auto written = out_.substr(start);
        MsgpackReader reader(written);
        std::vector<std::pair<std::string_view, std::string_view>> kept;
        std::unordered_map<std::string_view, std::size_t> places;
        for (std::size_t i = 0; i < pairs; ++i) {
            const auto key = reader.raw();
            const auto value = reader.raw();
            const auto [place, is_new] = places.emplace(key, kept.size());
            if (is_new) kept.emplace_back(key, std::string_view());
            kept[place->second].second = value;
        }
        out_.resize(start);
        for (const auto& [key, value] : kept) out_.append(key).append(value);
        return kept.size();
    }

    bool add(Text part) {
        parts_.append(part.data(), part.size());
        return true;
    }

    bool write_text(Text last) {
        if (parts_.empty()) {
            writer_.string({last.data(), last.size()});
            return true;
        }
        add(last);
        writer_.string(parts_);
        parts_.clear();
        return true;
    }

    std::string out_;
    MsgpackWriter writer_{out_};
    std::string parts_;      // of a text with escapes in it
    std::vector<Key> keys_;  // of the objects that are open
    std::array<std::size_t, kPayloadDepthMax> begun_{};
    std::size_t depth_ = 0;
};

}  // namespace

Result<std::string> take_json(std::string_view& json) {
    boost::json::parse_options options;
    options.max_depth = kPayloadDepthMax;
    boost::json::basic_parser<MsgpackHandler> parser(options);
    parser.handler().reserve(json.size());
    boost::json::error_code error;
    const auto parsed = parser.write_some(true, json.data(), json.size(), error);
    if (!error && !parser.done()) parser.write_some(false, nullptr, 0, error);
    if (error == boost::json::error::too_deep) {
        return bad_request("json", "is nested deeper than " + std::to_string(kPayloadDepthMax) + " levels");
    }
    if (error) {
        return bad_request("json", "is malformed at byte " + std::to_string(parsed) + ": " + error.message());
    }
    json.remove_prefix(parsed);
    return parser.handler().take();
}

Result<std::string> json_to_msgpack(std::string_view json) {
    const auto size = json.size();
    auto taken = take_json(json);
    if (!taken || json.empty()) return taken;
    const boost::json::error_code error = boost::json::error::extra_data;
    return bad_request("json", "is malformed at byte " + std::to_string(size - json.size()) + ": " + error.message());
}

}  // namespace longwire
