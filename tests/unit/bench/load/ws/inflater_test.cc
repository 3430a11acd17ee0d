#include "bench/load/ws/inflater.h"

#include <gtest/gtest.h>

namespace longwire::load {
namespace {

TEST(LoadInflater, ReadsTheExamplesOfTheRfc) {
    Inflater inflater;
    // RFC 7692, 7.2.3.1 and 7.2.3.2: the second is a reference to the first.
    const auto first = inflater.inflate("\xf2\x48\xcd\xc9\xc9\x07" + std::string(1, '\0'));
    ASSERT_TRUE(first);
    EXPECT_EQ(*first, "Hello");
    const auto second = inflater.inflate(std::string("\xf2\x00\x11\x00\x00", 5));
    ASSERT_TRUE(second);
    EXPECT_EQ(*second, "Hello");
}

TEST(LoadInflater, RefusesWhatIsNoSuchMessage) {
    Inflater inflater;
    EXPECT_FALSE(inflater.inflate("\xff\xff\xff\xff"));
}

}  // namespace
}  // namespace longwire::load
