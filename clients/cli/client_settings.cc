#include "clients/cli/client_settings.h"

#include <fstream>
#include <iostream>
#include <iterator>

#include "clients/cli/exit_status.h"
#include "clients/cli/fields.h"
#include "clients/cli/terminal_text.h"

namespace longwire::cli {

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
    std::string text = argument;
    if (argument == "-") {
        text.assign(std::istreambuf_iterator<char>(std::cin), {});
    } else if (argument.starts_with('@')) {
        std::ifstream file(argument.substr(1), std::ios::binary);
        if (!file) return bad_request(flag, argument.substr(1) + " cannot be read");
        text.assign(std::istreambuf_iterator<char>(file), {});
    }
    auto value = parse_json(text);
    if (!value) return bad_request(flag, value.error().message);
    return value;
}

}  // namespace longwire::cli
