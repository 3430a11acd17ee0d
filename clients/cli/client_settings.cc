#include "clients/cli/client_settings.h"

#include <unistd.h>

#include <iostream>

#include "clients/cli/exit_status.h"
#include "clients/cli/fields.h"
#include "clients/cli/terminal_text.h"
#include "protocol/node/file.h"

namespace longwire::cli {
namespace {

constexpr std::size_t kJsonBytesMax = 8 << 20;  // with its blanks, which are not sent

/// The text that an argument stands for.
Result<std::string> text_of(const std::string& argument) {
    if (argument == "-") return read_to_end(STDIN_FILENO, "stdin", kJsonBytesMax);
    if (argument.starts_with('@')) return read_file(argument.substr(1), kJsonBytesMax);
    return argument;
}

}  // namespace

std::vector<ServerAddress> ClientSettings::addresses() const {
    std::vector<ServerAddress> all;
    for (const std::string& url : urls) {
        if (auto address = parse_server_address(url)) all.push_back(std::move(*address));
    }
    return all;
}

Setting only_flag(std::string name, std::string help, std::string value_name, char letter) {
    return {.name = std::move(name),
            .help = std::move(help),
            .value_name = std::move(value_name),
            .letter = letter,
            .reach = Reach::flag};
}

void declare_client_settings(Config& config, ClientSettings& settings) {
    config.list({.name = "url",
                 .help = "the cluster's edges; several are tried in turn",
                 .value_name = "URL",
                 .reach = Reach::flag_and_variable},
                settings.urls, [](const std::string& url) -> Status {
                    LW_TRY([[maybe_unused]] const auto address, parse_server_address(url));
                    return {};
                });
    config.text({.name = "token",
                 .help = "who you are: a JWT or an API key",
                 .value_name = "TOKEN",
                 .secret = true,
                 .reach = Reach::flag_and_variable},
                settings.token);
    config.toggle(only_flag("json", "write JSON, one object per line"), settings.json);
    config.check([&settings]() -> Status {
        if (!settings.urls.empty()) return {};
        return bad_request("url", "needs a URL such as http://127.0.0.1:8080");
    });
}

void declare_reconnect_settings(Config& config, ClientSettings& settings) {
    config.number(only_flag("give-up-s", "longest time without a connection, in s; 0 for ever", "S"),
                  settings.give_up_s, 0, 1'000'000);
}

void tell(const std::string& message) {
    std::cerr << "longwire: " << one_line(message) << "\n";
}

int report(const Error& error) {
    tell(error.code == Errc::unavailable ? error.message : describe(error));
    return error.code == Errc::unavailable ? kUnreachable : kFailed;
}

Result<boost::json::value> read_json_argument(const std::string& flag, const std::string& argument) {
    const auto text = text_of(argument);
    if (!text) return bad_request(flag, text.error().message);
    auto value = parse_json(*text);
    if (!value) return bad_request(flag, value.error().message);
    return value;
}

}  // namespace longwire::cli
