#include "worker/agent/core/calculator.h"

#include <gmock/gmock.h>

namespace longwire::agent {
namespace {

using ::testing::HasSubstr;

std::string value_of(std::string_view expression) {
    const auto value = calculate(expression);
    return value ? number_text(*value) : describe(value.error());
}

TEST(Calculator, KnowsWhatBindsStronger) {
    EXPECT_EQ(value_of("1 + 2 * 3"), "7");
    EXPECT_EQ(value_of("(1 + 2) * 3"), "9");
    EXPECT_EQ(value_of("10 - 4 - 3"), "3");
    EXPECT_EQ(value_of("2 ^ 3 ^ 2"), "512");
    EXPECT_EQ(value_of("-2^2"), "-4");
    EXPECT_EQ(value_of("2^-1"), "0.5");
    EXPECT_EQ(value_of("7 % 4 / 2"), "1.5");
    EXPECT_EQ(value_of("--3"), "3");
}

TEST(Calculator, KnowsNamesAndWritesNumbersAsPeopleDo) {
    EXPECT_EQ(value_of("0.1 + 0.2"), "0.3");
    EXPECT_EQ(value_of("sqrt(16) + max(1, 5, 3) - min(2,1)"), "8");
    EXPECT_EQ(value_of("round(pi * 100) / 100"), "3.14");
    EXPECT_EQ(value_of("ln(e)"), "1");
    EXPECT_EQ(value_of("1e3"), "1000");
}

TEST(Calculator, ErrorsNameThePlace) {
    EXPECT_THAT(value_of(""), HasSubstr("a number is missing, at character 1"));
    EXPECT_THAT(value_of("1 +"), HasSubstr("at character 4"));
    EXPECT_THAT(value_of("(1"), HasSubstr("a ) is missing"));
    EXPECT_THAT(value_of("1 2"), HasSubstr("an operator is missing, at character 3"));
    EXPECT_THAT(value_of("system(1)"), HasSubstr("'system' is not known"));
    EXPECT_THAT(value_of("x"), HasSubstr("'x' is not known"));
    EXPECT_THAT(value_of("sqrt(1, 2)"), HasSubstr("takes one number"));
}

TEST(Calculator, RefusesWhatHasNoValueAndWhatIsTooMuch) {
    EXPECT_THAT(value_of("1/0"), HasSubstr("division by zero"));
    EXPECT_THAT(value_of("1 % 0"), HasSubstr("division by zero"));
    EXPECT_THAT(value_of("sqrt(-1)"), HasSubstr("no finite number"));
    EXPECT_THAT(value_of("9^9^9"), HasSubstr("no finite number"));
    EXPECT_THAT(value_of(std::string(200, '(')), HasSubstr("nested too deeply"));
    EXPECT_THAT(value_of(std::string(200, '-') + "1"), HasSubstr("nested too deeply"));
    EXPECT_THAT(value_of("1" + std::string(kExpressionBytesMax, ' ')), HasSubstr("more than 1000 bytes"));
}

}  // namespace
}  // namespace longwire::agent
