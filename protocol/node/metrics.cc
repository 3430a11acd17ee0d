#include "protocol/node/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace longwire {

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

std::string Metrics::text() const {
    return prometheus::TextSerializer{}.Serialize(registry_->Collect());
}

}  // namespace longwire
