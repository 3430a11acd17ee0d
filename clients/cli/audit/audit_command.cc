#include <boost/json.hpp>

#include "clients/cli/audit/task_audit.h"
#include "clients/cli/audit/topic_hops.h"
#include "clients/cli/client_settings.h"
#include "clients/cli/commands.h"
#include "clients/cli/exit_status.h"
#include "clients/cli/fields.h"
#include "clients/cli/net/native_client.h"
#include "clients/cli/table.h"
#include "clients/cli/terminal.h"
#include "protocol/topic.h"

namespace longwire::cli {
namespace json = boost::json;
namespace {

constexpr std::int64_t kEventsPerPage = 1'000;

struct AuditSettings {
    ClientSettings client;
    std::string task;
};

struct Audited {
    json::object snapshot;
    TaskAudit audit;
    TopicHops hops;

    std::vector<std::string> differences() const {
        auto all = audit.differences();
        const auto later = hops.differences();
        all.insert(all.end(), later.begin(), later.end());
        return all;
    }
};

std::uint64_t count_at(const json::object& object, std::string_view key) {
    return static_cast<std::uint64_t>(number_at(object, key).value_or(0));
}

/// Reads the whole topic as it was when the reading began.
Result<Audited> read_all(NativeClient& client, const std::string& task) {
    LW_TRY(json::object snapshot, client.call({{"cmd", "state"}, {"task", task}}));
    const auto page_after = [&](std::uint64_t after) {
        return client.call(
            {{"cmd", "history"}, {"topic", task_topic(task)}, {"after", after}, {"limit", kEventsPerPage}});
    };
    LW_TRY(json::object page, page_after(0));
    const auto head = count_at(page, "head");
    Audited audited{std::move(snapshot), TaskAudit(count_at(page, "tail")), {}};
    while (true) {
        const auto* const events = array_at(page, "events");
        if (events == nullptr || events->empty()) break;
        for (const auto& event : *events) {
            if (event.is_object()) audited.audit.on_event(event.get_object());
        }
        if (audited.audit.next() > head) break;
        LW_TRY(page, page_after(audited.audit.next() - 1));
    }
    audited.audit.on_head(head);
    return audited;
}

/// Asks each edge what came of the topic.
Status ask_edges(const ClientSettings& settings, const std::string& task, TopicHops& hops) {
    for (const auto& address : settings.addresses()) {
        NativeClient client({address}, settings.token);
        LW_TRY_STATUS(client.connect());
        LW_TRY(const json::object answer, client.call({{"cmd", "ledger"}, {"topic", task_topic(task)}}));
        LW_TRY_STATUS(hops.add(answer));
        client.close();
    }
    return {};
}

std::string count_text(const std::optional<std::uint64_t>& count) {
    return count ? std::to_string(*count) : "?";
}

std::string as_text(const Audited& audited) {
    const auto& [snapshot, audit, hops] = audited;
    std::string text = text_at(snapshot, "task") + "  " + text_at(snapshot, "state") + "  events " +
                       std::to_string(audit.first()) + " to " + std::to_string(audit.next() - 1) + " in the log\n\n";
    std::vector<std::vector<std::string>> rows{{"ATTEMPT", "WORKER", "PRODUCED", "COMMITTED", "ENDED BY"}};
    for (const auto& [number, attempt] : audit.attempts()) {
        rows.push_back({std::to_string(number), attempt.worker, count_text(attempt.produced),
                        std::to_string(attempt.committed), attempt.ended_by.empty() ? "-" : attempt.ended_by});
    }
    text += format_table(rows) + "\n";
    if (!hops.hops().empty()) {
        rows = {{"HOP", "UP TO", "DUE", "HANDED ON", "MERGED", "GAP", "CLIENTS"}};
        for (const auto& [name, offset, tally, watches] : hops.hops()) {
            rows.push_back({name, std::to_string(offset), std::to_string(tally.due), std::to_string(tally.events),
                            std::to_string(tally.merged), std::to_string(tally.gap), std::to_string(watches)});
        }
        text += format_table(rows) + "\n";
    }
    const auto differences = audited.differences();
    for (const auto& difference : differences) text += difference + "\n";
    if (differences.empty()) text += "it adds up\n";
    return text;
}

json::object as_json(const Audited& audited) {
    const auto& [snapshot, audit, hops] = audited;
    json::array attempts;
    for (const auto& [number, attempt] : audit.attempts()) {
        attempts.push_back({{"attempt", number},
                            {"worker", attempt.worker},
                            {"produced", attempt.produced ? json::value(*attempt.produced) : json::value()},
                            {"committed", attempt.committed},
                            {"ended_by", attempt.ended_by}});
    }
    json::array steps;
    for (const auto& [name, offset, tally, watches] : hops.hops()) {
        steps.push_back({{"hop", name},
                         {"offset", offset},
                         {"due", tally.due},
                         {"events", tally.events},
                         {"merged", tally.merged},
                         {"gap", tally.gap},
                         {"watches", watches}});
    }
    const auto differences = audited.differences();
    return {{"task", text_at(snapshot, "task")},
            {"state", text_at(snapshot, "state")},
            {"first", audit.first()},
            {"last", audit.next() - 1},
            {"attempts", std::move(attempts)},
            {"hops", std::move(steps)},
            {"differences", json::array(differences.begin(), differences.end())}};
}

}  // namespace

int run_audit(const Arguments& arguments) {
    AuditSettings settings;
    std::vector<std::string> words;
    Config config("longwire audit",
                  "Counts a task's events, hop by hop, and says where the counts differ. Exit status 1: they do.\n"
                  "First what its workers made beside what the log has; a worker that died could not tell its count:\n"
                  "\"?\". Then what was sent to each edge that has watchers of the task, and what each edge that is\n"
                  "named with --url received and gave to its clients.",
                  false);
    config.words("TASK", words, 1, 1);
    declare_client_settings(config, settings.client);
    if (const auto status = config.parse(arguments)) return *status;
    settings.task = words.front();

    NativeClient client(settings.client.addresses(), settings.client.token);
    if (const Status connected = client.connect(); !connected) return report(connected.error());
    auto audited = read_all(client, settings.task);
    if (!audited) return report(audited.error());
    client.close();
    if (const Status asked = ask_edges(settings.client, settings.task, audited->hops); !asked) {
        return report(asked.error());
    }
    write_out(settings.client.json ? compact_json(as_json(*audited)) + "\n" : as_text(*audited));
    return audited->differences().empty() ? kDone : kFailed;
}

}  // namespace longwire::cli
