#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/node/setting.h"
#include "protocol/result.h"

namespace longwire {

inline constexpr int kExitUsage = 2;

/// A program's settings, each declared once and given as a flag, a LONGWIRE_ variable or a key of a TOML
/// file, in that order of strength; an empty LONGWIRE_ variable counts as not given. What the C++ variable
/// holds when it is declared is the default.
///
///     Config config("longwire-broker", "Sequences, keeps and routes events.");
///     config.text({"data-dir", "where the log lives", "DIR"}, settings.data_dir);
///     config.number({"window-ms", "longest wait for a commit, in ms", "MS"}, settings.window_ms, 0, 1000);
///     if (const auto status = config.parse(argc, argv)) return *status;
///
/// --help, --version, --config FILE, --check-config and --print-config are there without being declared.
/// Declared variables must outlive parse(). For start-up: one thread.
class Config {
  public:
    /// `program` as a user types it. Without `with_file` there is no --config and its kin:
    /// for short commands.
    Config(std::string program, std::string about, bool with_file = true);

    void text(Setting setting, std::string& value, const TextCheck& check = {});
    void choice(Setting setting, std::string& value, const std::vector<std::string>& accepted);
    void toggle(Setting setting, bool& value);
    /// Given several times, or once with commas; as an array in the file.
    void list(Setting setting, std::vector<std::string>& value, const TextCheck& check_each = {});
    void real(Setting setting, double& value, double least, double most);

    template <std::integral Number>
    void number(const Setting& setting, Number& value, std::int64_t least = 0,
                std::int64_t most = most_that_fits<Number>()) {
        add_number(
            setting, least, most, [&value](std::int64_t read) { value = static_cast<Number>(read); },
            [&value] { return static_cast<std::int64_t>(value); });
    }

    /// Words without a dash. `name` is for the usage line: "KIND". At most `most` words are taken.
    void words(std::string name, std::vector<std::string>& value, std::size_t least, std::size_t most);

    /// A relation between settings, looked at when all are read. Its error's `field` names the setting.
    void check(std::function<Status()> relation);

    /// Reads everything into the variables. Returns the exit status if the program is to end now: 0 after
    /// --help, --version, --check-config or --print-config; 2 after one line on stderr that names the flag,
    /// variable or key at fault and what is accepted.
    std::optional<int> parse(int argc, const char* const* argv);
    std::optional<int> parse(const std::vector<std::string>& arguments);

    /// The same with everything given: arguments without the program's name, the environment as "NAME=value".
    std::optional<int> parse(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
                             std::ostream& out, std::ostream& err);

    std::string help() const;
    /// What is in force, as a TOML file that says the same; secrets are left out.
    std::string print() const;

  private:
    template <std::integral Number>
    static constexpr std::int64_t most_that_fits() {
        return sizeof(Number) < 8 ? static_cast<std::int64_t>(std::numeric_limits<Number>::max())
                                  : std::numeric_limits<std::int64_t>::max();
    }

    void add_number(Setting setting, std::int64_t least, std::int64_t most, std::function<void(std::int64_t)> set,
                    std::function<std::int64_t()> get);
    void add(SettingSlot slot);
    Status read(const std::vector<std::string>& arguments, const std::vector<std::string>& environment);
    Status read_file(const std::string& path, std::vector<std::string>& origins);
    Status read_variables(const std::map<std::string, std::string>& environment, std::vector<std::string>& origins);
    Status store(const SettingSlot& slot, const std::string& origin, const std::vector<std::string>& values) const;

    struct Words {
        std::string name;
        std::vector<std::string>* value = nullptr;
        std::size_t least = 0;
        std::size_t most = 0;
    };

    std::string program_;
    std::string about_;
    bool with_file_;
    std::vector<SettingSlot> slots_;
    std::vector<std::function<Status()>> relations_;
    Words words_;
    std::string config_file_;
    bool help_ = false;
    bool version_ = false;
    bool check_config_ = false;
    bool print_config_ = false;
};

/// "VERSION", the project's.
std::string_view program_version();

/// A check for HOST:PORT; the port may be 0 where `port_0` says so. IPv6 hosts stand in brackets.
TextCheck check_host_port(bool port_0 = true);
/// A check for ZeroMQ endpoints: tcp://HOST:PORT or ipc://PATH.
TextCheck check_endpoint();

}  // namespace longwire
