#include "worker/agent/core/roles.h"

#include <gmock/gmock.h>

#include "worker/agent/tool.h"

namespace longwire::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kKinds = "[kinds]\nchat='A'\nguide='A'\nliaison='A'\nteam='A'\n";

std::string fault(const std::string& toml) {
    const auto roles = parse_roles(toml, known_tools());
    return roles ? "none" : describe(roles.error());
}

std::string with(const std::string& more) {
    return std::string(kKinds) + "[[role]]\nname='A'\nprompt='p'\n" + more;
}

TEST(Roles, TheBuiltInTeamIsSound) {
    const auto roles = parse_roles(built_in_roles(), known_tools());
    ASSERT_TRUE(roles) << describe(roles.error());
    EXPECT_EQ(roles->first_for("agent.chat")->name, "Assistant");
    EXPECT_EQ(roles->first_for("agent.liaison.content")->name, "Liaison");
    EXPECT_EQ(roles->first_for("agent.team")->id, "planner-1");
    EXPECT_THAT(roles->find("Planner")->handoffs, ElementsAre("Researcher"));
    EXPECT_THAT(roles->find("Researcher")->handoffs, ElementsAre("Writer"));
    EXPECT_THAT(roles->find("Writer")->tools, IsEmpty());
    EXPECT_EQ(roles->first_for("demo.team"), nullptr);
}

TEST(Roles, ARoleHasAllToolsUnlessItSaysWhich) {
    const auto roles = parse_roles(with("temperature=1\nmodel='m'\nid='a-7'\nask_before=['http_get']"), known_tools());
    ASSERT_TRUE(roles) << describe(roles.error());
    const auto& role = roles->all.front();
    EXPECT_EQ(role.tools, known_tools());
    EXPECT_THAT(role.ask_before, ElementsAre("http_get"));
    EXPECT_EQ(role.temperature, 1);
    EXPECT_EQ(role.model, "m");
    EXPECT_EQ(role.id, "a-7");
}

TEST(Roles, FaultsAreNamed) {
    EXPECT_THAT(fault("[kinds\n"), HasSubstr("line 1"));
    EXPECT_THAT(fault("x = 1"), HasSubstr("x: is not known here"));
    EXPECT_THAT(fault(std::string(kKinds)), HasSubstr("at least one [[role]]"));
    EXPECT_THAT(fault("[[role]]\nname='A'\nprompt='p'"), HasSubstr("[kinds] is required"));
    EXPECT_THAT(fault("[[role]]\nname='A'\nprompt='p'\n[kinds]\nchat='B'"),
                HasSubstr("kinds.chat: there is no role 'B'"));
    EXPECT_THAT(fault("[[role]]\nname='A'\nprompt='p'\n[kinds]\nchat='A'"), HasSubstr("kinds.guide: is required"));
    EXPECT_THAT(fault(with("[[role]]\nname='A'\nprompt='p'")), HasSubstr("two roles named 'A'"));
    EXPECT_THAT(fault(with("[[role]]\nprompt='p'")), HasSubstr("role 2: name"));
    EXPECT_THAT(fault(with("[[role]]\nname='B'")), HasSubstr("role 2: prompt"));
    EXPECT_THAT(fault(with("tools=['fly']")), HasSubstr("role 1: tools: there is no tool 'fly'"));
    EXPECT_THAT(fault(with("tools='fly'")), HasSubstr("must be an array of texts"));
    EXPECT_THAT(fault(with("tools=[1]")), HasSubstr("must be an array of texts"));
    EXPECT_THAT(fault(with("ask_before=['fly']")), HasSubstr("ask_before: there is no tool 'fly'"));
    EXPECT_THAT(fault(with("handoffs=['A']")), HasSubstr("'A' can't hand over to 'A'"));
    EXPECT_THAT(fault(with("handoffs=['B']")), HasSubstr("'A' can't hand over to 'B'"));
    for (const auto* const wrong : {"3", "-0.1", "nan", "'1'"}) {
        EXPECT_THAT(fault(with(std::string("temperature=") + wrong)),
                    HasSubstr("temperature: must be a number from 0 to 2"));
    }
    EXPECT_THAT(fault(with("emoji=1")), HasSubstr("emoji: must be a text"));
    EXPECT_THAT(fault(with("id='a b'")), HasSubstr("id: is no name"));
    EXPECT_THAT(fault(with("mood='good'")), HasSubstr("role 1: mood: is not known here"));
}

}  // namespace
}  // namespace longwire::agent
