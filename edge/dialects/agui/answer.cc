#include "edge/dialects/agui/answer.h"

#include <algorithm>
#include <utility>

namespace longwire::edge::agui {
namespace {

constexpr std::string_view kInterruptField = "resume[0].interruptId";

/// Whether the question at an offset waits for its answer.
bool is_open(const json::object& state, std::uint64_t offset) {
    const auto* const waiting = state.if_contains("waiting");
    if (waiting == nullptr || *waiting != true) return false;
    const auto& questions = array_in(object_in(state, "output"), "questions");
    return std::any_of(questions.begin(), questions.end(), [&](const json::value& question) {
        const auto* const at = question.is_object() ? question.get_object().if_contains("offset") : nullptr;
        return at != nullptr && *at == offset;
    });
}

}  // namespace

AnswerGiver::AnswerGiver(Host& host, const Settings& settings, const Input& input, std::string kind, Done done)
    : host_(host), settings_(settings), input_(input), kind_(std::move(kind)), done_(std::move(done)) {}

void AnswerGiver::on_time() {
    if (!std::exchange(has_waited_, true)) look();
}

void AnswerGiver::look() {
    host_.command("state", {{"task", input_.answer->interrupt.task}, {"output", true}},
                  [this](const Result<json::object>& state) {
                      if (state) return on_state(*state);
                      if (state.error().code != Errc::not_found) return done_(state.error());
                      refuse(Errc::not_found, "there is no such question", std::string(kInterruptField));
                  });
}

void AnswerGiver::on_state(const json::object& state) {
    known_ = run_of(input_.run_id, state);
    if (known_.kind != kind_) return refuse(Errc::conflict, "the run that asked is one of " + known_.kind, "kind");
    if (known_.run.thread_id != input_.thread_id) {
        return refuse(Errc::conflict, "the run that asked is of another thread", "threadId");
    }
    if (known_.run.task == task_of(host_, input_.run_id)) {
        return refuse(Errc::bad_request, "must be another than that of the run that asked", "runId");
    }
    known_.run.input = input_.all;
    known_.run.is_resumed = true;
    known_.epoch = text_in(state, "epoch");
    known_.after = input_.answer->interrupt.offset;
    is_open_ = is_open(state, known_.after);
    if (is_claimed_) return is_open_ ? record() : done_(known_);
    is_open_ ? claim() : read_claim();
}

void AnswerGiver::claim() {
    host_.command(
        "publish",
        {{"topic", claim_topic()}, {"type", "agui.answer"}, {"key", "answer"}, {"data", {{"runId", input_.run_id}}}},
        [this](const Result<json::object>& stored) {
            if (!stored) return done_(stored.error());
            const auto* const duplicate = stored->if_contains("duplicate");
            duplicate != nullptr&&* duplicate == true ? read_claim() : record();
        });
}

void AnswerGiver::read_claim() {
    host_.command("history", {{"topic", claim_topic()}, {"limit", 1}}, [this](const Result<json::object>& history) {
        if (!history) return done_(history.error());
        on_claim(*history);
    });
}

void AnswerGiver::on_claim(const json::object& history) {
    const auto& events = array_in(history, "events");
    const bool is_ours = !events.empty() && events.front().is_object() &&
                         text_in(object_in(events.front().get_object(), "data"), "runId") == input_.run_id;
    if (!is_ours) return refuse(Errc::conflict, "the question has been answered", std::string(kInterruptField));
    if (!is_open_) return done_(known_);
    // Whoever has claimed it may be about to give it, or have died before.
    is_claimed_ = true;
    host_.wake_at(host_.now_us() + settings_.answer_grace_ms * 1000);
}

void AnswerGiver::record() {
    json::object data{
        {"task", known_.run.task}, {"epoch", known_.epoch}, {"after", known_.after}, {"input", known_.run.input}};
    host_.command("publish",
                  {{"topic", record_topic(host_, input_.run_id)}, {"type", "agui.run"}, {"key", "run"}, {"data", data}},
                  [this](const Result<json::object>& stored) {
                      if (!stored) return done_(stored.error());
                      give();
                  });
}

void AnswerGiver::give() {
    host_.command("input", {{"task", known_.run.task}, {"data", input_.answer->data}},
                  [this](const Result<json::object>& given) {
                      if (!given) return done_(given.error());
                      done_(known_);
                  });
}

void AnswerGiver::refuse(Errc code, std::string message, std::string field) {
    done_(Error{code, std::move(message), std::move(field)});
}

std::string AnswerGiver::claim_topic() const {
    const auto& interrupt = input_.answer->interrupt;
    return "agui/answer/" + interrupt.task + "/" + std::to_string(interrupt.offset);
}

}  // namespace longwire::edge::agui
