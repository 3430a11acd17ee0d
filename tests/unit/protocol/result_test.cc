#include "protocol/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <utility>

namespace longwire {
namespace {

constexpr Errc kAll[] = {Errc::bad_request, Errc::not_found,    Errc::conflict,  Errc::too_large,
                         Errc::expired,     Errc::unauthorized, Errc::forbidden, Errc::rate_limited,
                         Errc::too_many,    Errc::unavailable,  Errc::internal};

TEST(Errc, EveryCodeHasANameOfItsOwnThatLeadsBack) {
    std::set<std::string_view> names;
    for (const auto code : kAll) {
        EXPECT_TRUE(names.insert(to_string(code)).second) << to_string(code);
        EXPECT_EQ(errc_from_string(to_string(code)), code);
    }
}

TEST(Errc, AStrangeNameOrNumberIsInternal) {
    EXPECT_EQ(errc_from_string("on_fire"), Errc::internal);
    EXPECT_EQ(errc_from_string(""), Errc::internal);
    EXPECT_EQ(to_string(static_cast<Errc>(4711)), "internal");
}

TEST(Errc, NumbersStayAsTheyAre) {
    EXPECT_EQ(static_cast<int>(Errc::bad_request), 1000);
    EXPECT_EQ(static_cast<int>(Errc::expired), 1004);
    EXPECT_EQ(static_cast<int>(Errc::unauthorized), 2000);
    EXPECT_EQ(static_cast<int>(Errc::too_many), 3001);
    EXPECT_EQ(static_cast<int>(Errc::internal), 9001);
}

TEST(Error, IsDescribedByWhatItHas) {
    EXPECT_EQ(describe(bad_request("topic", "must not be empty")), "bad_request: topic: must not be empty");
    EXPECT_EQ(describe({Errc::unavailable, "no broker"}), "unavailable: no broker");
    EXPECT_EQ(describe({Errc::conflict, "", "task"}), "conflict: task");
    EXPECT_EQ(describe(Error{}), "internal");
}

Result<int> half(int number) {
    if (number % 2 != 0) return bad_request("number", "is odd");
    return number / 2;
}

Result<int> quarter(int number) {
    LW_TRY(const int once, half(number));
    LW_TRY(const int twice, half(once));
    return twice;
}

Status check_quarter(int number) {
    LW_TRY_STATUS(half(number) ? Status{} : Status{bad_request("number", "has no half")});
    LW_TRY(const int unused, quarter(number));
    static_cast<void>(unused);
    return {};
}

TEST(Result, TryPassesTheFirstErrorOn) {
    EXPECT_EQ(*quarter(12), 3);
    EXPECT_EQ(quarter(6).error(), bad_request("number", "is odd"));
    EXPECT_TRUE(check_quarter(8));
    EXPECT_EQ(check_quarter(3).error().message, "has no half");
    EXPECT_EQ(check_quarter(2).error().message, "is odd");
}

TEST(Result, TryMovesWhatCannotBeCopied) {
    const auto make = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(7); };
    const auto take = [&]() -> Result<int> {
        LW_TRY(const std::unique_ptr<int> made, make());
        return *made;
    };
    EXPECT_EQ(*take(), 7);
}

TEST(Result, ValueOfAFailureIsABugAndThrows) {
    EXPECT_THROW(static_cast<void>(half(1).value()), std::logic_error);
}

}  // namespace
}  // namespace longwire
