#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "clients/cli/client_settings.h"
#include "clients/cli/net/wait_hook.h"
#include "protocol/result.h"

namespace longwire::cli {

/// GETs an object from the first of the cluster's addresses that has it. Errors: those of the cluster; unavailable
/// where none answers.
Result<boost::json::object> get_json(const ClientSettings& settings, const std::string& target,
                                     const WaitHook& hook = {});

/// Which tasks, and how many at most. Empty texts stand for any.
struct TaskQuery {
    std::string state = {};
    std::string kind = {};
    std::string parent = {};
    std::string root = {};  // of a tree of tasks
    std::int64_t limit = 1000;
};

/// The youngest first, over as many pages as it takes.
Result<std::vector<boost::json::object>> list_tasks(const ClientSettings& settings, const TaskQuery& query,
                                                    const WaitHook& hook = {});

}  // namespace longwire::cli
