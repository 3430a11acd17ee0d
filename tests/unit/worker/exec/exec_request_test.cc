#include "worker/exec/exec_request.h"

#include <gmock/gmock.h>

#include "protocol/json.h"

namespace longwire::exec {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

Result<ExecRequest> parse(const std::string& json) {
    const auto bytes = json_to_msgpack(json);
    const auto fields = MsgpackFields::parse(*bytes, "input");
    auto request = parse_exec_request(*fields, {"LEVEL"});
    return request;
}

std::string fault(const std::string& json) {
    const auto request = parse(json);
    return request ? "none" : std::string(to_string(request.error().code)) + " " + request.error().field;
}

TEST(ExecRequest, HasAllItsFields) {
    const auto request = parse(R"({"argv": ["ls", ""], "env": {"LEVEL": "3"}, "cwd": "a/b", "stdin": "text"})");
    ASSERT_TRUE(request);
    EXPECT_THAT(request->argv, ElementsAre("ls", ""));
    EXPECT_THAT(request->env, ElementsAre(Pair("LEVEL", "3")));
    EXPECT_EQ(request->cwd, "a/b");
    EXPECT_EQ(request->stdin_text, "text");
}

TEST(ExecRequest, OnlyArgvIsRequired) {
    const auto request = parse(R"({"argv": ["ls"]})");
    ASSERT_TRUE(request);
    EXPECT_FALSE(request->stdin_text);
    EXPECT_EQ(fault("{}"), "bad_request argv");
}

TEST(ExecRequest, FaultsNameTheField) {
    EXPECT_EQ(fault(R"({"argv": "ls -l"})"), "bad_request argv");
    EXPECT_EQ(fault(R"({"argv": []})"), "bad_request argv");
    EXPECT_EQ(fault(R"({"argv": [""]})"), "bad_request argv");
    EXPECT_EQ(fault(R"({"argv": ["ls", 1]})"), "bad_request argv");
    EXPECT_EQ(fault(R"({"argv": ["ls", "a\u0000b"]})"), "bad_request argv");
    EXPECT_EQ(fault(R"({"argv": ["ls"], "env": {"LD_PRELOAD": "x"}})"), "forbidden env");
    EXPECT_EQ(fault(R"({"argv": ["ls"], "env": {"LEVEL": 3}})"), "bad_request env");
    EXPECT_EQ(fault(R"({"argv": ["ls"], "env": []})"), "bad_request env");
    EXPECT_EQ(fault(R"({"argv": ["ls"], "cwd": "\u0000"})"), "bad_request cwd");
    EXPECT_EQ(fault(R"({"argv": ["ls"], "stdin": 1})"), "bad_request stdin");
}

}  // namespace
}  // namespace longwire::exec
