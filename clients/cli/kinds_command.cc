#include <string>
#include <vector>

#include "clients/cli/client_settings.h"
#include "clients/cli/cluster_reads.h"
#include "clients/cli/commands.h"
#include "clients/cli/exit_status.h"
#include "clients/cli/fields.h"
#include "clients/cli/table.h"
#include "clients/cli/terminal.h"
#include "clients/cli/terminal_text.h"

namespace longwire::cli {
namespace json = boost::json;
namespace {

constexpr std::size_t kAboutCells = 60;

std::string kind_table(const json::array& kinds) {
    std::vector<std::vector<std::string>> rows{{"KIND", "ABOUT", "WORKERS", "RUNNING", "QUEUED"}};
    for (const json::value& one : kinds) {
        if (!one.is_object()) continue;
        const auto& kind = one.get_object();
        const auto count = [&](const char* field) { return std::to_string(number_at(kind, field).value_or(0)); };
        const auto about = cut_to_width(one_line(text_at(kind, "about")), kAboutCells);
        rows.push_back(
            {text_at(kind, "kind"), about.empty() ? "-" : about, count("workers"), count("running"), count("queued")});
    }
    return format_table(rows);
}

}  // namespace

int run_kinds(const Arguments& arguments) {
    ClientSettings settings;
    Config config("longwire kinds",
                  "Lists the kinds of tasks: those that workers serve now, and those that tasks wait for. With --json "
                  "also which input each takes.",
                  false);
    declare_client_settings(config, settings);
    if (const auto status = config.parse(arguments)) return *status;

    const auto answer = get_json(settings, "/v1/kinds");
    if (!answer) return report(answer.error());
    const json::array* const kinds = array_at(*answer, "kinds");
    if (kinds == nullptr) return report({Errc::internal, "the edge's list of kinds is not understood"});
    if (const auto left_out = number_at(*answer, "left_out").value_or(0); left_out > 0) {
        tell("and " + std::to_string(left_out) + " more");
    }
    if (!settings.json) {
        write_out(kind_table(*kinds));
        return kDone;
    }
    for (const json::value& kind : *kinds) {
        if (!write_out(compact_json(kind) + "\n")) break;
    }
    return kDone;
}

}  // namespace longwire::cli
