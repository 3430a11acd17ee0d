#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "worker/agent/chat_model.h"

namespace longwire::agent {

struct OpenAiOptions {
    std::string url;      // of the interface, such as http://127.0.0.1:11434/v1
    std::string model;    // for roles that name none; empty: the server's usual one
    std::string key;      // sent as a bearer token; in no message and no log. Empty: none is sent
    std::string ca_file;  // PEM, whom TLS trusts; empty: the system's store
    std::int64_t connect_timeout_ms = 10'000;
    std::int64_t first_timeout_ms = 120'000;  // from the request to the beginning of the answer
    std::int64_t idle_timeout_ms = 60'000;    // within an answer, without a byte
    std::int64_t total_timeout_ms = 600'000;  // of an answer
    std::size_t answer_bytes_max = 256 << 10;
};

/// A model behind a server with OpenAI's interface (POST URL/chat/completions), answers as streams.
/// A request is closed at once when the stop token is set.
/// Errors of this function: bad_request naming `model-url` or `model-ca-file`, also for a key over unencrypted HTTP to
/// another machine.
Result<std::shared_ptr<ChatModel>> open_ai_model(OpenAiOptions options);

}  // namespace longwire::agent
