#pragma once

#include <string>

#include "broker/core/broker.h"
#include "protocol/node/metrics.h"
#include "protocol/node/metrics_page.h"

namespace longwire::broker {

/// What an operator sees of a broker from outside.
///
/// Thread: the broker's; the page is served by one of its own.
class BrokerMetrics {
  public:
    /// Serves them at this HOST:PORT.
    Status serve(const std::string& address);

    void update(const Broker& broker);
    void cancelled_after(std::int64_t us);

  private:
    Metrics metrics_;
    std::unique_ptr<MetricsPage> page_;
};

}  // namespace longwire::broker
