#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "protocol/result.h"
#include "worker/agent/core/completion.h"

namespace longwire::agent {

/// Puts a completion together from the chunks of a stream, as servers with OpenAI's interface send them, with their
/// differences: chunks of the role alone, without choices, with usage at the end or on each; pieces of tool calls by
/// index, with or without ids, or as a whole at once; errors in mid stream.
///
/// Bounds: `text_bytes_max` of text; kToolCallsMax calls with kArgumentsBytesMax of arguments each.
class ChunkAccumulator {
  public:
    static constexpr std::size_t kToolCallsMax = 32;
    static constexpr std::size_t kArgumentsBytesMax = 256 << 10;

    explicit ChunkAccumulator(std::size_t text_bytes_max) : text_bytes_max_(text_bytes_max) {}

    /// Takes the data of one event, and returns the text that it adds. Errors: what is not like a chunk is
    /// `unavailable`, as is an error that the server reports (unless it says it was our fault: bad_request, …);
    /// too_large beyond a bound.
    Result<std::string> take(std::string_view data);

    /// Whether the stream has told that the answer is whole: [DONE], or the reason why it finished.
    bool is_whole() const { return is_done_ || !completion_.finish.empty(); }
    bool is_done() const { return is_done_; }

    /// What has come, its tool calls in order. Calls without an id are given one.
    Completion finish();

  private:
    Status take_tool_call(const boost::json::object& piece, std::size_t place);

    std::size_t text_bytes_max_;
    Completion completion_;
    std::map<std::size_t, ToolCall> calls_;  // by the server's index
    bool is_done_ = false;
};

/// What a server says in a body or chunk of the form {"error": …}; empty where it says nothing of the kind.
std::string server_error_text(const boost::json::value& body);

/// A whole answer that did not come as a stream, put into the form of a chunk.
Result<Completion> read_whole_answer(std::string_view body, std::size_t text_bytes_max);

}  // namespace longwire::agent
