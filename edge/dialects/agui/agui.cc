#include "edge/dialects/agui/agui.h"

#include <optional>
#include <utility>

#include "edge/dialects/agui/answer.h"
#include "edge/dialects/agui/run.h"
#include "protocol/limits.h"
#include "protocol/topic.h"

namespace longwire::edge {
namespace agui {
namespace {

/// POST /agui/{kind}
class PostRun final : public Translator {
  public:
    PostRun(Host& host, const Settings& settings, const Opening& opening)
        : host_(host),
          settings_(settings),
          kind_(opening.path("kind")),
          last_event_id_(opening.last_event_id),
          stream_(host, settings) {}

    void on_open() override {}
    void on_garbage(const Error& error) override { host_.refuse(error); }

    void on_message(const json::value& message) override {
        auto input = read_input(message);
        if (!input) return host_.refuse(input.error());
        if (const auto place = stream_.resume_at(last_event_id_); !place) return host_.refuse(place.error());
        input_ = std::move(*input);
        input_.answer ? answer() : start();
    }

    void on_event(const NativeEvent& event) override { stream_.on_event(event); }
    void on_push(const json::object& push) override { stream_.on_push(push); }
    void on_time() override { is_following_ ? stream_.on_time() : giver_->on_time(); }

  private:
    void start() {
        host_.command("start",
                      {{"kind", kind_}, {"task", task_of(host_, input_.run_id)}, {"input", task_input(input_)}},
                      [this](const Result<json::object>& started) { on_started(started); });
    }

    /// A client that repeats its request has more messages by now, and another state. It is the same run all the same.
    void on_started(const Result<json::object>& started) {
        const auto* const created = started ? started->if_contains("created") : nullptr;
        if (created != nullptr && *created == true) {
            KnownRun known{{task_of(host_, input_.run_id), input_.run_id, input_.thread_id, input_.all}, kind_, "", 0};
            return follow(std::move(known), Events::Begin::new_run);
        }
        if (!started && started.error().code != Errc::conflict) return host_.refuse(started.error());
        host_.command("state", {{"task", task_of(host_, input_.run_id)}}, [this](const Result<json::object>& state) {
            if (!state) return host_.refuse(state.error());
            on_known(run_of(input_.run_id, *state));
        });
    }

    void on_known(KnownRun known) {
        if (known.kind != kind_) {
            return host_.refuse({Errc::conflict, "there is such a run, of " + known.kind, "runId"});
        }
        if (known.run.thread_id != input_.thread_id) {
            return host_.refuse({Errc::conflict, "there is such a run, in another thread", "runId"});
        }
        follow(std::move(known), Events::Begin::known_run);
    }

    void answer() {
        giver_.emplace(host_, settings_, input_, kind_, [this](const Result<KnownRun>& known) {
            if (!known) return host_.refuse(known.error());
            follow(*known, Events::Begin::known_run);
        });
        giver_->begin();
    }

    void follow(KnownRun known, Events::Begin how) {
        is_following_ = true;
        stream_.follow(std::move(known), how);
    }

    Host& host_;
    const Settings& settings_;
    std::string kind_;
    std::string last_event_id_;
    RunStream stream_;
    Input input_;
    std::optional<AnswerGiver> giver_;
    bool is_following_ = false;
};

/// GET /agui/runs/{id}
class GetRun final : public Translator {
  public:
    GetRun(Host& host, const Settings& settings, const Opening& opening)
        : host_(host),
          settings_(settings),
          run_id_(opening.path("id")),
          last_event_id_(opening.last_event_id),
          stream_(host, settings) {}

    void on_open() override {
        if (const auto place = stream_.resume_at(last_event_id_); !place) return host_.refuse(place.error());
        find_run(host_, settings_, run_id_, [this](const Result<KnownRun>& known) {
            if (!known) return host_.refuse(known.error());
            stream_.follow(*known, Events::Begin::from_afar);
        });
    }
    void on_message(const json::value& /*message*/) override {}
    void on_garbage(const Error& error) override { host_.refuse(error); }
    void on_event(const NativeEvent& event) override { stream_.on_event(event); }
    void on_push(const json::object& push) override { stream_.on_push(push); }
    void on_time() override { stream_.on_time(); }

  private:
    Host& host_;
    const Settings& settings_;
    std::string run_id_;
    std::string last_event_id_;
    RunStream stream_;
};

/// POST /agui/runs/{id}/cancel
class CancelRun final : public Translator {
  public:
    CancelRun(Host& host, const Settings& settings, const Opening& opening)
        : host_(host), settings_(settings), run_id_(opening.path("id")) {}

    void on_open() override {}
    void on_garbage(const Error& error) override { host_.refuse(error); }

    void on_message(const json::value& message) override {
        const std::string reason(message.is_object() ? text_in(message.get_object(), "reason") : "");
        find_run(host_, settings_, run_id_, [this, reason](const Result<KnownRun>& known) {
            if (!known) return host_.refuse(known.error());
            json::object fields{{"task", known->run.task}};
            if (!reason.empty()) fields["reason"] = reason;
            host_.command("cancel", std::move(fields), [this](const Result<json::object>& cancelled) {
                if (!cancelled) return host_.refuse(cancelled.error());
                const auto* const cancelling = cancelled->if_contains("cancelling");
                host_.answer(202, json::object{{"runId", run_id_},
                                               {"state", text_in(*cancelled, "state")},
                                               {"cancelling", cancelling != nullptr && *cancelling == true}});
            });
        });
    }

  private:
    Host& host_;
    const Settings& settings_;
    std::string run_id_;
};

Status check_pattern(const std::string& kind) {
    if (kind == "*") return {};
    const std::string_view name(kind);
    return check_name("", name.ends_with(".*") ? name.substr(0, name.size() - 2) : name, kNameBytesMax);
}

class Agui final : public Product {
  public:
    std::string_view name() const override { return "agui"; }

    void declare(SettingSink& settings) override {
        settings.list(
            {"agui-kinds", "the kinds of tasks that AG-UI's clients may run; 'a.*' is all that begin so", "KIND,…"},
            settings_.kinds, check_pattern);
        settings.text({"agui-state-key", "where in the shared state a run's task is shown; empty: nowhere", "NAME"},
                      settings_.state_key);
        settings.number({"agui-snapshot-bytes-max", "how much of a run's messages is kept to be told anew", "BYTES"},
                        settings_.snapshot_bytes_max, 0, 64 << 20);
        settings.number({"agui-open-max", "most texts, steps, tool calls and agents of a run at a time, each", "N"},
                        settings_.open_max, 1, 100'000);
        settings.number(
            {"agui-answer-grace-ms", "how long an answer may be under way before it is given again, in ms", "MS"},
            settings_.answer_grace_ms, 0, 60'000);
    }

    std::vector<Route> routes() override {
        return {{.kind = Route::Kind::http,
                 .method = "POST",
                 .path = "/agui/{kind}",
                 .translate = make<PostRun>(),
                 .admit = [this](const Opening& opening) -> Status {
                     if (!opening.who) return opening.who.error();
                     return check_kind(settings_, *opening.who, opening.path("kind"));
                 }},
                {.kind = Route::Kind::http, .path = "/agui/runs/{id}", .translate = make<GetRun>()},
                {.kind = Route::Kind::http,
                 .method = "POST",
                 .path = "/agui/runs/{id}/cancel",
                 .translate = make<CancelRun>()}};
    }

  private:
    template <class Made>
    std::function<std::unique_ptr<Translator>(Host&, const Opening&)> make() const {
        return [this](Host& host, const Opening& opening) { return std::make_unique<Made>(host, settings_, opening); };
    }

    Settings settings_;
};

}  // namespace
}  // namespace agui

std::unique_ptr<Product> make_agui_product() {
    return std::make_unique<agui::Agui>();
}

}  // namespace longwire::edge
