#include "worker/exec/line_splitter.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace longwire::exec {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> lines_of(const std::vector<std::string>& pieces, std::size_t line_bytes_max = 100) {
    std::vector<std::string> lines;
    const auto keep = [&](std::string_view line) { lines.emplace_back(line); };
    LineSplitter splitter(line_bytes_max);
    for (const auto& piece : pieces) splitter.feed(piece, keep);
    splitter.finish(keep);
    return lines;
}

TEST(LineSplitter, LinesMayComeInPieces) {
    EXPECT_THAT(lines_of({"one\ntw", "", "o\n\nthr", "ee\n"}), ElementsAre("one", "two", "", "three"));
}

TEST(LineSplitter, TheLastLineNeedsNoEnd) {
    EXPECT_THAT(lines_of({"one\ntwo"}), ElementsAre("one", "two"));
    EXPECT_THAT(lines_of({""}), IsEmpty());
}

TEST(LineSplitter, CarriageReturnsBeforeTheEndAreDropped) {
    EXPECT_THAT(lines_of({"one\r", "\ntwo\r\nth\rree\n"}), ElementsAre("one", "two", "th\rree"));
}

TEST(LineSplitter, LongLinesAreCut) {
    EXPECT_THAT(lines_of({"abcdefgh\n"}, 4), ElementsAre("abcd", "efgh"));
    EXPECT_THAT(lines_of({"abcd\n", "abcde\n"}, 4), ElementsAre("abcd", "abcd", "e"));
    EXPECT_THAT(lines_of({std::string(10, 'x')}, 4), ElementsAre("xxxx", "xxxx", "xx"));
}

TEST(LineSplitter, CharactersAreNotCut) {
    EXPECT_THAT(lines_of({"aaa\xC3\xA9z\n"}, 4), ElementsAre("aaa", "\xC3\xA9z"));
    EXPECT_THAT(lines_of({"aa\xC3", "\xA9zz\n"}, 4), ElementsAre("aa\xC3\xA9", "zz"));
    EXPECT_THAT(lines_of({"\xF0\x9F\x98\x80\xF0\x9F\x98\x80"}, 5), ElementsAre("\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"));
}

TEST(LineSplitter, BytesThatAreNotTextAreReplaced) {
    EXPECT_THAT(lines_of({"a\xFF"
                          "b\xC3\n"}),
                ElementsAre("a\xEF\xBF\xBD"
                            "b\xEF\xBF\xBD"));
    EXPECT_THAT(lines_of({std::string(6, '\x80')}, 4).size(), 2u);
}

}  // namespace
}  // namespace longwire::exec
