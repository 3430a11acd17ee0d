#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "protocol/node/metrics.h"
#include "protocol/result.h"

namespace prometheus {
class Exposer;
}

namespace longwire {

/// A program's metrics at http://HOST:PORT/metrics, for programs that serve no HTTP otherwise. It has a thread of its
/// own, which ends with this object; `metrics` may end before or after.
class MetricsPage {
  public:
    /// `address` is HOST:PORT; port 0 takes a free one. Errors: the address is not to be had.
    static Result<std::unique_ptr<MetricsPage>> open(const Metrics& metrics, const std::string& address);
    ~MetricsPage();

    std::uint16_t port() const;

  private:
    explicit MetricsPage(std::unique_ptr<prometheus::Exposer> exposer);

    std::unique_ptr<prometheus::Exposer> exposer_;
};

}  // namespace longwire
