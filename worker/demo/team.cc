#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <cstdio>

#include "protocol/base64.h"
#include "protocol/event_types.h"
#include "worker/demo/demo_kinds.h"
#include "worker/demo/words.h"
#include "worker/sdk/input_fields.h"

namespace longwire::demo {
namespace {

struct Member {
    const char* name;
    const char* id;
    const char* emoji;
    const char* work;  // what it does, for people
    const char* tool;
    const char* found;  // what its tool answers
};

constexpr std::array kTeam{
    Member{"Planner", "planner-1", "🧭", "breaks the requirement into steps", "outline",
           "five sections, two open questions"},
    Member{"Researcher", "researcher-1", "🔎", "gathers what is known", "search", "12 sources, 4 of them recent"},
    Member{"Analyst", "analyst-1", "📊", "compares the figures", "query_table", "rows: 48, outliers: 2"},
    Member{"Writer", "writer-1", "✍️", "drafts the answer", "style_guide", "short sentences, figures first"},
    Member{"Reviewer", "reviewer-1", "✅", "checks the draft", "check_facts", "9 of 9 statements hold"},
};

constexpr std::int64_t kStepsMax = 1'000;
constexpr std::int64_t kStepMsMax = 600'000;
constexpr std::size_t kRequirementBytesMax = 200;  // of it, in events

/// One run of the team. Each step is one member's turn; emitters return false when the task has been asked to end.
class Team {
  public:
    Team(Task& task, std::string requirement, std::int64_t steps, std::int64_t step_ms)
        : task_(task), requirement_(std::move(requirement)), steps_(steps), pause_(step_ms / kPausesPerStep) {}

    TaskResult work();

  private:
    static constexpr std::int64_t kPausesPerStep = 4;

    static const Member& member_of(std::int64_t step) { return kTeam[static_cast<std::size_t>(step) % kTeam.size()]; }

    bool pause() { return task_.sleep_for(std::chrono::milliseconds(pause_)); }
    void status(const Member& member, const char* status, double progress, const std::string& message);
    void step_event(const Member& member, const char* status, std::int64_t step);
    bool use_tool(const Member& member, std::int64_t step);
    void hand_over(const Member& from, const Member& to);
    void show_chart();
    bool turn(std::int64_t step);
    bool answer(std::string& content);

    Task& task_;
    std::string requirement_;
    std::int64_t steps_;
    std::int64_t pause_;
};

void Team::status(const Member& member, const char* status, double progress, const std::string& message) {
    task_.emit(event_type::kAgentStatus, {{"agent", member.name},
                                          {"agent_id", member.id},
                                          {"emoji", member.emoji},
                                          {"status", status},
                                          {"progress", progress},
                                          {"message", message}});
}

void Team::step_event(const Member& member, const char* status, std::int64_t step) {
    task_.emit(event_type::kAgentStep, {{"agent", member.name},
                                        {"agent_id", member.id},
                                        {"emoji", member.emoji},
                                        {"status", status},
                                        {"message", std::string(member.name) + " " + member.work},
                                        {"step", step + 1}});
}

bool Team::use_tool(const Member& member, std::int64_t step) {
    const auto call_id = "call-" + std::to_string(step + 1);
    task_.emit(event_type::kToolCall, {{"agent", member.name},
                                       {"tool", member.tool},
                                       {"call_id", call_id},
                                       {"arguments", {{"about", requirement_}, {"limit", 10}}}});
    if (!pause()) return false;
    task_.emit(
        event_type::kToolResult,
        {{"agent", member.name}, {"tool", member.tool}, {"call_id", call_id}, {"result", member.found}, {"ok", true}});
    return true;
}

void Team::hand_over(const Member& from, const Member& to) {
    task_.emit(event_type::kAgentHandoff, {{"agent", from.name},
                                           {"agent_id", from.id},
                                           {"to", to.name},
                                           {"reason", std::string(to.name) + " " + to.work},
                                           {"collaboration", "handoff"}});
}

bool Team::turn(std::int64_t step) {
    const auto& member = member_of(step);
    status(member, "ANALYZING", 0.1, "reading the requirement");
    step_event(member, "working", step);
    if (!pause()) return false;
    status(member, "PROCESSING", 0.5, std::string("uses ") + member.tool);
    if (!use_tool(member, step)) return false;
    task_.emit(event_type::kLog, {{"level", "info"},
                                  {"agent", member.name},
                                  {"message", std::string(member.tool) + ": " + member.found},
                                  {"details", {{"step", step + 1}, {"tool", member.tool}}}});
    if (!pause()) return false;
    step_event(member, "completed", step);
    status(member, "COMPLETED", 1.0, "done");
    const auto turns = static_cast<double>(steps_);
    task_.emit(event_type::kTaskProgress, {{"progress", 0.9 * static_cast<double>(step + 1) / turns},
                                           {"turn", step + 1},
                                           {"max_turns", steps_},
                                           {"message", std::string(member.name) + " is done"}});
    if (step + 1 < steps_) hand_over(member, member_of(step + 1));
    return pause();
}

/// A bar chart small enough to travel inside its event.
void Team::show_chart() {
    constexpr std::array kValues{34, 52, 41, 67, 73, 88};
    std::string svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 240 100'>";
    boost::json::array series;
    for (std::size_t i = 0; i < kValues.size(); ++i) {
        std::array<char, 96> bar;
        const int size =
            std::snprintf(bar.data(), bar.size(), "<rect x='%zu' y='%d' width='28' height='%d' fill='#47a'/>",
                          10 + i * 38, 100 - kValues[i], kValues[i]);
        svg.append(bar.data(), static_cast<std::size_t>(size));
        series.push_back(kValues[i]);
    }
    svg += "</svg>";
    std::string url = "data:image/svg+xml;base64,";
    append_base64(svg, url);
    task_.emit(event_type::kArtifact,
               {{"id", "chart-" + task_.id()},
                {"kind", "chart"},
                {"url", url},
                {"name", "Figures by quarter"},
                {"agent", "Analyst"},
                {"meta", {{"symbol", "DEMO"}, {"series", series}, {"media_type", "image/svg+xml"}}}});
}

/// Streams the answer within about one step's time.
bool Team::answer(std::string& content) {
    content = "We looked at \"" + requirement_ + "\" in " + std::to_string(steps_) +
              (steps_ == 1 ? " step. " : " steps. ") +
              "The figures rise steadily, from 34 to 88 over six quarters; two outliers were checked and hold. "
              "The chart shows them, and the sources agree. Nothing stands in the way of going ahead.";
    const auto words = words_of(content);
    const auto delay = std::chrono::milliseconds(pause_ * kPausesPerStep / static_cast<std::int64_t>(words.size()));
    auto text = task_.text("answer");
    for (const auto word : words) {
        text.write(word);
        if (!task_.sleep_for(delay)) return false;
    }
    text.done();
    return true;
}

TaskResult Team::work() {
    boost::json::array agents;
    for (std::int64_t step = 0; step < steps_; ++step) {
        if (step < static_cast<std::int64_t>(kTeam.size())) agents.emplace_back(member_of(step).name);
        if (!turn(step)) return TaskResult::cancelled();
    }
    show_chart();
    std::string content;
    if (!answer(content)) return TaskResult::cancelled();
    task_.emit(event_type::kTaskProgress,
               {{"progress", 1.0}, {"turn", steps_}, {"max_turns", steps_}, {"message", "answered"}});
    return TaskResult::completed({{"content", content}, {"agents", agents}});
}

}  // namespace

TaskResult team(Task& task) {
    const auto fields = input_fields(task);
    if (!fields) return bad_input(fields.error());
    const auto requirement = fields->string("requirement");
    const auto steps = fields->integer_or("steps", 5, 1, kStepsMax);
    const auto step_ms = fields->integer_or("step_ms", 400, 0, kStepMsMax);
    if (!requirement) return bad_input(requirement.error());
    if (!steps) return bad_input(steps.error());
    if (!step_ms) return bad_input(step_ms.error());
    return Team(task, std::string(shortened(*requirement, kRequirementBytesMax)), *steps, *step_ms).work();
}

}  // namespace longwire::demo
