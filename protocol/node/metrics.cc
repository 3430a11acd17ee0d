#include "protocol/node/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace longwire {
namespace {

// Powers of two, below which a LatencyHistogram counts exactly.
constexpr std::int64_t kLeastBoundUs = 1 << 7;
constexpr std::int64_t kGreatestBoundUs = 1 << 24;

template <class Visit>
void for_each_bound_us(Visit visit) {
    for (auto us = kLeastBoundUs; us <= kGreatestBoundUs; us *= 2) visit(us);
}

constexpr double kSecondsPerUs = 1e-6;

}  // namespace

void Counter::add(double amount) {
    counter_->Increment(amount);
}
void Counter::raise_to(std::uint64_t total) {
    const auto more = static_cast<double>(total) - counter_->Value();
    if (more > 0) counter_->Increment(more);
}

double Counter::value() const {
    return counter_->Value();
}

void Gauge::set(double value) {
    gauge_->Set(value);
}
void Gauge::add(double amount) {
    gauge_->Increment(amount);
}
double Gauge::value() const {
    return gauge_->Value();
}

void Histogram::observe(double value) {
    histogram_->Observe(value);
}
void Histogram::raise_to(const LatencyHistogram& total) {
    const auto known = histogram_->Collect().histogram;
    std::vector<double> more;
    std::uint64_t below = 0;
    std::uint64_t known_below = 0;
    const auto add = [&](std::uint64_t now_below) {
        const auto known_now = known.bucket[more.size()].cumulative_count;
        more.push_back(static_cast<double>((now_below - below) - (known_now - known_below)));
        below = now_below;
        known_below = known_now;
    };
    for_each_bound_us([&](std::int64_t us) { add(total.count_below(us)); });
    add(total.count());
    histogram_->ObserveMultiple(more, static_cast<double>(total.sum_us()) * kSecondsPerUs - known.sample_sum);
}

Metrics::Metrics() : registry_(std::make_shared<prometheus::Registry>(prometheus::Registry::InsertBehavior::Merge)) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string& name, const std::string& help, const MetricLabels& labels) {
    return Counter{prometheus::BuildCounter().Name(name).Help(help).Register(*registry_).Add(labels)};
}

Gauge Metrics::gauge(const std::string& name, const std::string& help, const MetricLabels& labels) {
    return Gauge{prometheus::BuildGauge().Name(name).Help(help).Register(*registry_).Add(labels)};
}

Histogram Metrics::histogram(const std::string& name, const std::string& help, const std::vector<double>& bounds,
                             const MetricLabels& labels) {
    auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(*registry_);
    return Histogram{family.Add(labels, prometheus::Histogram::BucketBoundaries{bounds})};
}

Histogram Metrics::latencies(const std::string& name, const std::string& help, const MetricLabels& labels) {
    std::vector<double> bounds;
    for_each_bound_us([&](std::int64_t us) { bounds.push_back(static_cast<double>(us) * kSecondsPerUs); });
    return histogram(name, help, bounds, labels);
}

std::string Metrics::text() const {
    return prometheus::TextSerializer{}.Serialize(registry_->Collect());
}

}  // namespace longwire
