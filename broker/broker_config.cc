#include "broker/broker_config.h"

#include "protocol/limits.h"
#include "protocol/node/config.h"
#include "protocol/topic.h"

namespace longwire::broker {

Result<TaskQueues::KindLimits> read_kind_limits(const std::vector<std::string>& settings) {
    TaskQueues::KindLimits limits;
    for (const auto& setting : settings) {
        const auto equals = setting.rfind('=');
        const auto kind = setting.substr(0, equals);
        const auto limit = read_number(equals == std::string::npos ? "" : setting.substr(equals + 1), 1, INT32_MAX);
        if (!limit || !check_name("kind", kind, kNameBytesMax)) {
            return bad_request("kind-limit", "'" + setting + "' is not a kind, = and a whole number from 1");
        }
        limits.insert_or_assign(kind, static_cast<std::size_t>(*limit));
    }
    return limits;
}

std::optional<int> read_config(int argc, const char* const* argv, BrokerConfig& c) {
    Config config("longwire-broker", "Sequences, keeps and routes events, and hands out tasks.");
    config.list({"events", "where workers publish events (SUB binds here)", "ENDPOINT,…"}, c.events, check_endpoint());
    config.list({"workers", "where workers link (ROUTER binds here)", "ENDPOINT,…"}, c.workers, check_endpoint());
    config.list({"edges", "where edges link (ROUTER binds here)", "ENDPOINT,…"}, c.edges, check_endpoint());
    config.list({"tap", "where anyone may listen to committed events, best effort (XPUB binds here)", "ENDPOINT,…"},
                c.tap, check_endpoint());
    config.text({"metrics", "where metrics are served at /metrics; empty: nowhere", "HOST:PORT"}, c.metrics,
                [](const std::string& text) -> Status { return text.empty() ? Status{} : check_host_port()(text); });
    config.choice({"log", "where events are kept: rocksdb on disk, memory as long as the process lives", "ENGINE"},
                  c.log, {"rocksdb", "memory"});
    config.text({"data-dir", "directory of the rocksdb log", "DIR"}, c.data_dir);
    config.choice({"durability", "when an event counts as kept: os survives the process, fsync the power", "LEVEL"},
                  c.durability, {"os", "fsync"});
    config.choice(
        {"lifecycle-durability", "the same for events that begin or end something of a task, if higher", "LEVEL"},
        c.lifecycle_durability, {"os", "fsync"});
    config.number({"retain-bytes", "most bytes of events kept by the rocksdb log; the oldest go first", "BYTES"},
                  c.retain_bytes, 16 << 20);
    config.number({"retain-ms", "age at which events go, in ms; 0: none goes for its age", "MS"}, c.retain_ms);
    config.number(
        {"retain-ended-ms", "a task's events go so long after its end, in ms; 0: no sooner than others", "MS"},
        c.retain_ended_ms);
    config.number({"cache-bytes", "memory of the rocksdb log, for what is read and what is not in files yet", "BYTES"},
                  c.cache_bytes, 1 << 20);
    config.number(
        {"reserve-bytes", "room to leave on the disk; with less, new work is refused until there is more", "BYTES"},
        c.reserve_bytes, 0);
    config.toggle(
        {.name = "check", .help = "verify the data directory, say what is there, and end", .reach = Reach::flag},
        c.check);
    config.toggle({.name = "recover",
                   .help = "take a damaged write-ahead log up to its first damage; what lies behind is given up",
                   .reach = Reach::flag},
                  c.recover);
    config.number({"memory-bytes", "most bytes of events kept by the memory log; the oldest go first", "BYTES"},
                  c.memory_bytes, 1 << 20);
    config.number({"partitions", "partitions of the cluster; never changed once there are events", "N"}, c.partitions,
                  1, kPartitionsMax);
    config.number({"producer-window-bytes", "most bytes that a worker may have unacknowledged", "BYTES"},
                  c.producer_window_bytes, 64 << 10, 1 << 30);
    config.number({"lease-ms", "a worker unheard of for so long has lost its tasks, in ms", "MS"}, c.lease_ms, 1'000,
                  3'600'000);
    config.number({"cancel-grace-ms", "a cancelled task is ended by force after so long, in ms", "MS"},
                  c.cancel_grace_ms, 0, 3'600'000);
    config.number({"disconnect-grace-ms",
                   "a task with on_disconnect \"cancel\" goes on so long when nobody is there for it, in ms", "MS"},
                  c.disconnect_grace_ms, 0, 3'600'000);
    config.number({"queued-per-kind-max", "most tasks queued per kind; then start is refused", "N"},
                  c.queued_per_kind_max, 1);
    config.number(
        {"queue-age-max-ms", "a task that has waited so long to be started expires, in ms; 0: none does", "MS"},
        c.queue_age_max_ms);
    config.list({"kind-limit", "most tasks of a kind that run at the same time, in the whole cluster", "KIND=N"},
                c.kind_limits, [](const std::string& limit) -> Status {
                    LW_TRY_STATUS(read_kind_limits({limit}));
                    return {};
                });
    config.number({"tasks-kept-max", "most tasks remembered; the oldest ended ones go first", "N"}, c.tasks_kept_max,
                  1);
    config.number(
        {"outputs-bytes-max", "memory for what tasks have shown; that of others is read from the log", "BYTES"},
        c.outputs_bytes_max, 1 << 20);
    config.number({"presence-grace-ms", "a member that is lost and back within this time was never gone, in ms", "MS"},
                  c.presence_grace_ms, 0, 3'600'000);
    config.number({"members-per-topic-max", "most members of a topic; then join is refused", "N"},
                  c.members_per_topic_max, 1, 1'000);
    config.number({"members-max", "most members of all topics; then join is refused", "N"}, c.members_max, 1);
    declare_log_settings(config, c.logging);
    return config.parse(argc, argv);
}

}  // namespace longwire::broker
