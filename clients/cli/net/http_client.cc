#include "clients/cli/net/http_client.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "clients/cli/net/dial.h"
#include "protocol/net/sync_stream.h"
#include "protocol/node/config.h"

namespace longwire::cli {

namespace beast = boost::beast;
namespace http = beast::http;

Result<HttpAnswer> http_get(const ServerAddress& address, const std::string& target, const std::string& token,
                            int timeout_ms, WaitHook hook) {
    HookedWait wait(std::move(hook));
    wait.set_silence_ms(timeout_ms);
    net::SyncStream stream(wait);
    LW_TRY_STATUS(dial(stream.connection(), wait, address));

    http::request<http::empty_body> request(http::verb::get, address.path + target, 11);
    request.set(http::field::host, address.authority());
    request.set(http::field::user_agent, "longwire/" + std::string(program_version()));
    request.set(http::field::accept, "application/json");
    request.set(http::field::connection, "close");
    if (!token.empty()) request.set(http::field::authorization, "Bearer " + token);

    boost::system::error_code error;
    http::write(stream, request, error);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(std::uint64_t{64} << 20);
    if (!error) http::read(stream, buffer, parser, error);
    if (error) return Error{Errc::unavailable, "no answer from " + address.url() + ": " + error.message()};
    return HttpAnswer{parser.get().result_int(), std::move(parser.get().body())};
}

}  // namespace longwire::cli
