#include "bench/load/event_mark.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace longwire::load {
namespace {

TEST(LoadEventMark, IsFoundInThePayloadItWasWrittenTo) {
    Payloads payloads(256);
    const EventMark mark{1'234'567'890'123, 42, 7};
    const auto payload = payloads.make(mark);
    EXPECT_EQ(payload.size(), 256U);
    EXPECT_EQ(find_mark(payload), mark);
    EXPECT_EQ(find_mark("42[\"event\"," + std::string(payload) + "]"), mark);
}

TEST(LoadEventMark, IsFoundBehindBytesThatOnlyLookLikeOne) {
    Payloads payloads(96);
    const EventMark mark{1, 2, 3};
    EXPECT_EQ(find_mark("~ ~due\":x ~due\":1,\"number\":" + std::string(payloads.make(mark))), mark);
}

TEST(LoadEventMark, APayloadIsAJsonObjectOfItsLengthWhateverTheNumbers) {
    for (const std::size_t bytes : {96U, 97U, 256U, 2'048U}) {
        Payloads payloads(bytes);
        for (const EventMark& mark : {EventMark{0, 1, 0}, EventMark{INT64_MAX, UINT64_MAX, UINT32_MAX}}) {
            const auto payload = payloads.make(mark);
            EXPECT_EQ(payload.size(), bytes);
            EXPECT_TRUE(boost::json::parse(boost::json::string_view(payload.data(), payload.size())).is_object());
            EXPECT_EQ(find_mark(payload), mark);
        }
    }
}

TEST(LoadEventMark, IsNotFoundInAnythingElse) {
    for (const std::string_view text :
         {"", "~", "~due\":", "~due\":1,\"number\":2", "{\"due\":1,\"number\":2,\"topic\":3}",
          "~due\":99999999999999999999,\"number\":2,\"topic\":3"}) {
        EXPECT_FALSE(find_mark(text)) << text;
    }
}

}  // namespace
}  // namespace longwire::load
