#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "protocol/result.h"
#include "worker/agent/core/completion.h"
#include "worker/sdk/task.h"

namespace longwire::agent {

/// Something that a model may have done. Thread: any, several at once.
class Tool {
  public:
    virtual ~Tool() = default;
    virtual ToolSpec spec() const = 0;
    /// What it found, as a text for the model. Errors are told to the model as well, which may do better then. It ends
    /// early when the task is asked to end.
    virtual Result<std::string> use(const boost::json::object& arguments, Task& task) const = 0;
};

using Tools = std::map<std::string, std::unique_ptr<Tool>, std::less<>>;

/// The names of all tools that there are, whether they are switched on or not.
std::vector<std::string> known_tools();

/// Longest answer of a tool that a model and the watchers are shown; what is longer is cut, and says so.
inline constexpr std::size_t kToolTextBytesMax = 32 << 10;

/// A text among the arguments. Errors: bad_request with the name as field.
Result<std::string> text_argument(const boost::json::object& arguments, std::string_view name);

/// The JSON schema of an object of texts, all of them required, by name and what they are.
boost::json::value schema_of(const std::vector<std::pair<std::string, std::string>>& texts);

}  // namespace longwire::agent
