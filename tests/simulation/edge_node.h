#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "edge/core/client_api.h"
#include "edge/core/hub.h"
#include "edge/core/link_router.h"
#include "edge/core/requests.h"
#include "tests/simulation/client_session.h"
#include "tests/simulation/link.h"
#include "tests/simulation/node.h"

namespace longwire::simulation {

class Client;

/// An edge: the router of its link thread and the hubs of its shards, which hear each other a while later, as threads
/// do. Its clients' connections are sessions.
class EdgeNode final : public Node {
  public:
    EdgeNode(Environment& environment, std::string name) : Node(environment, std::move(name)) {}

    void start() override;
    void crash() override;

    // The socket to the broker.

    void connect(Link& link) { link_ = &link; }
    void hear(std::string bytes);
    std::function<void(std::string bytes)> at_broker;

    // Connections of clients.

    void add_client(Link& link) { clients_.push_back(&link); }
    void client_connected(Client& client, Link& link);
    void client_gone(Client& client);

    /// What a client says to its session of this connection, if it is still the one.
    void say(const Client& client, std::uint64_t connection, std::function<void(ClientSession&)> message);

    bool is_linked() const { return is_alive() && router_->link().is_up(); }
    std::int64_t linked_since_us() const { return linked_since_us_; }

  private:
    struct Shard {
        Shard(std::string edge, const edge::Hub::Options& hub_options, const edge::ClientLimits& limits);

        std::deque<std::function<void()>> said;  // by clients
        std::vector<edge::ToLink> to_link;
        std::vector<edge::FromLink> from_link;
        edge::Hub hub;
        edge::Requests requests;
        edge::Members members{requests};
        edge::ShardServices services;
        std::map<std::size_t, std::unique_ptr<ClientSession>> sessions;  // by the clients' numbers
        std::int64_t ticked_us = 0;
    };

    void turn() override;
    void link_turn();
    void shard_turn(Shard& shard);
    void take(Shard& shard, const edge::FromLink& message);
    Shard& shard_of(const Client& client);
    void post(Shard& shard, std::function<void()> message);

    Link* link_ = nullptr;
    std::vector<Link*> clients_;
    std::unique_ptr<edge::LinkRouter> router_;
    std::vector<std::unique_ptr<Shard>> shards_;
    std::vector<std::string> heard_;
    bool is_up_ = false;
    std::int64_t linked_since_us_ = 0;
};

}  // namespace longwire::simulation
