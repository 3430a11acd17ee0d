#include "worker/webhook/webhook_kind.h"

#include <limits>
#include <memory>
#include <utility>

#include "protocol/json.h"
#include "protocol/msgpack_fields.h"
#include "protocol/net/http_client.h"
#include "protocol/node/clock.h"
#include "protocol/node/random_id.h"
#include "protocol/utc_text.h"
#include "worker/sdk/input_fields.h"
#include "worker/webhook/attempt_outcome.h"
#include "worker/webhook/host_rules.h"
#include "worker/webhook/retry_schedule.h"
#include "worker/webhook/secret_file.h"
#include "worker/webhook/signature.h"

namespace longwire::webhook {
namespace {

constexpr std::size_t kAnswerBytesMax = 64 << 10;

struct Delivery {
    Url url;
    std::string body;
};

Result<Delivery> read_delivery(const Task& task) {
    LW_TRY(const MsgpackFields fields, input_fields(task));
    LW_TRY(const std::string_view url, fields.string("url"));
    LW_TRY(const std::string_view type, fields.string("type"));
    LW_TRY(const std::int64_t time_us, fields.integer("time_us", 0, std::numeric_limits<std::int64_t>::max()));
    LW_TRY(const std::string_view data, fields.string("data"));
    Delivery delivery;
    LW_TRY(delivery.url, parse_url(url));
    delivery.body = R"({"type":)";
    append_json_string(type, delivery.body);
    delivery.body.append(R"(,"timestamp":")").append(utc_text(time_us)).append(R"(","data":)").append(data).append("}");
    return delivery;
}

class Deliverer {
  public:
    Deliverer(WebhookOptions options, std::vector<std::int64_t> schedule, std::shared_ptr<const HostRules> rules,
              net::HttpClient client)
        : options_(std::move(options)),
          schedule_(std::move(schedule)),
          rules_(std::move(rules)),
          client_(std::move(client)) {}

    TaskResult attempt(Task& task) const {
        const auto delivery = read_delivery(task);
        if (!delivery) return bad_input(delivery.error());
        if (!rules_->allows_host(delivery->url)) {
            return TaskResult::failed("refused", delivery->url.host_and_port() + " is not among the allowed hosts");
        }
        const std::int64_t delay_ms = retry_delay_ms(schedule_, task.attempt());
        const auto secrets = load_secrets(options_.secret_file);
        if (!secrets) return TaskResult::failed("no_secret", secrets.error().message, true, nullptr, delay_ms);
        const std::int64_t begun_us = now_us();
        auto answer = client_.send(request_for(*delivery, task, *secrets, begun_us), task.stop_token());
        if (!answer) return with_jitter(outcome_of(answer.error(), delay_ms));
        const std::int64_t ended_us = now_us();
        // A receiver whose answer is left unread may take that for a failure of its own.
        static_cast<void>(answer->rest(kAnswerBytesMax));
        return with_jitter(outcome_of(answer->head(), delay_ms, ended_us, (ended_us - begun_us) / 1000));
    }

  private:
    net::HttpRequest request_for(const Delivery& delivery, const Task& task, const std::vector<std::string>& secrets,
                                 std::int64_t time_us) const {
        const std::int64_t timestamp_s = time_us / 1'000'000;
        const std::string id = message_id(task.realm(), task.id());
        net::HttpRequest request{.method = "POST", .url = delivery.url, .body = delivery.body};
        request.headers = {{"Content-Type", "application/json"},
                           {"webhook-id", id},
                           {"webhook-timestamp", std::to_string(timestamp_s)},
                           {"webhook-signature", sign(secrets, id, timestamp_s, delivery.body)}};
        request.limits.total_timeout_ms = options_.timeout_ms;
        request.limits.response_bytes_max = std::numeric_limits<std::int64_t>::max();  // it is the status that matters
        return request;
    }

    /// Up to a tenth more, so that what failed together does not come back together.
    static TaskResult with_jitter(TaskResult result) {
        const auto delay_ms = static_cast<std::uint64_t>(result.retry_after_ms());
        if (delay_ms == 0) return result;
        const auto jittered = static_cast<std::int64_t>(delay_ms + random_u64() % (delay_ms / 10 + 1));
        return TaskResult::failed(result.code(), result.text(), true, result.value(), jittered);
    }

    WebhookOptions options_;
    std::vector<std::int64_t> schedule_;
    std::shared_ptr<const HostRules> rules_;
    net::HttpClient client_;
};

Result<std::vector<std::int64_t>> read_schedule(std::string_view text) {
    if (text.empty()) return kStandardRetryMs;
    std::vector<std::int64_t> schedule;
    while (true) {
        const auto comma = text.find(',');
        LW_TRY(const auto delay_ms, read_number(text.substr(0, comma), 1, 86'400'000));
        schedule.push_back(delay_ms);
        if (comma == std::string_view::npos) return schedule;
        text.remove_prefix(comma + 1);
    }
}

}  // namespace

void declare_webhook_settings(Config& config, WebhookOptions& options) {
    config.text(
        {"secret-file", "the file with the secret that signs, whsec_…; a second line while replacing it", "FILE"},
        options.secret_file);
    config.choice({"absent-secret", "what to do where that file is not there", ""}, options.absent_secret,
                  {"refuse", "make"});
    config.choice({"hosts", "which may be told: all that have public addresses, or only the named ones", ""},
                  options.hosts, {"public", "named"});
    config.list({"allow-host",
                 "names HOST, *.SUFFIX, or either with :PORT, which may have addresses that are not public", "HOST"},
                options.allow_host, [](const std::string& host) -> Status {
                    LW_TRY_STATUS(HostList::parse({host}, HostList::Ports::any));
                    return {};
                });
    config.text({"ca-file", "certificates to trust, in PEM; without it the system's", "FILE"}, options.ca_file);
    config.text({"retry-ms", "waits between attempts, in ms; without it 5 s, 5 min, 30 min, 2 h and so on", "MS,…"},
                options.retry_ms, [](const std::string& text) -> Status {
                    LW_TRY_STATUS(read_schedule(text));
                    return {};
                });
    config.number({"timeout-ms", "longest attempt, in ms", "MS"}, options.timeout_ms, 100, 120'000);
}

Result<Worker::Handler> webhook_handler(WebhookOptions options) {
    if (options.secret_file.empty()) return bad_request("secret-file", "is required");
    if (options.absent_secret == "make") LW_TRY_STATUS(make_secret_file(options.secret_file));
    LW_TRY_STATUS(load_secrets(options.secret_file));
    auto named = HostList::parse(options.allow_host, HostList::Ports::any);
    if (!named) return bad_request("allow-host", named.error().message);
    const auto rules = std::make_shared<const HostRules>(std::move(*named), options.hosts == "named");
    net::HttpClientOptions client_options;
    client_options.ca_file = options.ca_file;
    client_options.allow = [rules](const Url& url, const IpAddress& address) {
        return rules->allows_address(url, address);
    };
    auto client = net::HttpClient::make(std::move(client_options));
    if (!client) return bad_request("ca-file", client.error().message);
    LW_TRY(auto schedule, read_schedule(options.retry_ms));
    const auto deliverer =
        std::make_shared<const Deliverer>(std::move(options), std::move(schedule), rules, std::move(*client));
    return Worker::Handler([deliverer](Task& task) { return deliverer->attempt(task); });
}

KindDescription webhook_description() {
    return {"Tell a webhook how a task has ended. The cluster starts these itself.",
            R"({
              "type": "object",
              "properties": {
                "url": {"type": "string", "format": "uri"},
                "type": {"type": "string"},
                "time_us": {"type": "integer", "minimum": 0},
                "data": {"type": "string", "description": "What is told, as JSON."}
              },
              "required": ["url", "type", "time_us", "data"]
            })",
            {}};
}

}  // namespace longwire::webhook
