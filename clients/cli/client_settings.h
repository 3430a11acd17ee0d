#pragma once

#include <string>
#include <vector>

#include "clients/cli/server_address.h"
#include "protocol/node/config.h"

namespace longwire::cli {

/// What every command that talks to a cluster takes.
struct ClientSettings {
    std::vector<std::string> urls = {"http://127.0.0.1:8080"};
    std::string token;
    bool json = false;
    std::int64_t give_up_s = 300;

    /// The URLs, read; they have been checked by the flags.
    std::vector<ServerAddress> addresses() const;
};

/// Declares --url, --token and --json.
void declare_client_settings(Config& config, ClientSettings& settings);
/// Declares --give-up-s, for commands that connect again by themselves.
void declare_reconnect_settings(Config& config, ClientSettings& settings);

/// A flag that no variable and no file sets.
Setting only_flag(std::string name, std::string help, std::string value_name = {}, char letter = 0);

/// Writes "longwire: message" to stderr, made harmless for a terminal.
void tell(const std::string& message);

/// Tells what went wrong; returns the exit status for it.
int report(const Error& error);

/// JSON given as text, as @FILE, or as - for stdin. Errors name `flag`.
Result<boost::json::value> read_json_argument(const std::string& flag, const std::string& argument);

}  // namespace longwire::cli
