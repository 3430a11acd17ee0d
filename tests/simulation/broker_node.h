#pragma once

#include <map>
#include <memory>
#include <string>

#include "broker/core/broker.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/link.h"
#include "tests/simulation/node.h"
#include "tests/simulation/wire_rules.h"

namespace longwire::simulation {

/// The broker's core in a loop like that of its shell, over a simulated disk.
class BrokerNode final : public Node {
  public:
    explicit BrokerNode(Environment& environment);

    void start() override;
    void crash() override { die(false); }
    void lose_power() { die(true); }
    void stall_disk(std::int64_t for_us);
    void fill_disk(std::int64_t for_us);
    void damage_disk() { disk_.damage(); }
    void make_room() { disk_.make_room(); }

    // Sockets.

    void add_worker(const std::string& name, Link& link) { workers_[name] = &link; }
    void add_edge(const std::string& name, Link& link) { edges_[name] = &link; }
    void add_events(Link& link) { events_.push_back(&link); }
    void hear_worker(const std::string& name, std::string bytes);
    void hear_edge(const std::string& name, std::string bytes);
    void hear_published(broker::PublishedFrame frame);

    bool is_idle() const { return is_alive() && log_->is_idle(); }

    /// What arrives at the other ends.
    std::function<void(const std::string& worker, std::string bytes)> at_worker;
    std::function<void(const std::string& edge, std::string bytes)> at_edge;

  private:
    void turn() override;
    void die(bool with_power);
    void restore();
    void notice_stall();
    void check_room() const;
    void check_ledger() const;
    void step();
    void send(broker::PeerKind kind, const broker::LinkFrame& frame);

    Disk disk_;
    WireRules rules_;
    std::map<std::string, Link*> workers_;
    std::map<std::string, Link*> edges_;
    std::vector<Link*> events_;

    std::unique_ptr<DiskLog> log_;
    std::unique_ptr<broker::Broker> broker_;
    broker::BrokerInbox inbox_;
    broker::BrokerOutbox outbox_;
    std::int64_t turned_us_ = 0;
    bool has_room_ = true;  // as it was told
};

}  // namespace longwire::simulation
