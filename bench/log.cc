// What the log on disk costs: events committed through a broker's core, beside RocksDB's own rate for the same bytes;
// and how long a commit takes at a given rate. LONGWIRE_BENCH_SECONDS sets the length of the latter (10).

#include <benchmark/benchmark.h>
#include <poll.h>
#include <rocksdb/db.h>           // tidy: allow(include) the reference that is measured beside
#include <rocksdb/write_batch.h>  // tidy: allow(include) the same

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "bench/core_cluster.h"
#include "broker/log/rocks_keys.h"
#include "broker/log/rocks_log.h"
#include "protocol/envelope.h"

namespace longwire::broker {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kPayloadBytes = 128;
constexpr int kEvents = 1'000'000;

class Folder {
  public:
    Folder() {
        path_ = (std::filesystem::temp_directory_path() / "longwire_bench_XXXXXX").string();
        if (::mkdtemp(path_.data()) == nullptr) std::abort();
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

CoreCluster make_cluster(const Folder& folder, std::uint32_t partitions, int batch_events) {
    RocksLogOptions options;
    options.directory = folder.path();
    auto log = open_rocks_log(options);
    if (!log) std::abort();
    CoreCluster::Options cluster;
    cluster.topics = 64;
    cluster.partitions = partitions;
    cluster.payload_bytes = kPayloadBytes;
    cluster.batch_events = batch_events;
    return {cluster, std::move(*log)};
}

void wait_for(CommitLog& log, int ms) {
    pollfd item{log.fd(), POLLIN, 0};
    ::poll(&item, 1, ms);
}

/// As many as the log takes: the worker's window is kept half full.
void committed_through_the_core(benchmark::State& state) {
    const Folder folder;
    auto cluster = make_cluster(folder, static_cast<std::uint32_t>(state.range(0)), 256);
    std::uint64_t done = 0;
    for (auto _ : state) {
        for (done += kEvents; cluster.stats().events_committed < done;) {
            if (cluster.has_room()) {
                if (!cluster.publish()) std::abort();
            } else {
                wait_for(cluster.log(), 10);
            }
            cluster.step(50);
        }
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(cluster.stats().events_committed));
}
BENCHMARK(committed_through_the_core)
    ->ArgName("partitions")
    ->Arg(1)
    ->Arg(8)
    ->Iterations(4)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

/// The same keys and values in batches of the same size, by one thread, into RocksDB as it comes.
void write_batches_of_rocksdb(benchmark::State& state) {
    const Folder folder;
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* opened = nullptr;
    if (!rocksdb::DB::Open(options, folder.path(), &opened).ok()) std::abort();
    const std::unique_ptr<rocksdb::DB> db(opened);
    Envelope envelope;
    const std::string payload = "\xD9\x80" + std::string(kPayloadBytes, 'x');
    envelope.producer = "w";
    envelope.incarnation = envelope.sequence = 1;
    envelope.time_us = 1'700'000'000'000'000;
    envelope.type = "text.delta";
    envelope.payload = payload;
    std::string value;
    write_envelope(envelope, value);
    std::uint64_t event = 0;
    for (auto _ : state) {
        for (int written = 0; written < kEvents; written += static_cast<int>(state.range(0))) {
            rocksdb::WriteBatch batch;
            for (std::int64_t i = 0; i < state.range(0); ++i, ++event) {
                const auto path = "r/room/" + std::to_string(event / 16 % 64);
                batch.Put(rocks_keys::event_key(path, event), value);
            }
            if (!db->Write({}, &batch).ok()) std::abort();
        }
    }
    state.SetItemsProcessed(state.iterations() * kEvents);
}
BENCHMARK(write_batches_of_rocksdb)
    ->ArgName("batch")
    ->Arg(256)
    ->Arg(4096)
    ->Iterations(4)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

double at(const std::vector<double>& sorted, double share) {
    return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(static_cast<double>(sorted.size()) * share))];
}

/// From the handing over of a batch to the news that it is durable, at a steady rate of events.
void latency_of_a_commit(benchmark::State& state) {
    const auto* given = std::getenv("LONGWIRE_BENCH_SECONDS");
    const std::chrono::seconds length(given == nullptr ? 10 : std::stoi(given));
    const auto batch_events = static_cast<int>(state.range(0) / 1000);
    const Folder folder;
    auto cluster = make_cluster(folder, 8, batch_events);
    std::map<std::uint64_t, Clock::time_point> begun;
    std::vector<double> took_ms;
    cluster.on_commit = [&](std::uint64_t ticket) { begun.emplace(ticket, Clock::now()); };
    cluster.on_committed = [&](std::uint64_t ticket) {
        const auto commit = begun.extract(ticket);
        took_ms.push_back(std::chrono::duration<double, std::milli>(Clock::now() - commit.mapped()).count());
    };
    for (auto _ : state) {
        const auto start = Clock::now();
        for (auto next = start; next < start + length;) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(next - Clock::now()).count();
            if (left > 0) wait_for(cluster.log(), static_cast<int>(left));
            for (; next <= Clock::now(); next += std::chrono::milliseconds(1)) {
                if (!cluster.publish()) break;  // the window is full: the rate can't be held
            }
            cluster.step(500);
        }
    }
    std::sort(took_ms.begin(), took_ms.end());
    state.SetItemsProcessed(static_cast<std::int64_t>(cluster.stats().events_committed));
    state.counters["p50_ms"] = at(took_ms, 0.5);
    state.counters["p99_ms"] = at(took_ms, 0.99);
    state.counters["p99.9_ms"] = at(took_ms, 0.999);
    state.counters["max_ms"] = took_ms.back();
}
BENCHMARK(latency_of_a_commit)
    ->ArgName("events_per_s")
    ->Arg(10'000)
    ->Arg(100'000)
    ->Arg(300'000)
    ->Iterations(1)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace longwire::broker
