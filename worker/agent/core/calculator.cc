#include "worker/agent/core/calculator.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numbers>
#include <vector>

namespace longwire::agent {
namespace {

constexpr int kLevelsMax = 100;

class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}

    Result<double> whole() {
        LW_TRY(const auto value, sum());
        skip_blanks();
        if (at_ != text_.size()) return wrong("an operator is missing");
        if (!std::isfinite(value)) return wrong("is no finite number");
        return value;
    }

  private:
    Error wrong(std::string_view why) const {
        return bad_request("expression", std::string(why) + ", at character " + std::to_string(at_ + 1));
    }

    void skip_blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
    }

    bool take(char wanted) {
        skip_blanks();
        if (at_ == text_.size() || text_[at_] != wanted) return false;
        ++at_;
        return true;
    }

    Result<double> sum() {
        LW_TRY(auto value, product());
        for (;;) {
            if (take('+')) {
                LW_TRY(const auto right, product());
                value += right;
            } else if (take('-')) {
                LW_TRY(const auto right, product());
                value -= right;
            } else {
                return value;
            }
        }
    }

    Result<double> product() {
        LW_TRY(auto value, signed_value());
        for (;;) {
            if (take('*')) {
                LW_TRY(const auto right, signed_value());
                value *= right;
            } else if (take('/')) {
                LW_TRY(const auto right, signed_value());
                if (right == 0) return wrong("division by zero");
                value /= right;
            } else if (take('%')) {
                LW_TRY(const auto right, signed_value());
                if (right == 0) return wrong("division by zero");
                value = std::fmod(value, right);
            } else {
                return value;
            }
        }
    }

    Result<double> signed_value() {
        if (++levels_ > kLevelsMax) return wrong("is nested too deeply");
        auto value = take('-') ? negated() : take('+') ? signed_value() : power();
        --levels_;
        return value;
    }

    Result<double> negated() {
        LW_TRY(const auto value, signed_value());
        return -value;
    }

    Result<double> power() {
        LW_TRY(const auto base, operand());
        if (!take('^')) return base;
        LW_TRY(const auto exponent, signed_value());
        return std::pow(base, exponent);
    }

    Result<double> operand() {
        skip_blanks();
        if (take('(')) {
            LW_TRY(const auto value, sum());
            if (!take(')')) return wrong("a ) is missing");
            return value;
        }
        if (at_ < text_.size() && is_letter(text_[at_])) return named();
        double value = 0;
        const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
        if (error != std::errc()) return wrong("a number is missing");
        at_ = static_cast<std::size_t>(end - text_.data());
        return value;
    }

    static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

    Result<double> named() {
        const auto start = at_;
        while (at_ < text_.size() && is_letter(text_[at_])) ++at_;
        const auto name = text_.substr(start, at_ - start);
        if (name == "pi") return std::numbers::pi;
        if (name == "e") return std::numbers::e;
        std::vector<double> arguments;
        if (!take('(')) return wrong("'" + std::string(name) + "' is not known");
        do {
            LW_TRY(const auto value, sum());
            arguments.push_back(value);
        } while (take(','));
        if (!take(')')) return wrong("a ) is missing");
        return call(name, arguments);
    }

    Result<double> call(std::string_view name, const std::vector<double>& arguments) const {
        if (name == "min") return *std::min_element(arguments.begin(), arguments.end());
        if (name == "max") return *std::max_element(arguments.begin(), arguments.end());
        struct Function {
            std::string_view name;
            double (*of)(double);
        };
        static constexpr std::array<Function, 11> kFunctions{{{"sqrt", [](double x) { return std::sqrt(x); }},
                                                              {"abs", [](double x) { return std::fabs(x); }},
                                                              {"round", [](double x) { return std::round(x); }},
                                                              {"floor", [](double x) { return std::floor(x); }},
                                                              {"ceil", [](double x) { return std::ceil(x); }},
                                                              {"ln", [](double x) { return std::log(x); }},
                                                              {"log", [](double x) { return std::log10(x); }},
                                                              {"sin", [](double x) { return std::sin(x); }},
                                                              {"cos", [](double x) { return std::cos(x); }},
                                                              {"tan", [](double x) { return std::tan(x); }},
                                                              {"exp", [](double x) { return std::exp(x); }}}};
        const auto* const found = std::find_if(kFunctions.begin(), kFunctions.end(),
                                               [&](const Function& function) { return function.name == name; });
        if (found == kFunctions.end()) return wrong("'" + std::string(name) + "' is not known");
        if (arguments.size() != 1) return wrong("'" + std::string(name) + "' takes one number");
        return found->of(arguments.front());
    }

    std::string_view text_;
    std::size_t at_ = 0;
    int levels_ = 0;
};

}  // namespace

Result<double> calculate(std::string_view expression) {
    if (expression.size() > kExpressionBytesMax) {
        return bad_request("expression", "has more than " + std::to_string(kExpressionBytesMax) + " bytes");
    }
    return Reader(expression).whole();
}

std::string number_text(double value) {
    constexpr int kDigits = 12;  // fewer than a double has, so that what is not exact does not show
    std::array<char, 64> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, kDigits);
    return {text.data(), end.ptr};
}

}  // namespace longwire::agent
