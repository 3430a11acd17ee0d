#pragma once

#include <optional>

#include "clients/cli/up/cluster_plan.h"
#include "protocol/descriptor.h"
#include "protocol/result.h"

namespace longwire::cli {

/// Whether nobody listens there; port 0 is free. Errors: conflict where somebody does, or the system's reason.
Status check_port_is_free(const HostPort& address);

/// Two ports of 127.0.0.1 at which workers of others find a cluster, kept from other clusters while this lives.
class WorkerPorts {
  public:
    /// Those that are asked for, which must be free; else the usual ones, unless they are taken or there is
    /// authentication: whoever connects there need not say who he is. `usual` is the first of the usual ones.
    static Result<WorkerPorts> claim(const UpSettings& settings, int usual = usual_port());

    /// Nothing where there are none.
    const std::optional<WorkerEndpoints>& endpoints() const { return endpoints_; }

  private:
    WorkerPorts() = default;
    static int usual_port();

    std::optional<WorkerEndpoints> endpoints_;
    Descriptor lock_;
};

}  // namespace longwire::cli
