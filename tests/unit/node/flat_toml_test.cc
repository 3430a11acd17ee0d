#include "protocol/node/flat_toml.h"

#include <gmock/gmock.h>

namespace longwire {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(FlatToml, ReadsEachKindOfValue) {
    const auto entries = parse_flat_toml(R"(# settings
text = "a # b\n\u00e9"  # said
'raw key' = 'C:\x'
number = -1_000
real=6.5e-1
yes = true
list = [ "a", # first
  2,
]
none = []
)");
    ASSERT_TRUE(entries) << describe(entries.error());
    ASSERT_EQ(entries->size(), 7u);
    EXPECT_THAT((*entries)[0].values, ElementsAre("a # b\n\xC3\xA9"));
    EXPECT_EQ((*entries)[1].key, "raw key");
    EXPECT_THAT((*entries)[1].values, ElementsAre("C:\\x"));
    EXPECT_THAT((*entries)[2].values, ElementsAre("-1000"));
    EXPECT_THAT((*entries)[3].values, ElementsAre("0.65"));
    EXPECT_THAT((*entries)[4].values, ElementsAre("true"));
    EXPECT_THAT((*entries)[5].values, ElementsAre("a", "2"));
    EXPECT_TRUE((*entries)[5].is_array);
    EXPECT_EQ((*entries)[6].line, 10u);
    EXPECT_TRUE((*entries)[6].values.empty());
}

TEST(FlatToml, EmptyTextHasNoEntries) {
    EXPECT_TRUE(parse_flat_toml("")->empty());
    EXPECT_TRUE(parse_flat_toml("\r\n  # only words\r\n")->empty());
}

TEST(FlatToml, NamesTheLineAtFault) {
    const std::vector<std::pair<std::string, std::string>> faults{
        {"a = 1\n[part]\nb = 1\n", "line 2: tables"},
        {"a = 2026-11-21", "line 1: tables and dates"},
        {"a = [[1]]", "line 1: a list may hold"},
        {"a.b = 1", "line 1: tables"},
        {"a = 1\n\na = 2", "line 3: "},
        {"a", "line 1: "},
        {"a = ", "line 1: "},
        {"a = word", "line 1: "},
        {"a = \"x", "line 1: "},
        {"a = \"\\q\"", "line 1: "},
        {"\na = [1 2]", "line 2: "},
        {"a = [1,\n", "line 1: "},
        {"a = 1 2", "line 1: "},
        {"= 1", "line 1: "},
        {"a = \"\xff\"", "line 1: "},
    };
    for (const auto& [text, says] : faults) {
        const auto entries = parse_flat_toml(text);
        ASSERT_FALSE(entries) << text;
        EXPECT_THAT(entries.error().field + ": " + entries.error().message, HasSubstr(says)) << text;
    }
}

TEST(FlatToml, WritesStringsThatItReadsBack) {
    const std::string odd = "a\"b\\c\n\t\x01 \xC3\xA9#";
    const auto entries = parse_flat_toml("k = " + toml_string(odd));
    ASSERT_TRUE(entries);
    EXPECT_EQ(entries->front().values.front(), odd);
}

}  // namespace
}  // namespace longwire
