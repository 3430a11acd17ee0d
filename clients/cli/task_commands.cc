#include <algorithm>

#include "clients/cli/client_settings.h"
#include "clients/cli/cluster_reads.h"
#include "clients/cli/commands.h"
#include "clients/cli/exit_status.h"
#include "clients/cli/fields.h"
#include "clients/cli/net/native_client.h"
#include "clients/cli/task_list.h"
#include "clients/cli/terminal.h"
#include "protocol/ascii.h"
#include "protocol/node/clock.h"

namespace longwire::cli {
namespace json = boost::json;
namespace {

/// Connects, asks one thing and leaves.
Result<json::object> ask(const ClientSettings& settings, const json::object& command) {
    NativeClient client(settings.addresses(), settings.token);
    LW_TRY_STATUS(client.connect());
    LW_TRY(json::object answer, client.call(command));
    client.close();
    return answer;
}

}  // namespace

int run_ps(const Arguments& arguments) {
    ClientSettings settings;
    TaskQuery query;
    std::string state = "any";
    Config config("longwire ps", "Lists tasks.", false);
    config.choice(only_flag("state", "only tasks in this state", "", 's'), state,
                  {"any", "pending", "running", "completed", "failed", "cancelled", "expired"});
    config.text(only_flag("kind", "only tasks of this kind", "KIND", 'k'), query.kind);
    config.text(only_flag("parent", "only children of this task", "TASK", 'p'), query.parent);
    config.text(only_flag("tree", "only this task and all that descends from it", "TASK", 't'), query.root);
    config.number(only_flag("limit", "at most so many", "N", 'n'), query.limit, 1, 1'000'000);
    declare_client_settings(config, settings);
    if (const auto status = config.parse(arguments)) return *status;

    if (state != "any") query.state = upper_case(state);
    const auto tasks = list_tasks(settings, query);
    if (!tasks) return report(tasks.error());
    if (!settings.json) {
        write_out(task_table(*tasks, now_us()));
        return kDone;
    }
    for (const json::object& task : *tasks) {
        if (!write_out(compact_json(task) + "\n")) break;
    }
    return kDone;
}

int run_state(const Arguments& arguments) {
    ClientSettings settings;
    std::vector<std::string> words;
    Config config("longwire state", "Shows one task: its state, progress, result and times.", false);
    config.words("TASK", words, 1, 1);
    declare_client_settings(config, settings);
    if (const auto status = config.parse(arguments)) return *status;

    const auto snapshot = ask(settings, {{"cmd", "state"}, {"task", words.front()}});
    if (!snapshot) return report(snapshot.error());
    write_out(settings.json ? compact_json(*snapshot) + "\n" : task_sheet(*snapshot, now_us()));
    return kDone;
}

int run_cancel(const Arguments& arguments) {
    ClientSettings settings;
    std::vector<std::string> tasks;
    std::string reason;
    Config config("longwire cancel", "Cancels tasks. A running one ends when its worker has stopped it.", false);
    config.words("TASK", tasks, 1, 1000);
    config.text(only_flag("reason", "why, for those who watch", "TEXT", 'r'), reason);
    declare_client_settings(config, settings);
    if (const auto status = config.parse(arguments)) return *status;

    int worst = kDone;
    for (const std::string& task : tasks) {
        json::object command{{"cmd", "cancel"}, {"task", task}};
        if (!reason.empty()) command["reason"] = reason;
        const auto answer = ask(settings, command);
        if (!answer) {
            worst = std::max(worst, report(answer.error()));
        } else if (settings.json) {
            write_out(compact_json(*answer) + "\n");
        } else {
            const bool later = truth_at(*answer, "cancelling");
            write_out(task + "  " + (later ? "is being cancelled" : text_at(*answer, "state")) + "\n");
        }
    }
    return worst;
}

int run_input(const Arguments& arguments) {
    ClientSettings settings;
    std::vector<std::string> words;
    bool as_text = false;
    Config config("longwire input", "Gives a running task a value: JSON, @FILE, or - for stdin.", false);
    config.words("TASK DATA", words, 2, 2);
    config.toggle(only_flag("text", "DATA is text, not JSON"), as_text);
    declare_client_settings(config, settings);
    if (const auto status = config.parse(arguments)) return *status;

    const auto data = as_text ? Result<json::value>(json::value(words[1])) : read_json_argument("DATA", words[1]);
    if (!data) {
        tell(data.error().field + ": " + data.error().message);
        return kUsage;
    }
    const auto answer = ask(settings, {{"cmd", "input"}, {"task", words[0]}, {"data", *data}});
    if (!answer) return report(answer.error());
    if (settings.json) write_out(compact_json(*answer) + "\n");
    return kDone;
}

int run_again(const Arguments& arguments) {
    ClientSettings settings;
    std::vector<std::string> words;
    Config config("longwire run", "Queues a held task, or an ended one again as its next run.", false);
    config.words("TASK", words, 1, 1);
    declare_client_settings(config, settings);
    if (const auto status = config.parse(arguments)) return *status;

    const auto answer = ask(settings, {{"cmd", "run"}, {"task", words.front()}});
    if (!answer) return report(answer.error());
    if (settings.json) {
        write_out(compact_json(*answer) + "\n");
    } else {
        write_out(words.front() + "  " + text_at(*answer, "state") + "\n");
    }
    return kDone;
}

int run_publish(const Arguments& arguments) {
    ClientSettings settings;
    std::vector<std::string> words;
    std::string key;
    Config config("longwire publish", "Publishes one event. DATA is JSON, @FILE, or - for stdin.", false);
    config.words("TOPIC TYPE [DATA]", words, 2, 3);
    config.text(only_flag("key", "an event with the same key again is stored once", "KEY"), key);
    declare_client_settings(config, settings);
    if (const auto status = config.parse(arguments)) return *status;

    json::object command{{"cmd", "publish"}, {"topic", words[0]}, {"type", words[1]}};
    if (words.size() > 2) {
        auto data = read_json_argument("DATA", words[2]);
        if (!data) {
            tell(data.error().field + ": " + data.error().message);
            return kUsage;
        }
        command["data"] = std::move(*data);
    }
    if (!key.empty()) command["key"] = key;
    const auto answer = ask(settings, command);
    if (!answer) return report(answer.error());
    if (settings.json) {
        write_out(compact_json(*answer) + "\n");
    } else {
        const bool duplicate = truth_at(*answer, "duplicate");
        write_out(words[0] + "  " + std::to_string(number_at(*answer, "offset").value_or(0)) +
                  (duplicate ? "  (stored before)" : "") + "\n");
    }
    return kDone;
}

}  // namespace longwire::cli
