#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "protocol/latency_histogram.h"

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
class Registry;
}  // namespace prometheus

namespace longwire {

using MetricLabels = std::map<std::string, std::string>;

/// Handles to one instrument each: cheap to copy, usable from any thread, valid as long as their Metrics.
class Counter {
  public:
    explicit Counter(prometheus::Counter& counter) : counter_(&counter) {}
    void add(double amount = 1);
    /// For what is counted elsewhere, by one thread; `total` never falls.
    void raise_to(std::uint64_t total);
    double value() const;

  private:
    prometheus::Counter* counter_;
};

class Gauge {
  public:
    explicit Gauge(prometheus::Gauge& gauge) : gauge_(&gauge) {}
    void set(double value);
    void add(double amount);
    double value() const;

  private:
    prometheus::Gauge* gauge_;
};

class Histogram {
  public:
    explicit Histogram(prometheus::Histogram& histogram) : histogram_(&histogram) {}
    void observe(double value);
    /// For times that are counted elsewhere, by one thread, and have only become more. Of a Metrics::latencies().
    void raise_to(const LatencyHistogram& total);

  private:
    prometheus::Histogram* histogram_;
};

/// A program's metrics. Asking for the same name and labels again gives the same instrument. Names follow
/// Prometheus: longwire_PART_WHAT_UNIT, counters ending in _total. A name or label that Prometheus refuses,
/// and one name used with two kinds, throw std::invalid_argument: a bug.
class Metrics {
  public:
    Metrics();
    ~Metrics();

    Counter counter(const std::string& name, const std::string& help, const MetricLabels& labels = {});
    Gauge gauge(const std::string& name, const std::string& help, const MetricLabels& labels = {});
    /// `bounds`: upper bounds of the buckets, rising; one without a bound is added.
    Histogram histogram(const std::string& name, const std::string& help, const std::vector<double>& bounds,
                        const MetricLabels& labels = {});
    /// One of times in seconds, with buckets from 128 µs to 17 s.
    Histogram latencies(const std::string& name, const std::string& help, const MetricLabels& labels = {});

    /// Everything in the text exposition format, version 0.0.4 (`text/plain; version=0.0.4`).
    std::string text() const;

  private:
    friend class MetricsPage;

    std::shared_ptr<prometheus::Registry> registry_;
};

}  // namespace longwire
