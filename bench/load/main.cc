// A load for servers of live events: many watchers, one publisher, and every delivery counted. One work a run; its
// report is one line of JSON.

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <exception>

#include "bench/load/works/works.h"

namespace longwire::load {
namespace {

using Work = Result<boost::json::object> (*)(Rig&);

void add_common(CLI::App& app, Settings& settings) {
    app.add_option("--url", settings.watch_url, "where to watch: ws://127.0.0.1:PORT/PATH, {topic} in it the topic")
        ->required();
    app.add_option("--publish-url", settings.publish_url, "where to publish; default: where to watch");
    app.add_option("--protocol", settings.protocol, "longwire, plain, nats, socketio, mqtt or nchan")
        ->capture_default_str();
    app.add_option("--publish-protocol", settings.publish_protocol, "the same, or http; default: as to watch");
    app.add_option("--server-pids", settings.server_pids, "the server's processes, which are measured")->delimiter(',');
    app.add_option("--watchers", settings.watchers, "connections, each with one topic")->capture_default_str();
    app.add_option("--topics", settings.topics, "topics; watchers are a multiple of them")->capture_default_str();
    app.add_option("--topic-prefix", settings.topic_prefix, "their names, up to a number")->capture_default_str();
    app.add_option("--payload-bytes", settings.payload_bytes, "of each event, at least 96")->capture_default_str();
    app.add_flag("--deflate", settings.offers_deflate, "offer permessage-deflate, and insist on it");
    app.add_option("--settle-ms", settings.settle_ms, "pause between the last subscription and the first event")
        ->capture_default_str();
}

void add_rate(CLI::App& work, Settings& settings) {
    work.add_option("--rate", settings.rate, "events a second, on all topics together")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    work.add_option("--warm-s", settings.warm_s, "how long before it counts")->capture_default_str();
}

void add_works(CLI::App& app, Settings& settings, Work& chosen) {
    app.require_subcommand(1);
    auto& paced = *app.add_subcommand("paced", "events at a steady rate");
    paced.callback([&] { chosen = run_paced; });
    add_rate(paced, settings);
    paced.add_option("--seconds", settings.measured_s, "how long it counts")->capture_default_str();

    auto& highest = *app.add_subcommand("highest", "the highest rate at which all arrives in time");
    highest.callback([&] { chosen = run_highest; });
    highest.add_option("--p99-ms", settings.p99_ms_max, "in time are 99 of 100 events within")->capture_default_str();
    highest.add_option("--step-s", settings.step_s, "how long each rate is tried")->capture_default_str();
    highest.add_option("--steps", settings.steps_max, "how many rates are tried at most")->capture_default_str();
    highest.add_option("--window", settings.window, "events under way for the first guess")->capture_default_str();

    auto& idle = *app.add_subcommand("idle", "the memory of connections on which nothing happens");
    idle.callback([&] { chosen = run_idle; });
    idle.add_option("--events", settings.idle_events, "that each gets before")->capture_default_str();
    idle.add_option("--seconds", settings.measured_s, "how long to watch the CPU")->capture_default_str();

    auto& storm = *app.add_subcommand("storm", "all connections are lost, and come back at once");
    storm.callback([&] { chosen = run_storm; });
    add_rate(storm, settings);
    storm.add_option("--away-s", settings.away_s, "how long they are away")->capture_default_str();
    storm.add_option("--patience-s", settings.patience_s, "how long they may take")->capture_default_str();

    auto& replay = *app.add_subcommand("replay", "all come back at once, far behind");
    replay.callback([&] { chosen = run_replay; });
    replay.add_option("--behind", settings.behind, "events of each topic")->capture_default_str();
    replay.add_flag("--from-beginning", settings.from_beginning,
                    "nobody was there before: all read from the first event");
    replay.add_option("--patience-s", settings.patience_s, "how long they may take")->capture_default_str();
}

int run(int argc, char** argv) {
    Settings settings;
    Work work = nullptr;
    CLI::App app("Loads a server of live events on this machine, and counts every delivery.");
    app.set_help_all_flag("--help-all", "print the flags of all works, too");
    add_common(app, settings);
    add_works(app, settings, work);
    CLI11_PARSE(app, argc, argv);
    auto rig = Rig::make(settings);
    if (!rig) {
        std::fprintf(stderr, "longwire-load: %s\n", describe(rig.error()).c_str());
        return 2;
    }
    const auto report = work(**rig);
    if (!report) {
        std::fprintf(stderr, "longwire-load: %s\n", describe(report.error()).c_str());
        return 1;
    }
    std::printf("%s\n", boost::json::serialize(*report).c_str());
    return 0;
}

}  // namespace
}  // namespace longwire::load

int main(int argc, char** argv) try { return longwire::load::run(argc, argv); } catch (const std::exception& error) {
    std::fprintf(stderr, "longwire-load: %s\n", error.what());
    return 1;
}
