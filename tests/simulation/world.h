#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/broker_node.h"
#include "tests/simulation/client.h"
#include "tests/simulation/edge_node.h"
#include "tests/simulation/environment.h"
#include "tests/simulation/link.h"
#include "tests/simulation/worker_node.h"

namespace longwire::simulation {

/// A link, and which nodes it joins.
struct NamedLink {
    std::string dialler;
    std::string listener;
    std::unique_ptr<Link> link;
};

/// A whole cluster and its clients.
class World {
  public:
    World(const Scenario& scenario, bool is_told);

    Environment& environment() { return environment_; }
    BrokerNode& broker() { return broker_; }
    std::vector<std::unique_ptr<WorkerNode>>& workers() { return workers_; }
    std::vector<std::unique_ptr<EdgeNode>>& edges() { return edges_; }
    std::vector<std::unique_ptr<Client>>& clients() { return clients_; }
    std::vector<NamedLink>& links() { return links_; }
    std::vector<Node*>& nodes() { return nodes_; }

    void start();

    /// What keeps the world from being at rest; empty if nothing does.
    std::string waits_for() const;

  private:
    Link& join(const std::string& dialler, const std::string& listener, Link::OnChange at_dialler,
               Link::OnChange at_listener);
    void add_worker(std::size_t number);
    void add_edge(std::size_t number);
    void add_client(std::size_t number);
    void check_abandoned(const std::string& path) const;
    std::string wrong_member() const;

    Environment environment_;
    BrokerNode broker_;
    std::vector<std::unique_ptr<WorkerNode>> workers_;
    std::vector<std::unique_ptr<EdgeNode>> edges_;
    std::vector<std::unique_ptr<Client>> clients_;
    std::vector<NamedLink> links_;
    std::vector<Node*> nodes_;
};

}  // namespace longwire::simulation
