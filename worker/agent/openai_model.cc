#include "worker/agent/openai_model.h"

#include <boost/json.hpp>
#include <utility>

#include "protocol/ip_address.h"
#include "protocol/net/http_client.h"
#include "protocol/node/clock.h"
#include "protocol/retry_after.h"
#include "worker/agent/core/chunk_accumulator.h"
#include "worker/agent/core/request_body.h"
#include "worker/agent/core/retry_policy.h"
#include "worker/agent/core/sse_parser.h"

namespace longwire::agent {
namespace {

constexpr std::size_t kErrorBodyBytesMax = 64 << 10;
constexpr std::uint64_t kStreamBytesMax = 64ULL << 20;  // of an answer with all that is around its text

/// What keeps an answer from coming may be gone next time; what is wrong with the request will not.
Error error_of(const net::HttpError& error) {
    const bool is_ours = error.failure == net::HttpFailure::bad_request || error.failure == net::HttpFailure::refused ||
                         error.failure == net::HttpFailure::too_large;
    return Error{is_ours ? Errc::bad_request : Errc::unavailable, "the model server: " + error.message};
}

class OpenAiModel : public ChatModel {
  public:
    OpenAiModel(OpenAiOptions options, Url url, net::HttpClient client)
        : options_(std::move(options)), url_(std::move(url)), client_(std::move(client)) {}

    Result<Completion> complete(const ChatRequest& request, const OnText& on_text,
                                const std::stop_token& stop) override {
        auto completion = exchange(request, on_text, stop);
        if (completion) return completion;
        auto error = completion.error();
        error.message = without_key(std::move(error.message));
        return error;
    }

  private:
    Result<Completion> exchange(const ChatRequest& request, const OnText& on_text, const std::stop_token& stop) const {
        auto answer = client_.send(http_request(request), stop);
        if (!answer) return error_of(answer.error());
        const auto& head = answer->head();
        if (head.status != 200) return refusal(*answer);
        const auto* const type = head.find("content-type");
        const bool is_whole = type != nullptr && type->find("json") != std::string::npos;
        return is_whole ? take_whole(*answer, on_text) : take_stream(*answer, on_text);
    }

    /// Servers may say the key that they refuse.
    std::string without_key(std::string text) const {
        if (options_.key.empty()) return text;
        for (auto at = text.find(options_.key); at != std::string::npos; at = text.find(options_.key, at)) {
            text.replace(at, options_.key.size(), "[key]");
        }
        return text;
    }

    net::HttpRequest http_request(const ChatRequest& request) const {
        net::HttpRequest out;
        out.method = "POST";
        out.url = url_;
        out.headers = {{"Content-Type", "application/json"}, {"Accept", "text/event-stream, application/json"}};
        if (!options_.key.empty()) out.headers.push_back({"Authorization", "Bearer " + options_.key});
        out.body = request_body(request, options_.model);
        out.limits.connect_timeout_ms = options_.connect_timeout_ms;
        out.limits.header_timeout_ms = options_.first_timeout_ms;
        out.limits.idle_timeout_ms = options_.idle_timeout_ms;
        out.limits.total_timeout_ms = options_.total_timeout_ms;
        out.limits.response_bytes_max = kStreamBytesMax;
        return out;
    }

    static Error refusal(net::HttpAnswer& answer) {
        std::string body;
        while (body.size() < kErrorBodyBytesMax) {
            const auto piece = answer.next();
            if (!piece || piece->empty()) break;
            body.append(*piece);
        }
        boost::json::error_code error;
        const auto said = server_error_text(boost::json::parse(body, error));
        const auto* const wait = answer.head().find("retry-after");
        return error_of_status(answer.head().status, error ? "" : said,
                               wait == nullptr ? 0 : read_retry_after_ms(*wait, now_us()));
    }

    /// Of servers that don't stream.
    Result<Completion> take_whole(net::HttpAnswer& answer, const OnText& on_text) const {
        auto body = answer.rest();
        if (!body) return error_of(body.error());
        LW_TRY(auto completion, read_whole_answer(*body, options_.answer_bytes_max));
        if (!completion.text.empty()) on_text(completion.text);
        return completion;
    }

    Result<Completion> take_stream(net::HttpAnswer& answer, const OnText& on_text) const {
        ChunkAccumulator chunks(options_.answer_bytes_max);
        SseParser events([&](std::string_view data) -> Status {
            LW_TRY(const auto text, chunks.take(data));
            if (!text.empty()) on_text(text);
            return {};
        });
        while (!chunks.is_done()) {
            const auto piece = answer.next();
            // A server that closes in its own way after the whole answer has still answered.
            if (!piece && chunks.is_whole()) break;
            if (!piece) return error_of(piece.error());
            if (piece->empty()) break;
            LW_TRY_STATUS(events.feed(*piece));
        }
        if (!chunks.is_whole()) return Error{Errc::unavailable, "the model server's answer ended before its end"};
        return chunks.finish();
    }

    OpenAiOptions options_;
    Url url_;
    net::HttpClient client_;
};

}  // namespace

Result<std::shared_ptr<ChatModel>> open_ai_model(OpenAiOptions options) {
    while (options.url.ends_with('/')) options.url.pop_back();
    const auto url = parse_url(options.url + "/chat/completions");
    if (!url) return bad_request("model-url", url.error().message);
    if (!options.key.empty() && !url->tls && !is_loopback_host(url->host)) {
        return bad_request("model-url", "a key is not sent unencrypted to another machine: use https");
    }
    net::HttpClientOptions client;
    client.ca_file = options.ca_file;
    auto made = net::HttpClient::make(std::move(client));
    if (!made) return bad_request("model-ca-file", made.error().message);
    std::shared_ptr<ChatModel> model = std::make_shared<OpenAiModel>(std::move(options), *url, std::move(*made));
    return model;
}

}  // namespace longwire::agent
