#include "protocol/path_table.h"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

namespace longwire {
namespace {

struct Place {
    SharedText path;
    int number = 0;
};

std::unique_ptr<Place> place(const std::string& path, int number = 0) {
    return std::make_unique<Place>(Place{SharedText(path), number});
}

std::string name(int i) {
    return "dev/room/" + std::to_string(i);
}

TEST(PathTableTest, FindsWhatWasAdded) {
    PathTable<Place> table;
    EXPECT_TRUE(table.empty());
    table.add(place("dev/a", 1));
    ASSERT_NE(table.find("dev/a"), nullptr);
    EXPECT_EQ(table.find("dev/a")->number, 1);
    EXPECT_EQ(table.find("dev/b"), nullptr);
    EXPECT_EQ(table.size(), 1U);
}

TEST(PathTableTest, ValuesKeepTheirAddressesWhileItGrows) {
    PathTable<Place> table;
    std::vector<Place*> places;
    for (int i = 0; i < 10'000; ++i) places.push_back(&table.add(place(name(i), i)));
    for (int i = 0; i < 10'000; ++i) {
        EXPECT_EQ(table.find(name(i)), places[static_cast<std::size_t>(i)]);
        EXPECT_EQ(places[static_cast<std::size_t>(i)]->number, i);
    }
}

TEST(PathTableTest, WhatWasTakenIsNotThereAnyMore) {
    PathTable<Place> table;
    for (int i = 0; i < 100; ++i) table.add(place(name(i), i));
    const auto taken = table.take(name(7));
    ASSERT_NE(taken, nullptr);
    EXPECT_EQ(taken->number, 7);
    EXPECT_EQ(table.take(name(7)), nullptr);
    EXPECT_EQ(table.find(name(7)), nullptr);
    EXPECT_EQ(table.size(), 99U);
}

TEST(PathTableTest, ErasesAndAddsAgain) {
    PathTable<Place> table;
    table.add(place("dev/a", 1));
    EXPECT_TRUE(table.erase("dev/a"));
    EXPECT_FALSE(table.erase("dev/a"));
    table.add(place("dev/a", 2));
    EXPECT_EQ(table.find("dev/a")->number, 2);
}

TEST(PathTableTest, MayBeErasedFromByAPathOfItsOwn) {
    PathTable<Place> table;
    const auto& added = table.add(place("dev/a"));
    EXPECT_TRUE(table.erase(*added.path));
    EXPECT_TRUE(table.empty());
}

TEST(PathTableTest, VisitsEachOnce) {
    PathTable<Place> table;
    for (int i = 0; i < 100; ++i) table.add(place(name(i), i));
    std::vector<int> numbers;
    table.for_each([&](const Place& visited) { numbers.push_back(visited.number); });
    std::vector<int> all(100);
    for (int i = 0; i < 100; ++i) all[static_cast<std::size_t>(i)] = i;
    EXPECT_THAT(numbers, testing::UnorderedElementsAreArray(all));
}

TEST(PathTableTest, TheSameHistoryGivesTheSameOrder) {
    const auto order = [] {
        PathTable<Place> table;
        for (int i = 0; i < 1'000; ++i) table.add(place(name(i), i));
        for (int i = 0; i < 1'000; i += 3) table.erase(name(i));
        std::vector<int> numbers;
        table.for_each([&](const Place& visited) { numbers.push_back(visited.number); });
        return numbers;
    };
    EXPECT_EQ(order(), order());
}

TEST(PathTableTest, ErasesWhatATestNames) {
    PathTable<Place> table;
    for (int i = 0; i < 100; ++i) table.add(place(name(i), i));
    table.erase_if([](const Place& visited) { return visited.number % 2 == 0; });
    EXPECT_EQ(table.size(), 50U);
    EXPECT_EQ(table.find(name(2)), nullptr);
    EXPECT_NE(table.find(name(3)), nullptr);
}

}  // namespace
}  // namespace longwire
