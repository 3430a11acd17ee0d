#include "clients/cli/client_settings.h"
#include "clients/cli/commands.h"
#include "clients/cli/event_text.h"
#include "clients/cli/exit_status.h"
#include "clients/cli/follower.h"
#include "clients/cli/interrupt.h"
#include "clients/cli/start_point.h"
#include "clients/cli/terminal.h"
#include "protocol/topic.h"
#include "protocol/topic_filter.h"

namespace longwire::cli {
namespace {

struct TailSettings {
    ClientSettings client;
    std::vector<std::string> topics;
    std::string from = "now";
    std::uint64_t count = 0;
};

Status check_topics(const TailSettings& settings) {
    for (const std::string& topic : settings.topics) {
        const bool is_filter = is_topic_filter(topic);
        const Status valid = is_filter ? check_topic_filter(topic) : check_topic(topic);
        if (!valid) return bad_request("", "'" + topic + "' " + valid.error().message);
        if (is_filter && settings.from != "now") {
            return bad_request("from", "is for topics; the filter " + topic + " is live only");
        }
    }
    return {};
}

}  // namespace

int run_tail(const Arguments& arguments) {
    TailSettings settings;
    Config config("longwire tail",
                  "Shows the events of topics (task/ID, room/ops) and filters (task/+, room/#) as they happen.\n"
                  "When the connection is cut it comes back by itself: no event of a topic is lost or shown twice.",
                  false);
    config.words("TOPIC|FILTER", settings.topics, 1, 64);
    config.text(only_flag("from", "where to begin: start, now, N (the last N) or EPOCH:OFFSET (after it)", "POINT"),
                settings.from, [](const std::string& text) -> Status {
                    LW_TRY([[maybe_unused]] const auto from, parse_start_point(text));
                    return {};
                });
    config.number(only_flag("count", "end after so many events; 0 for no end", "N", 'n'), settings.count);
    declare_client_settings(config, settings.client);
    declare_reconnect_settings(config, settings.client);
    config.check([&settings] { return check_topics(settings); });
    if (const auto status = config.parse(arguments)) return *status;

    Interrupt interrupt;
    const WaitHook hook = interrupt.hook();
    NativeClient client(settings.client.addresses(), settings.client.token, hook);
    Follower follower(client, hook, tell, settings.client.give_up_s);
    const auto from = parse_start_point(settings.from);
    for (const std::string& topic : settings.topics) {
        if (is_topic_filter(topic)) {
            follower.follow_filter(topic);
        } else {
            follower.follow_topic(topic, *from);
        }
    }
    const bool with_topic = settings.topics.size() > 1 || is_topic_filter(settings.topics.front());
    const Paint paint = paint_for(stdout_is_terminal());
    std::uint64_t shown = 0;

    Status status = client.connect();
    if (status) {
        status = follower.run([&](const Push& push) {
            const bool is_event = push.object.contains("type");
            if (settings.client.json) {
                if (!write_out(push.text + "\n")) return false;
            } else if (is_event) {
                if (!write_out(event_line(push.object, with_topic, paint) + "\n")) return false;
            }
            if (is_event) ++shown;
            return settings.count == 0 || shown < settings.count;
        });
    }
    if (interrupt.happened()) return kInterrupted;
    if (!status) return report(status.error());
    client.close();
    return kDone;
}

}  // namespace longwire::cli
