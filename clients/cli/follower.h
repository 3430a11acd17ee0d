#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <string>
#include <vector>

#include "clients/cli/net/native_client.h"
#include "clients/cli/resume_state.h"
#include "protocol/result.h"

namespace longwire::cli {

/// Follows topics and filters over as many connections as it takes: connects again by itself with growing
/// delays, goes on after the last event seen, and passes each event on once.
class Follower {
  public:
    using Tell = std::function<void(const std::string&)>;

    /// `tell` gets what a person should know: cuts, new connections, gaps. After `give_up_s` without a
    /// connection it gives up; 0: never.
    Follower(NativeClient& client, WaitHook hook, Tell tell, std::int64_t give_up_s);

    /// `from` as in a subscribe. Before run().
    void follow_topic(std::string topic, boost::json::value from);
    /// Live only: what is published during a cut does not come, and is told of.
    void follow_filter(std::string filter);

    /// Passes on pushes until `on_push` returns false, on a connected client. Errors: unavailable when it
    /// gives up or was interrupted by the hook, and the cluster's refusals.
    Status run(const std::function<bool(const Push&)>& on_push);

  private:
    Status subscribe_all();
    Status connect_again(const Error& why);
    bool is_news(const Push& push, bool& again);
    ResumeState* find(const std::string& topic);

    NativeClient& client_;
    WaitHook hook_;
    Tell tell_;
    std::int64_t give_up_s_;
    std::vector<ResumeState> topics_;
    std::vector<std::string> filters_;
};

}  // namespace longwire::cli
