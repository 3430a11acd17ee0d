#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace longwire::load {

/// What is asked for on the command line. Each work reads what concerns it.
struct Settings {
    std::string watch_url;
    std::string publish_url;  // empty: the same
    std::string protocol = "longwire";
    std::string publish_protocol;  // empty: the same
    bool offers_deflate = false;
    std::vector<pid_t> server_pids;

    std::string topic_prefix = "bench/";
    std::size_t watchers = 1'000;
    std::size_t topics = 1;  // watchers are spread over them
    std::size_t payload_bytes = 256;
    std::size_t opening_max = 500;  // connections that are being opened at a time
    std::size_t settle_ms = 300;    // between the last subscription and the first event

    double rate = 50;  // events a second, on all topics together
    double warm_s = 1;
    double measured_s = 5;
    double drain_s = 10;  // how long what was published may take to arrive

    double p99_ms_max = 100;      // highest
    double step_s = 2.5;          // highest: of each rate that is tried
    std::size_t steps_max = 11;   // highest: rates that are tried
    std::size_t window = 64;      // highest: events under way while the rate is guessed
    double away_s = 1;            // storm
    double patience_s = 120;      // storm, replay: until all is as it shall be
    std::size_t behind = 1'000;   // replay: events
    bool from_beginning = false;  // replay: by who has not been there before
    std::size_t idle_events = 1;  // idle: before it is measured
};

}  // namespace longwire::load
