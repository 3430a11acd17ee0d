#include "protocol/node/metrics_page.h"

#include <prometheus/exposer.h>
#include <prometheus/registry.h>

#include <exception>
#include <utility>

namespace longwire {

MetricsPage::MetricsPage(std::unique_ptr<prometheus::Exposer> exposer) : exposer_(std::move(exposer)) {}
MetricsPage::~MetricsPage() = default;

Result<std::unique_ptr<MetricsPage>> MetricsPage::open(const Metrics& metrics, const std::string& address) {
    try {
        auto exposer = std::make_unique<prometheus::Exposer>(address, 1);
        exposer->RegisterCollectable(metrics.registry_);
        return std::unique_ptr<MetricsPage>(new MetricsPage(std::move(exposer)));
    } catch (const std::exception& error) {
        return Error{Errc::unavailable, "cannot serve metrics at " + address + ": " + error.what(), "metrics"};
    }
}

std::uint16_t MetricsPage::port() const {
    return static_cast<std::uint16_t>(exposer_->GetListeningPorts().front());
}

}  // namespace longwire
