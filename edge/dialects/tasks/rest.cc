#include "edge/dialects/tasks/rest.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "edge/dialects/fields.h"
#include "edge/dialects/loose_fields.h"
#include "edge/dialects/tasks/messages.h"
#include "edge/dialects/tasks/state.h"
#include "protocol/topic.h"

namespace longwire::edge::tasks {
namespace {

constexpr std::int64_t kPageMax = 1'000;
constexpr std::int64_t kPage = 100;
constexpr std::size_t kReasonBytesMax = 1'024;

json::object listed_task(const json::object& snapshot) {
    TaskState state(std::string(text_in(snapshot, "task")));
    state.take(snapshot);
    auto task = state.data();
    const auto* const input = snapshot.if_contains("input");
    task["requirement"] = input != nullptr && input->is_object()
                              ? text_or_null(text_in(input->get_object(), "requirement"))
                              : json::value();
    task["kind"] = text_in(snapshot, "kind");
    task["created_at"] = time_or_null(integer_at(snapshot, "created_us"));
    return task;
}

json::object whole_task(const json::object& snapshot) {
    auto task = listed_task(snapshot);
    for (const auto* name : {"result", "error"}) {
        const auto* const value = snapshot.if_contains(name);
        task[name] = value == nullptr ? json::value() : *value;
    }
    return task;
}

/// How a task stands after what was asked of it.
json::object standing(std::string_view task, const json::object& reply) {
    return {{"task_id", task}, {"status", status_of(text_in(reply, "state"))}};
}

/// A request, which is answered once.
class Request : public Translator {
  public:
    Request(Host& host, const Opening& opening) : host_(host), task_(opening.path("task_id")) {}

    void on_open() override {}
    void on_message(const json::value& /*body*/) override {}
    void on_garbage(const Error& error) override { host_.refuse(error); }

  protected:
    using OnOk = std::function<void(const json::object& ok)>;

    void ask(std::string_view command, json::object fields, OnOk on_ok) {
        host_.command(command, std::move(fields), [this, on_ok = std::move(on_ok)](const Result<json::object>& ok) {
            ok ? on_ok(*ok) : host_.refuse(in_our_words(ok.error()));
        });
    }
    void ask_state(OnOk on_ok) { ask("state", {{"task", task_}}, std::move(on_ok)); }
    void refuse(const Mistake& mistake) {
        host_.refuse(bad_request(mistake.field.empty() ? "body" : mistake.field,
                                 "must be " + mistake.expected + ", not " + mistake.got));
    }

    Host& host_;
    std::string task_;
};

class CreateTask final : public Request {
  public:
    CreateTask(Host& host, const Opening& opening, const TasksSettings& settings)
        : Request(host, opening), settings_(settings) {}

    void on_message(const json::value& body) override {
        Fields fields(body);
        const auto requirement = fields.text("requirement");
        const auto kind = fields.optional_text("kind");
        const auto test_mode = fields.optional_boolean("test_mode");
        if (requirement.empty() && !fields.mistake()) fields.wrong("requirement", "a text of at least one character");
        if (const auto& mistake = fields.mistake()) return refuse(*mistake);
        start(std::string(kind                        ? *kind
                          : test_mode.value_or(false) ? settings_.test_kind
                                                      : settings_.kind),
              input(requirement, kind.has_value() && test_mode.value_or(false)));
    }

  private:
    /// A kind that was named is what it is: whether this is a test is then for its worker to know.
    static json::object input(std::string_view requirement, bool says_test) {
        json::object input{{"requirement", requirement}};
        if (says_test) input["test_mode"] = true;
        return input;
    }

    void start(const std::string& kind, json::object input) {
        if (!host_.who().may_use(kind)) return host_.refuse({Errc::forbidden, "you may not use " + kind, "kind"});
        ask("start", {{"kind", kind}, {"input", std::move(input)}, {"hold", true}},
            [this](const json::object& ok) { host_.answer(201, standing(text_in(ok, "task"), ok)); });
    }

    const TasksSettings& settings_;
};

/// Does what connecting does: nothing where the task waits, runs, or has ended well.
class RunTask final : public Request {
  public:
    using Request::Request;

    void on_message(const json::value& body) override {
        const Fields fields(body);
        if (const auto& mistake = fields.mistake()) return refuse(*mistake);
        ask_state([this](const json::object& snapshot) {
            if (!is_to_be_started(snapshot)) return host_.answer(202, standing(task_, snapshot));
            const std::string kind(text_in(snapshot, "kind"));
            if (!host_.who().may_use(kind)) return host_.refuse({Errc::forbidden, "you may not use " + kind});
            ask("run", {{"task", task_}, {"run", run_to_start(snapshot)}},
                [this](const json::object& ok) { host_.answer(202, standing(task_, ok)); });
        });
    }
};

class CancelTask final : public Request {
  public:
    using Request::Request;

    void on_message(const json::value& body) override {
        Fields fields(body);
        const auto reason = fields.optional_text("reason");
        if (reason && reason->size() > kReasonBytesMax) {
            fields.wrong("reason", "a text of at most " + std::to_string(kReasonBytesMax) + " bytes");
        }
        if (const auto& mistake = fields.mistake()) return refuse(*mistake);
        json::object command{{"task", task_}};
        if (reason) command["reason"] = *reason;
        ask("cancel", std::move(command), [this](const json::object& ok) { host_.answer(202, standing(task_, ok)); });
    }
};

class ShowTask final : public Request {
  public:
    using Request::Request;

    void on_open() override {
        ask_state([this](const json::object& snapshot) { host_.answer(200, whole_task(snapshot)); });
    }
};

class ListTasks final : public Request {
  public:
    ListTasks(Host& host, const Opening& opening)
        : Request(host, opening),
          kind_(opening.query("kind")),
          after_(opening.query("after")),
          limit_(read_number("limit", opening.query("limit"), kPage, 1, kPageMax)) {}

    void on_open() override {
        if (!limit_) return host_.refuse(limit_.error());
        json::object command{{"limit", *limit_}};
        if (!kind_.empty()) command["kind"] = kind_;
        if (!after_.empty()) command["after"] = after_;
        ask("tasks", std::move(command), [this](const json::object& ok) {
            json::array tasks;
            for (const auto& snapshot : array_in(ok, "tasks")) {
                if (snapshot.is_object()) tasks.push_back(listed_task(snapshot.get_object()));
            }
            host_.answer(200, json::object{{"tasks", std::move(tasks)}, {"next", text_or_null(text_in(ok, "next"))}});
        });
    }

  private:
    std::string kind_;
    std::string after_;
    Result<std::int64_t> limit_;
};

class ListEvents final : public Request {
  public:
    ListEvents(Host& host, const Opening& opening)
        : Request(host, opening),
          after_(read_number("after", opening.query("after"), 0, 0, kNumberMax)),
          limit_(read_number("limit", opening.query("limit"), kPage, 1, kPageMax)) {}

    void on_open() override {
        if (!after_) return host_.refuse(after_.error());
        if (!limit_) return host_.refuse(limit_.error());
        // Of a task that nobody knows the history is merely empty.
        ask_state([this](const json::object& /*snapshot*/) {
            ask("history", {{"topic", task_topic(task_)}, {"after", *after_}, {"limit", *limit_}},
                [this](const json::object& page) { answer(page); });
        });
    }

  private:
    void answer(const json::object& page) {
        json::array events;
        std::int64_t last = *after_;
        for (const auto& event : array_in(page, "events")) {
            if (!event.is_object()) continue;
            last = integer_at(event.get_object(), "offset");
            events.push_back(event_data(history_event(event.get_object())));
        }
        const auto tail = integer_at(page, "tail");
        const bool has_gap = *after_ + 1 < tail;
        const bool has_more = !events.empty() && last < integer_at(page, "head");
        host_.answer(
            200, json::object{{"task_id", task_},
                              {"events", std::move(events)},
                              {"missing", has_gap ? json::value(json::object{{"from", *after_ + 1}, {"to", tail - 1}})
                                                  : json::value()},
                              {"next", has_more ? json::value(last) : json::value()}});
    }

    Result<std::int64_t> after_;
    Result<std::int64_t> limit_;
};

template <class Answerer, class... Settings>
Route route(std::string method, std::string path, const Settings&... settings) {
    return {.kind = Route::Kind::http,
            .method = std::move(method),
            .path = std::move(path),
            .translate = [&settings...](Host& host, const Opening& opening) -> std::unique_ptr<Translator> {
                return std::make_unique<Answerer>(host, opening, settings...);
            }};
}

}  // namespace

std::vector<Route> rest_routes(const TasksSettings& settings) {
    return {
        route<CreateTask>("POST", "/api/tasks", settings),  route<ListTasks>("GET", "/api/tasks"),
        route<ShowTask>("GET", "/api/tasks/{task_id}"),     route<ListEvents>("GET", "/api/tasks/{task_id}/events"),
        route<RunTask>("POST", "/api/tasks/{task_id}/run"), route<CancelTask>("POST", "/api/tasks/{task_id}/cancel")};
}

}  // namespace longwire::edge::tasks
