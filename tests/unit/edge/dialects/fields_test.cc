#include "edge/dialects/fields.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace longwire::edge {
namespace {

namespace json = boost::json;

/// What reading a message in some way finds wrong with it.
template <class Read>
std::string fault_of(std::string_view message, Read read) {
    const auto value = json::parse(message);
    Fields fields(value);
    read(fields);
    return fields.mistake() ? fields.mistake()->text() : "";
}

TEST(Fields, ReadWhatIsThere) {
    const auto value = json::parse(
        R"({"name":"anna","size":2.5,"count":3,"is":true,"of":{"a":{"b":"deep"}},"list":[1,{"id":"x"}],"any":[]})");
    Fields fields(value);
    EXPECT_EQ(fields.text("name"), "anna");
    EXPECT_EQ(fields.text("name", {"bob", "anna"}), "anna");
    EXPECT_EQ(fields.optional_text("name"), "anna");
    EXPECT_EQ(fields.optional_number("size", 0, 3), 2.5);
    EXPECT_EQ(fields.optional_number("count", 0, 3), 3.0);
    EXPECT_EQ(fields.optional_integer("count", 3, 3), 3);
    EXPECT_EQ(fields.optional_boolean("is"), true);
    EXPECT_EQ(fields.object("of").object("a").text("b"), "deep");
    EXPECT_EQ(fields.optional_object("of")->size(), 1U);
    EXPECT_EQ(fields.array("list").size(), 2U);
    EXPECT_EQ(fields.optional_array("list").size(), 2U);
    EXPECT_EQ(fields.item("list", 1).text("id"), "x");
    EXPECT_TRUE(fields.any("any")->is_array());
    EXPECT_EQ(fields.all().size(), 7U);
    EXPECT_FALSE(fields.mistake());
}

TEST(Fields, WhatMayBeAbsentIsNoMistake) {
    const auto value = json::parse(R"({"null":null})");
    Fields fields(value);
    for (const auto* const name : {"null", "absent"}) {
        EXPECT_FALSE(fields.has(name));
        EXPECT_EQ(fields.optional_text(name), std::nullopt);
        EXPECT_EQ(fields.optional_number(name, 0, 1), std::nullopt);
        EXPECT_EQ(fields.optional_integer(name, 0, 1), std::nullopt);
        EXPECT_EQ(fields.optional_boolean(name), std::nullopt);
        EXPECT_EQ(fields.optional_object(name), nullptr);
        EXPECT_TRUE(fields.optional_array(name).empty());
        EXPECT_EQ(fields.any(name), nullptr);
    }
    EXPECT_FALSE(fields.mistake());
}

TEST(Fields, TheMessageItselfMustBeAnObject) {
    const auto value = json::parse("[1]");
    Fields fields(value);
    EXPECT_TRUE(fields.all().empty());
    EXPECT_EQ(fields.mistake()->text(), "the message must be an object, not an array");
    Fields named(value, "payload");
    EXPECT_EQ(named.mistake()->field, "payload");
}

TEST(Fields, MistakesNameTheFieldWhatWasExpectedAndWhatCame) {
    EXPECT_EQ(fault_of("{}", [](Fields& f) { f.text("a"); }), "a must be a string, not nothing");
    EXPECT_EQ(fault_of(R"({"a":null})", [](Fields& f) { f.text("a"); }), "a must be a string, not nothing");
    EXPECT_EQ(fault_of(R"({"a":1})", [](Fields& f) { f.text("a"); }), "a must be a string, not a number");
    EXPECT_EQ(fault_of(R"({"a":1})", [](Fields& f) { f.optional_text("a"); }), "a must be a string, not a number");
    EXPECT_EQ(fault_of(R"({"a":"z"})",
                       [](Fields& f) {
                           f.text("a", {"x", "y"});
                       }),
              R"(a must be one of x, y, not "z")");
    EXPECT_EQ(fault_of(R"({"a":[]})", [](Fields& f) { f.object("a"); }), "a must be an object, not an array");
    EXPECT_EQ(fault_of(R"({"a":"x"})", [](Fields& f) { f.optional_object("a"); }), R"(a must be an object, not "x")");
    EXPECT_EQ(fault_of(R"({"a":{}})", [](Fields& f) { f.array("a"); }), "a must be an array, not an object");
    EXPECT_EQ(fault_of("{}", [](Fields& f) { f.array("a"); }), "a must be an array, not nothing");
    EXPECT_EQ(fault_of(R"({"a":true})", [](Fields& f) { f.optional_array("a"); }), "a must be an array, not a boolean");
    EXPECT_EQ(fault_of(R"({"a":1.5})", [](Fields& f) { f.optional_boolean("a"); }), "a must be a boolean, not 1.5E0");
}

TEST(Fields, NumbersHaveTheirRange) {
    const auto number = [](Fields& f) { f.optional_number("a", 0, 1); };
    EXPECT_EQ(fault_of(R"({"a":0})", number), "");
    EXPECT_EQ(fault_of(R"({"a":1})", number), "");
    EXPECT_EQ(fault_of(R"({"a":2})", number), "a must be a number from 0 to 1, not 2");
    EXPECT_EQ(fault_of(R"({"a":-1})", number), "a must be a number from 0 to 1, not -1");
    EXPECT_EQ(fault_of(R"({"a":"1"})", number), R"(a must be a number from 0 to 1, not "1")");
    const auto integer = [](Fields& f) { f.optional_integer("a", 1, 5); };
    EXPECT_EQ(fault_of(R"({"a":5})", integer), "");
    EXPECT_EQ(fault_of(R"({"a":5.0})", integer), "");
    EXPECT_EQ(fault_of(R"({"a":6})", integer), "a must be a whole number from 1 to 5, not 6");
    EXPECT_EQ(fault_of(R"({"a":2.5})", integer), "a must be a whole number from 1 to 5, not 2.5E0");
    EXPECT_EQ(fault_of(R"({"a":1e300})", integer), "a must be a whole number from 1 to 5, not 1E300");
}

TEST(Fields, TheFirstMistakeIsKeptAndReadingGoesOn) {
    const auto value = json::parse(R"({"of":{"a":1},"b":true})");
    Fields fields(value);
    auto inner = fields.object("of");
    EXPECT_EQ(inner.text("a"), "");
    EXPECT_EQ(fields.text("b"), "");
    EXPECT_EQ(fields.object("absent").object("more").text("c"), "");
    EXPECT_EQ(fields.mistake()->field, "of.a");
    EXPECT_EQ(inner.mistake()->field, "of.a");
}

TEST(Fields, ItemsAreNamedByTheirPlace) {
    const auto deep = [](Fields& f) { f.object("of").item("list", 1).text("id"); };
    EXPECT_EQ(fault_of(R"({"of":{"list":[{},{"id":2}]}})", deep), "of.list[1].id must be a string, not a number");
    const auto second = [](Fields& f) { f.item("list", 1); };
    EXPECT_EQ(fault_of(R"({"list":[{},3]})", second), "list[1] must be an object, not a number");
    EXPECT_EQ(fault_of(R"({"list":[{}]})", second), "list[1] must be an object, not nothing");
    EXPECT_EQ(fault_of(R"({"list":{}})", second), "list[1] must be an object, not nothing");
}

TEST(Fields, WhatIsWrongForOtherReasonsIsToldWithItsValue) {
    EXPECT_EQ(fault_of(R"({"a":"it"})", [](Fields& f) { f.wrong("a", "a topic"); }), R"(a must be a topic, not "it")");
    EXPECT_EQ(fault_of("{}", [](Fields& f) { f.wrong("a", "a topic"); }), "a must be a topic, not nothing");
    const auto long_text = R"({"a":")" + std::string(100, 'x') + R"("})";
    EXPECT_EQ(fault_of(long_text, [](Fields& f) { f.wrong("a", "short"); }),
              "a must be short, not \"" + std::string(64, 'x') + "\"");
    const auto value = json::parse(R"({"a":1,"b":"told later"})");
    Fields fields(value);
    fields.text("a");
    fields.wrong("b", "something else");
    EXPECT_EQ(fields.mistake()->text(), "a must be a string, not a number");
}

}  // namespace
}  // namespace longwire::edge
