#include "clients/cli/task_view.h"

#include <gmock/gmock.h>

#include "clients/cli/event_text.h"
#include "clients/cli/fields.h"
#include "clients/cli/live_area.h"
#include "clients/cli/table.h"
#include "clients/cli/task_list.h"

namespace longwire::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

boost::json::object push(const std::string& type, const std::string& data, std::int64_t time_us = 1'000'000) {
    return {{"topic", "task/t1"}, {"offset", 7}, {"type", type}, {"time_us", time_us}, {"data", *parse_json(data)}};
}

class View : public ::testing::Test {
  protected:
    TaskView view_{Paint(false)};
};

TEST_F(View, ShowsStateProgressTimeAndMessage) {
    EXPECT_EQ(view_.status_line(0, 79), "PENDING");
    view_.on_push(push("task.started", R"({"run":1,"attempt":1})", 5'000'000));
    view_.on_push(push("task.progress", R"({"progress":0.5,"message":"half\nway"})", 6'000'000));
    EXPECT_EQ(view_.status_line(77'000'000, 79), "RUNNING  ████████████░░░░░░░░░░░░   50%  1:12  half way");
    EXPECT_EQ(view_.take_lines(), "");
}

TEST_F(View, TheStatusLineFitsAnyWidth) {
    view_.on_push(push("task.started", R"({"attempt":1})"));
    view_.on_push(push("task.progress", R"({"progress":1,"message":"漢字漢字漢字 and a message that is long"})"));
    for (std::size_t width = 0; width < 100; ++width) {
        EXPECT_LE(display_width(view_.status_line(2'000'000, width)), width);
    }
}

TEST_F(View, LogLinesScroll) {
    view_.on_push(push("log", R"({"level":"info","agent":"a","message":"one\u001b[2Jtwo"})"));
    EXPECT_THAT(view_.take_lines(), EndsWith("  a: one [2Jtwo\n"));
    EXPECT_EQ(view_.take_lines(), "");
}

TEST_F(View, TextStreamsAppearAsTheyComeAndWrapAtWords) {
    view_.on_push(push("text.delta", R"({"stream":"","text":"first line\nsecond "})"));
    view_.on_push(push("text.delta", R"({"stream":"","text":"line is long"})"));
    EXPECT_EQ(view_.unfinished_line(12), "is long");
    EXPECT_EQ(view_.take_lines(), "first line\nsecond line \n");
    view_.on_push(push("text.done", "{}"));
    EXPECT_EQ(view_.take_lines(), "is long\n");
    EXPECT_EQ(view_.unfinished_line(12), "");
}

TEST_F(View, AnotherStreamBeginsOnALineOfItsOwn) {
    view_.on_push(push("text.delta", R"({"stream":"a","text":"x"})"));
    view_.on_push(push("text.delta", R"({"stream":"b","text":"y"})"));
    EXPECT_EQ(view_.take_lines(), "a:\nx\nb:\n");
    EXPECT_EQ(view_.unfinished_line(80), "y");
}

TEST_F(View, ATextThatBrokeOffIsTakenBack) {
    view_.on_push(push("text.delta", R"({"stream":"a","text":"half an ans"})"));
    view_.on_push(push("text.done", R"({"stream":"a","text":"","discarded":true,"reason":"the line broke"})"));
    EXPECT_EQ(view_.take_lines(), "a:\nhalf an ans\ntaken back: the line broke\n");
    EXPECT_EQ(view_.unfinished_line(80), "");
}

TEST_F(View, ALongWordIsCutToTheWidth) {
    view_.on_push(push("text.delta", R"({"text":"aaaaaaaaaa"})"));
    EXPECT_EQ(view_.unfinished_line(4), "aa");
    EXPECT_EQ(view_.take_lines(), "aaaa\naaaa\n");
}

TEST_F(View, SaysHowItEnded) {
    view_.on_push(push("task.started", "{}", 1'000'000));
    const auto completed = push("task.completed", R"({"result":{"n":3}})", 4'250'000);
    view_.on_push(completed);
    EXPECT_EQ(view_.end_line(*end_of_push(completed)), R"(✔ COMPLETED after 3.2 s  {"n":3})");
    const auto failed = push("task.failed", R"({"error":{"code":"timeout","message":"too long"}})");
    EXPECT_THAT(view_.end_line(*end_of_push(failed)), HasSubstr(": timeout: too long"));
}

TEST(TaskEnd, GivesTheExitStatus) {
    EXPECT_EQ(end_of_push(push("task.completed", "{}"))->exit_status(), kDone);
    EXPECT_EQ(end_of_push(push("task.failed", "null"))->exit_status(), kFailed);
    EXPECT_EQ(end_of_push(push("task.expired", "{}"))->exit_status(), kFailed);
    EXPECT_EQ(end_of_push(push("task.cancelled", "{}"))->exit_status(), kCancelled);
    EXPECT_EQ(end_of_push(push("task.retrying", "{}")), std::nullopt);
    EXPECT_EQ(end_of_snapshot({{"state", "CANCELLED"}})->exit_status(), kCancelled);
    EXPECT_EQ(end_of_snapshot({{"state", "RUNNING"}}), std::nullopt);
}

TEST(EventText, OneLinePerEvent) {
    const std::string line = event_line(push("log", R"({"i":1})"), true, Paint(false));
    EXPECT_THAT(line, EndsWith("  task/t1       7  log              {\"i\":1}"));
    EXPECT_THAT(event_line(push("text.done", "null"), false, Paint(false)), EndsWith("  text.done"));
}

TEST(EventText, PaintsOnlyWhenAsked) {
    const auto event = push("log", R"({"level":"error","message":"bad"})");
    EXPECT_EQ(event_sentence(event, Paint(false)), "bad");
    EXPECT_EQ(event_sentence(event, Paint(true)), "\x1b[31mbad\x1b[0m");
}

TEST(EventText, UnknownTypesAreShownAsTheyAre) {
    EXPECT_EQ(event_sentence(push("my.thing", R"({"a":1})"), Paint(false)), R"(my.thing {"a":1})");
    EXPECT_EQ(event_sentence(push("agent.message", R"({"agent":"ann","message":"hi"})"), Paint(false)), "ann: hi");
}

TEST(LiveArea, RedrawsInPlaceBelowWhatScrolls) {
    LiveArea area;
    EXPECT_EQ(area.draw("", {"status"}), "status");
    EXPECT_EQ(area.draw("log\n", {"text", "status"}), "\r\x1b[Jlog\ntext\nstatus");
    EXPECT_EQ(area.draw("", {"status"}), "\r\x1b[1A\x1b[Jstatus");
    EXPECT_EQ(area.clear(), "\r\x1b[J");
    EXPECT_EQ(area.clear(), "");
}

TEST(Table, AlignsColumnsByWhatTerminalsShow) {
    EXPECT_EQ(format_table({{"A", "B", "C"}, {"漢字", "b\tx", ""}, {"long cell", "", "c"}}),
              "A          B    C\n"
              "漢字       b x\n"
              "long cell       c\n");
    EXPECT_EQ(format_table({}), "");
}

TEST(TaskList, ShowsSnapshots) {
    const std::vector<boost::json::object> tasks{
        parse_json(
            R"({"task":"t1","kind":"exec","state":"RUNNING","waiting":true,"progress":0.429,"attempt":2,
                       "created_us":1000000,"started_us":2000000,"ended_us":null,"worker":"w1","message":"m"})")
            ->get_object(),
        parse_json(R"({"task":"t2","kind":"exec","state":"PENDING","held":true,"created_us":1000000})")->get_object()};
    const std::string table = task_table(tasks, 62'000'000);
    EXPECT_THAT(table, HasSubstr("t1    exec  RUNNING (waiting)  42%       2        61 s ago  1:00  w1      m\n"));
    EXPECT_THAT(table, HasSubstr("t2    exec  PENDING (held)     -         0        61 s ago  -     -\n"));
}

TEST(TaskList, SaysWhyATaskFailedAndWhatItAsks) {
    EXPECT_EQ(message_of(parse_json(R"({"message":"last","error":{"code":"x","message":"why"}})")->get_object()),
              "why");
    EXPECT_EQ(message_of(parse_json(R"({"message":"last","error":null,"prompt":"Go on?"})")->get_object()), "Go on?");
    EXPECT_EQ(message_of(parse_json(R"({"message":"last","error":null,"prompt":null})")->get_object()), "last");
}

TEST(TaskList, ASheetLeavesOutWhatIsNotKnown) {
    const std::string sheet =
        task_sheet(parse_json(R"({"task":"t1","state":"FAILED","ended_us":2000000,"result":null,"error":{"code":"x"}})")
                       ->get_object(),
                   0);
    EXPECT_THAT(sheet, HasSubstr("ended     1970-01-01T00:00:02.000Z\n"));
    EXPECT_THAT(sheet, HasSubstr("error     {\"code\":\"x\"}\n"));
    EXPECT_THAT(sheet, Not(HasSubstr("result")));
}

TEST(TerminalText, CountsAndCutsByCells) {
    EXPECT_EQ(display_width("aé漢"), 4u);
    EXPECT_EQ(display_width("e\xCC\x81"), 1u);
    EXPECT_EQ(cut_to_width("漢字漢字", 4), "漢…");
    EXPECT_EQ(cut_to_width("abc", 3), "abc");
    EXPECT_EQ(cut_to_width("abc", 0), "");
    EXPECT_EQ(fitting_part("漢字", 3), "漢");
}

TEST(TerminalText, TakesControlsOut) {
    EXPECT_EQ(one_line("a\nb\x1b\x7f\xC2\x9B!"), "a b   !");
    EXPECT_EQ(plain_lines("a\nb\rc"), "a\nb c");
    EXPECT_EQ(one_line("\xFF"), "\xEF\xBF\xBD");
}

TEST(TerminalText, Durations) {
    EXPECT_EQ(duration_text(7'900'000), "0:07");
    EXPECT_EQ(duration_text(3'725'000'000), "1:02:05");
    EXPECT_EQ(duration_text(-5), "0:00");
    EXPECT_EQ(exact_duration_text(59'900'000), "59.9 s");
    EXPECT_EQ(exact_duration_text(60'000'000), "1:00");
    EXPECT_EQ(age_text(121'000'000), "2 min");
}

}  // namespace
}  // namespace longwire::cli
