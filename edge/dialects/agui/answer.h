#pragma once

#include <functional>
#include <string>

#include "edge/dialects/agui/run.h"

namespace longwire::edge::agui {

/// Brings a user's answer to the task that has asked, once, however often the request is repeated and wherever: the
/// first run that answers a question has it, which is kept in a topic, and so is where that run goes on.
class AnswerGiver {
  public:
    using Done = std::function<void(const Result<KnownRun>&)>;

    /// The input has an answer.
    AnswerGiver(Host& host, const Settings& settings, const Input& input, std::string kind, Done done);

    void begin() { look(); }

    /// Time to look again whether what another connection has begun has been done.
    void on_time();

  private:
    void look();
    void on_state(const json::object& state);
    void claim();
    void read_claim();
    void on_claim(const json::object& history);
    void record();
    void give();
    void refuse(Errc code, std::string message, std::string field);
    std::string claim_topic() const;

    Host& host_;
    const Settings& settings_;
    const Input& input_;
    std::string kind_;
    Done done_;
    KnownRun known_;
    bool is_open_ = false;     // the question
    bool is_claimed_ = false;  // by this run, some time ago
    bool has_waited_ = false;
};

}  // namespace longwire::edge::agui
