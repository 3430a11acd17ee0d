#include "protocol/node/flat_toml.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "protocol/json.h"
#include "protocol/utf8.h"

namespace longwire {
namespace {

bool is_bare(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

void append_utf8(std::uint32_t code, std::string& out) {
    const auto byte = [&](std::uint32_t value) {
        out += static_cast<char>(static_cast<unsigned char>(value));
    };
    if (code < 0x80) {
        byte(code);
    } else if (code < 0x800) {
        byte(0xC0 | (code >> 6));
        byte(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        byte(0xE0 | (code >> 12));
        byte(0x80 | ((code >> 6) & 0x3F));
        byte(0x80 | (code & 0x3F));
    } else {
        byte(0xF0 | (code >> 18));
        byte(0x80 | ((code >> 12) & 0x3F));
        byte(0x80 | ((code >> 6) & 0x3F));
        byte(0x80 | (code & 0x3F));
    }
}

class Parser {
  public:
    explicit Parser(std::string_view text) : text_(text) {}

    Result<std::vector<TomlEntry>> parse() {
        if (!is_valid_utf8(text_)) return fail("is not UTF-8");
        std::vector<TomlEntry> entries;
        for (skip_lines(); !at_end(); skip_lines()) {
            TomlEntry entry;
            entry.line = line_;
            LW_TRY(entry.key, key());
            const auto same = [&](const TomlEntry& other) { return other.key == entry.key; };
            if (std::any_of(entries.begin(), entries.end(), same)) return fail(entry.key + " comes twice");
            LW_TRY_STATUS(value(entry));
            skip_blanks();
            if (!at_end() && peek() != '\n') return fail("something follows the value of " + entry.key);
            entries.push_back(std::move(entry));
        }
        return entries;
    }

  private:
    bool at_end() const { return at_ == text_.size(); }
    char peek() const { return at_end() ? '\n' : text_[at_]; }

    Error fail(const std::string& what) const { return bad_request("line " + std::to_string(line_), what); }

    /// Spaces, tabs, carriage returns and a comment.
    void skip_blanks() {
        while (!at_end() && (peek() == ' ' || peek() == '\t' || peek() == '\r')) ++at_;
        if (!at_end() && peek() == '#') at_ = std::min(text_.find('\n', at_), text_.size());
    }

    void skip_lines() {
        for (skip_blanks(); !at_end() && peek() == '\n'; skip_blanks()) {
            ++at_;
            ++line_;
        }
    }

    Result<std::string> key() {
        if (peek() == '[') return fail("tables are not used here, only key = value");
        std::string name;
        if (peek() == '"' || peek() == '\'') {
            LW_TRY(name, quoted());
        } else {
            while (is_bare(peek())) name += text_[at_++];
        }
        if (name.empty()) return fail("a line begins with a key");
        skip_blanks();
        if (peek() != '=') return fail("'=' is missing after " + name);
        ++at_;
        skip_blanks();
        return name;
    }

    Status value(TomlEntry& entry) {
        if (peek() != '[') {
            LW_TRY(std::string text, scalar());
            entry.values.push_back(std::move(text));
            return {};
        }
        entry.is_array = true;
        ++at_;
        for (skip_lines(); peek() != ']'; skip_lines()) {
            if (at_end()) return fail("']' is missing");
            LW_TRY(std::string text, scalar());
            entry.values.push_back(std::move(text));
            skip_lines();
            if (peek() == ',') {
                ++at_;
            } else if (peek() != ']') {
                return fail("',' or ']' is missing");
            }
        }
        ++at_;
        return {};
    }

    Result<std::string> scalar() {
        if (peek() == '"' || peek() == '\'') return quoted();
        std::string word;
        while (is_bare(peek()) || peek() == '.' || peek() == '+') word += text_[at_++];
        if (word == "true" || word == "false") return word;
        const bool number =
            !word.empty() && (word[0] == '+' || word[0] == '-' || (word[0] >= '0' && word[0] <= '9'));
        if (!number) return fail("a value is a \"string\", a number, true, false or an array of these");
        word.erase(std::remove(word.begin(), word.end(), '_'), word.end());
        if (word[0] == '+') word.erase(0, 1);
        return word;
    }

    Result<std::string> quoted() {
        const char quote = text_[at_];
        if (text_.substr(at_, 3) == std::string(3, quote))
            return fail("multi-line strings are not used here");
        ++at_;
        std::string out;
        while (true) {
            if (at_end() || text_[at_] == '\n') return fail("a string has no end");
            const char c = text_[at_++];
            if (c == quote) return out;
            if (c != '\\' || quote == '\'') {
                out += c;
                continue;
            }
            LW_TRY_STATUS(escape(out));
        }
    }

    Status escape(std::string& out) {
        const char c = peek();
        ++at_;
        switch (c) {
            case '"':
            case '\\':
                out += c;
                return {};
            case 'n':
                out += '\n';
                return {};
            case 't':
                out += '\t';
                return {};
            case 'r':
                out += '\r';
                return {};
            case 'b':
                out += '\b';
                return {};
            case 'f':
                out += '\f';
                return {};
            case 'u':
                return code_point(4, out);
            case 'U':
                return code_point(8, out);
            default:
                return fail("a string holds an unknown escape");
        }
    }

    Status code_point(std::size_t digits, std::string& out) {
        const std::string_view hex = text_.substr(std::min(at_, text_.size()), digits);
        std::uint32_t code = 0;
        const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), code, 16);
        const bool surrogate = code >= 0xD800 && code < 0xE000;
        if (hex.size() != digits || error != std::errc{} || end != hex.data() + hex.size() ||
            code > 0x10FFFF || surrogate) {
            return fail("a string holds a bad \\u escape");
        }
        at_ += digits;
        append_utf8(code, out);
        return {};
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
};

}  // namespace

Result<std::vector<TomlEntry>> parse_flat_toml(std::string_view text) {
    return Parser{text}.parse();
}

std::string toml_string(std::string_view text) {
    std::string out;
    append_json_string(text, out);  // JSON's escapes are all TOML's too
    return out;
}

}  // namespace longwire
