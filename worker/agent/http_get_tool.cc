#include "worker/agent/http_get_tool.h"

#include <utility>

#include "protocol/ip_address.h"
#include "protocol/net/http_client.h"
#include "protocol/utf8.h"

namespace longwire::agent {
namespace {

net::HttpLimits limits() {
    net::HttpLimits limits;
    limits.connect_timeout_ms = 10'000;
    limits.header_timeout_ms = 20'000;
    limits.idle_timeout_ms = 20'000;
    limits.total_timeout_ms = 60'000;
    limits.response_bytes_max = 4 << 20;
    return limits;
}

class HttpGet : public Tool {
  public:
    HttpGet(HostList allow, net::HttpClient client) : allow_(std::move(allow)), client_(std::move(client)) {}

    ToolSpec spec() const override {
        return {"http_get", "Reads a text from the web.", schema_of({{"url", "where from: http:// or https://"}})};
    }

    Result<std::string> use(const boost::json::object& arguments, Task& task) const override {
        LW_TRY(const auto text, text_argument(arguments, "url"));
        net::HttpRequest request;
        LW_TRY(request.url, parse_url(text));
        if (!allow_.has(request.url)) {
            return Error{Errc::forbidden, "this worker may not read from " + request.url.host_and_port(), "url"};
        }
        request.limits = limits();
        request.headers = {{"Accept", "text/*, application/json;q=0.9, */*;q=0.1"}};
        LW_TRY(auto answer, client_.send(request, task.stop_token()));
        LW_TRY(auto body, answer.rest(kToolTextBytesMax));  // one sees where there was more
        const auto& head = answer.head();
        if (head.status >= 300 && head.status < 400) {
            const auto* const where = head.find("location");
            const bool is_told = where != nullptr && is_valid_utf8(*where);
            return "status " + std::to_string(head.status) + ", see " + (is_told ? *where : "nowhere");
        }
        if (!is_valid_utf8(utf8_prefix(body, kToolTextBytesMax))) return Error{Errc::bad_request, "is no text", "url"};
        if (head.status == 200) return body;
        return "status " + std::to_string(head.status) + "\n" + body;
    }

  private:
    HostList allow_;
    net::HttpClient client_;
};

}  // namespace

Result<std::unique_ptr<Tool>> http_get_tool(HttpGetOptions options) {
    net::HttpClientOptions client;
    client.ca_file = options.ca_file;
    client.allow = [private_addresses = options.private_addresses](const Url& url, const IpAddress& address) {
        return private_addresses || is_public(address) || parse_ip_address(url.host) == address;
    };
    LW_TRY(auto made, net::HttpClient::make(std::move(client)));
    std::unique_ptr<Tool> tool = std::make_unique<HttpGet>(std::move(options.allow), std::move(made));
    return tool;
}

}  // namespace longwire::agent
