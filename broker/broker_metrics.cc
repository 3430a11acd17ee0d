#include "broker/broker_metrics.h"

#include "protocol/node/log_setup.h"

namespace longwire::broker {
namespace {

constexpr auto kDifferencesHelp =
    "Times that a hop has neither handed on events nor told of them. Anything but 0 is a bug.";

}  // namespace

Status BrokerMetrics::serve(const std::string& address) {
    LW_TRY(page_, MetricsPage::open(metrics_, address));
    log_info("metrics are served", {{"port", page_->port()}, {"path", "/metrics"}});
    return {};
}

void BrokerMetrics::cancelled_after(std::int64_t us) {
    if (!page_) return;
    const std::vector<double> bounds{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30};
    metrics_
        .histogram("longwire_broker_task_cancel_seconds",
                   "From when a running task was asked to end to when its end as cancelled was kept.", bounds)
        .observe(static_cast<double>(us) * 1e-6);
}

void BrokerMetrics::update(const Broker& broker) {
    if (!page_) return;
    const auto& stats = broker.stats();
    metrics_.gauge("longwire_broker_takes_work", "0 while new work is refused because the disk is full.")
        .set(broker.takes_work() ? 1 : 0);
    metrics_.counter("longwire_broker_read_errors_total", "Reads of the log that failed.").raise_to(stats.read_errors);
    metrics_.counter("longwire_broker_events_committed_total", "Events in the log.").raise_to(stats.events_committed);
    metrics_.counter("longwire_broker_bytes_committed_total", "Their bytes.").raise_to(stats.bytes_committed);
    metrics_.counter("longwire_broker_events_duplicate_total", "Events that had come already.")
        .raise_to(stats.events_duplicate);
    metrics_.counter("longwire_broker_events_refused_total", "Events that will never be in the log.")
        .raise_to(stats.events_refused);
    metrics_.counter("longwire_broker_events_delivered_total", "Events sent to edges, each edge counted.")
        .raise_to(stats.events_delivered);
    metrics_.counter("longwire_broker_webhooks_total", "Ends of runs for a webhook.", {{"outcome", "queued"}})
        .raise_to(stats.webhooks_queued);
    metrics_.counter("longwire_broker_webhooks_total", "Ends of runs for a webhook.", {{"outcome", "lost"}})
        .raise_to(stats.webhooks_lost);
    metrics_.counter("longwire_ledger_differences_total", kDifferencesHelp, {{"hop", "worker to log"}})
        .raise_to(stats.differences_to_log);
    metrics_.counter("longwire_ledger_differences_total", kDifferencesHelp, {{"hop", "log to edge"}})
        .raise_to(stats.differences_to_edges);
    constexpr auto kAgeHelp = "How old events were at places of their way, by the clock of whoever made them.";
    metrics_.latencies("longwire_event_age_seconds", kAgeHelp, {{"hop", "broker"}}).raise_to(broker.ages().taken.all());
    metrics_.latencies("longwire_event_age_seconds", kAgeHelp, {{"hop", "log"}}).raise_to(broker.ages().durable.all());
    metrics_.gauge("longwire_broker_topics", "Topics known.").set(static_cast<double>(broker.topics()));
    metrics_.gauge("longwire_broker_members", "Members of topics, those that are away for a moment among them.")
        .set(static_cast<double>(broker.presence().size()));
    metrics_.gauge("longwire_broker_outputs", "Tasks of which what they have shown is in memory.")
        .set(static_cast<double>(broker.outputs().size()));
    metrics_.gauge("longwire_broker_outputs_bytes", "About how much memory that takes.")
        .set(static_cast<double>(broker.outputs().bytes()));
    metrics_.gauge("longwire_broker_tasks_queued", "Tasks that wait for a worker.")
        .set(static_cast<double>(broker.scheduler().queued()));
    metrics_.gauge("longwire_broker_tasks_running", "Tasks that a worker has.")
        .set(static_cast<double>(broker.scheduler().running()));
}

}  // namespace longwire::broker
