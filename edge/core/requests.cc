#include "edge/core/requests.h"

#include <algorithm>
#include <array>

namespace longwire::edge {

bool may_repeat(std::string_view command, const MsgpackFields& fields) {
    constexpr std::array<std::string_view, 12> kHarmless{"start", "cancel",  "attach", "state", "tasks", "workers",
                                                         "kinds", "cluster", "ledger", "join",  "leave", "presence"};
    if (std::find(kHarmless.begin(), kHarmless.end(), command) != kHarmless.end()) return true;
    return command == "publish" && fields.has("key");
}

std::uint64_t Requests::command(const Identity& who, std::string_view command, std::string fields, OnReply on_reply) {
    const auto parsed = MsgpackFields::parse(fields, "command");
    const bool repeat = parsed && may_repeat(command, *parsed);
    return this->command(who, command, std::move(fields), repeat, std::move(on_reply));
}

std::uint64_t Requests::command(const Identity& who, std::string_view command, std::string fields, bool may_repeat,
                                OnReply on_reply) {
    const auto token = next_token_++;
    replies_.emplace(token, std::move(on_reply));
    to_link_(SendCommand{token, who.realm, who.user, std::string(command), std::move(fields), may_repeat});
    return token;
}

std::uint64_t Requests::shared_command(const Identity& who, std::string_view command, const std::string& fields,
                                       OnReply on_reply) {
    const auto question = who.realm + '\0' + std::string(command) + '\0' + fields;
    const auto token = next_token_++;
    const auto [askers, is_new] = shared_.try_emplace(question);
    askers->second.emplace(token, std::move(on_reply));
    shared_from_.emplace(token, question);
    if (is_new) {
        this->command(who, command, fields, [this, question](const auto& reply) { answer_shared(question, reply); });
    }
    return token;
}

/// Whoever is answered may ask anew, or give up for others.
void Requests::answer_shared(const std::string& question, const Result<std::string>& reply) {
    being_answered_ = std::move(shared_.extract(question).mapped());
    for (const auto& [token, on_reply] : being_answered_) shared_from_.erase(token);
    while (!being_answered_.empty()) being_answered_.extract(being_answered_.begin()).mapped()(reply);
}

std::uint64_t Requests::fetch(const std::string& path, std::uint64_t epoch, std::uint64_t after,
                              std::uint32_t events_max, OnPage on_page) {
    const auto token = next_token_++;
    pages_.emplace(token, std::move(on_page));
    to_link_(FetchEvents{token, path, epoch, after, events_max});
    return token;
}

void Requests::give_up(std::uint64_t token) {
    replies_.erase(token);
    being_answered_.erase(token);
    const auto shared = shared_from_.extract(token);
    if (!shared.empty()) shared_.at(shared.mapped()).erase(token);
    pages_.erase(token);
}

void Requests::redirect(std::uint64_t token, OnReply on_reply) {
    const auto found = replies_.find(token);
    if (found != replies_.end()) found->second = std::move(on_reply);
}

void Requests::on_answered(const CommandAnswered& answered) {
    const auto found = replies_.extract(answered.token);
    if (!found.empty()) found.mapped()(answered.reply);
}

void Requests::on_fetched(const EventsFetched& fetched) {
    const auto found = pages_.extract(fetched.token);
    if (found.empty()) return;
    const auto& page = fetched.page;
    if (!page || page->unreadable_to == 0) return found.mapped()(page);
    const auto last = std::to_string(page->unreadable_to);
    found.mapped()(Error{Errc::internal, "the log can't read the events asked for, up to offset " + last});
}

}  // namespace longwire::edge
