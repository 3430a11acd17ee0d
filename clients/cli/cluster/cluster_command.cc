#include "clients/cli/client_settings.h"
#include "clients/cli/cluster/cluster_view.h"
#include "clients/cli/cluster_reads.h"
#include "clients/cli/commands.h"
#include "clients/cli/exit_status.h"
#include "clients/cli/fields.h"
#include "clients/cli/terminal.h"
#include "protocol/node/clock.h"

namespace longwire::cli {
namespace json = boost::json;

int run_cluster(const Arguments& arguments) {
    ClientSettings settings;
    Config config("longwire cluster", "Shows brokers and edges, and how old events are at each hop.", false);
    declare_client_settings(config, settings);
    if (const auto status = config.parse(arguments)) return *status;

    const auto cluster = get_json(settings, "/v1/cluster");
    if (!cluster) return report(cluster.error());
    write_out(settings.json ? compact_json(*cluster) + "\n" : cluster_text(*cluster, now_us()));
    return kDone;
}

int run_slow(const Arguments& arguments) {
    ClientSettings settings;
    Config config("longwire slow", "Shows the clients that take too slowly, and how far they are behind.", false);
    declare_client_settings(config, settings);
    if (const auto status = config.parse(arguments)) return *status;

    const auto cluster = get_json(settings, "/v1/cluster");
    if (!cluster) return report(cluster.error());
    if (!settings.json) {
        write_out(slow_text(*cluster, now_us()));
        return kDone;
    }
    for (const auto& client : slow_clients(*cluster)) {
        if (!write_out(compact_json(client) + "\n")) break;
    }
    return kDone;
}

}  // namespace longwire::cli
