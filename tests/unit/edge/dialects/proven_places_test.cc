#include "edge/dialects/proven_places.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace longwire::edge {
namespace {

std::string kept(const ProvenPlaces& places) {
    return boost::json::serialize(places.kept());
}

TEST(ProvenPlaces, AProofStandsForWhatWasSentWhenItWasAskedFor) {
    ProvenPlaces places;
    EXPECT_FALSE(places.wants_proof());
    places.sent("a", {0xe, 1});
    EXPECT_TRUE(places.wants_proof());
    places.asked(7);
    EXPECT_FALSE(places.wants_proof());
    places.sent("a", {0xe, 2});
    EXPECT_FALSE(places.wants_proof());  // one is on its way
    EXPECT_FALSE(places.on_proven(6));
    EXPECT_EQ(kept(places), "{}");
    EXPECT_TRUE(places.on_proven(7));
    EXPECT_EQ(kept(places), R"({"a":{"epoch":"000000000000000e","offset":1}})");
    EXPECT_TRUE(places.wants_proof());
    EXPECT_FALSE(places.on_proven(7));
}

TEST(ProvenPlaces, ALaterProofStandsForAnEarlierOne) {
    ProvenPlaces places;
    places.sent("a", {0xe, 1});
    places.asked(7);
    EXPECT_TRUE(places.on_proven(9));
    EXPECT_FALSE(places.wants_proof());
}

TEST(ProvenPlaces, WhatBeginsIsProvenAndWhatIsForgottenIsGone) {
    ProvenPlaces places;
    places.begin("a", {0xe, 5});
    EXPECT_FALSE(places.wants_proof());
    places.sent("b", {0xe, 1});
    places.asked(1);
    places.begin("c", {0xe, 3});
    places.on_proven(1);
    EXPECT_EQ(kept(places),
              R"({"a":{"epoch":"000000000000000e","offset":5},"b":{"epoch":"000000000000000e","offset":1},)"
              R"("c":{"epoch":"000000000000000e","offset":3}})");
    for (const auto* const topic : {"a", "b", "c"}) places.forget(topic);
    EXPECT_EQ(kept(places), "{}");
}

TEST(ProvenPlaces, APlaceGoesBackOnlyWithTheEpoch) {
    ProvenPlaces places;
    places.sent("a", {0xe, 5});
    places.sent("a", {0xe, 3});
    places.asked(1);
    places.on_proven(1);
    EXPECT_EQ(kept(places), R"({"a":{"epoch":"000000000000000e","offset":5}})");
    places.sent("a", {0xf, 1});
    places.asked(2);
    EXPECT_TRUE(places.on_proven(2));
    EXPECT_EQ(kept(places), R"({"a":{"epoch":"000000000000000f","offset":1}})");
}

TEST(ProvenPlaces, WhatWasKeptIsReadBackAndNonsenseIsNot) {
    const auto kept = boost::json::parse(
        R"({"a":{"epoch":"000000000000000e","offset":5},"b":{"epoch":3},"c":7,"d":{"epoch":"000000000000000e"}})");
    const auto& object = kept.as_object();
    EXPECT_EQ(ProvenPlaces::read(object, "a"), (ProvenPlaces::Place{0xe, 5}));
    EXPECT_EQ(ProvenPlaces::read(object, "b"), std::nullopt);
    EXPECT_EQ(ProvenPlaces::read(object, "c"), std::nullopt);
    EXPECT_EQ(ProvenPlaces::read(object, "d"), (ProvenPlaces::Place{0xe, 0}));
    EXPECT_EQ(boost::json::serialize(ProvenPlaces::from(ProvenPlaces::read(object, "a"))),
              R"({"epoch":"000000000000000e","offset":5})");
    EXPECT_EQ(boost::json::serialize(ProvenPlaces::from({})), R"("start")");
}

}  // namespace
}  // namespace longwire::edge
