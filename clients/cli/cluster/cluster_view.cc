#include "clients/cli/cluster/cluster_view.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <cstdio>
#include <vector>

#include "clients/cli/fields.h"
#include "clients/cli/table.h"
#include "clients/cli/terminal_text.h"

namespace longwire::cli {
namespace json = boost::json;
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::int64_t count_at(const json::object& object, std::string_view key) {
    return number_at(object, key).value_or(0);
}

std::string number_text(const json::object& object, std::string_view key) {
    return std::to_string(count_at(object, key));
}

std::string time_text(std::int64_t us) {
    std::array<char, 32> text{};
    if (us < 1'000) {
        std::snprintf(text.data(), text.size(), "%ld µs", static_cast<long>(us));
    } else if (us < 10'000'000) {
        std::snprintf(text.data(), text.size(), "%.1f ms", static_cast<double>(us) * 1e-3);
    } else {
        std::snprintf(text.data(), text.size(), "%.1f s", static_cast<double>(us) * 1e-6);
    }
    return text.data();
}

std::string bytes_text(std::int64_t bytes) {
    std::array<char, 32> text{};
    if (bytes < 10 << 10) return std::to_string(bytes) + " B";
    std::snprintf(text.data(), text.size(), "%.1f MiB", static_cast<double>(bytes) / (1 << 20));
    return text.data();
}

template <class Visit>
void for_each(const json::object& object, std::string_view key, Visit visit) {
    const auto* const list = array_at(object, key);
    if (list == nullptr) return;
    for (const auto& item : *list) {
        if (item.is_object()) visit(item.get_object());
    }
}

void add_ages(Rows& rows, const json::object& node, const std::string& name) {
    for_each(node, "ages", [&](const json::object& hop) {
        if (count_at(hop, "events") == 0) return;
        rows.push_back({name, "at the " + text_at(hop, "hop"), number_text(hop, "events"),
                        time_text(count_at(hop, "p50_us")), time_text(count_at(hop, "p99_us")),
                        time_text(count_at(hop, "max_us"))});
    });
}

}  // namespace

std::string cluster_text(const json::object& cluster, std::int64_t now_us) {
    Rows brokers{{"BROKER", "STARTED", "TOPICS", "EVENTS", "WORKERS", "QUEUED", "RUNNING", "VERSION", ""}};
    Rows edges{{"EDGE", "STARTED", "CONNECTIONS", "TOPICS", "DELIVERED", "MERGED", "GAPS", "TOO SLOW", "SLOW NOW",
                "UNCONFIRMED", "VERSION"}};
    Rows ages{{"EVENTS LATELY", "THEIR AGE", "COUNT", "P50", "P99", "MAX"}};
    for_each(cluster, "brokers", [&](const json::object& broker) {
        const auto name = text_at(broker, "broker");
        brokers.push_back({name, ago_text(number_at(broker, "started_us"), now_us), number_text(broker, "topics"),
                           number_text(broker, "events"), number_text(broker, "workers"), number_text(broker, "queued"),
                           number_text(broker, "running"), text_at(broker, "version"),
                           truth_at(broker, "takes_work") ? "" : "takes no new work"});
        add_ages(ages, broker, name);
    });
    for_each(cluster, "edges", [&](const json::object& edge) {
        const auto name = text_at(edge, "edge");
        const auto* const slow = array_at(edge, "slow");
        edges.push_back({name, ago_text(number_at(edge, "started_us"), now_us), number_text(edge, "connections"),
                         number_text(edge, "topics"), number_text(edge, "delivered"), number_text(edge, "merged"),
                         number_text(edge, "gaps"), number_text(edge, "too_slow"),
                         std::to_string(slow == nullptr ? 0 : slow->size()),
                         bytes_text(count_at(edge, "unconfirmed_bytes")), text_at(edge, "version")});
        add_ages(ages, edge, name);
    });
    auto text = format_table(brokers) + "\n" + format_table(edges);
    if (ages.size() > 1) text += "\n" + format_table(ages);
    return text;
}

json::array slow_clients(const json::object& cluster) {
    std::vector<json::object> clients;
    for_each(cluster, "edges", [&](const json::object& edge) {
        for_each(edge, "slow", [&](json::object client) {
            client["edge"] = text_at(edge, "edge");
            clients.push_back(std::move(client));
        });
    });
    std::stable_sort(clients.begin(), clients.end(), [](const json::object& one, const json::object& other) {
        return count_at(one, "events") > count_at(other, "events");
    });
    json::array list;
    for (auto& client : clients) list.emplace_back(std::move(client));
    return list;
}

std::string slow_text(const json::object& cluster, std::int64_t now_us) {
    const auto clients = slow_clients(cluster);
    if (clients.empty()) return "no client is behind\n";
    Rows rows{{"CONNECTION", "USER", "ADDRESS", "EDGE", "BEHIND", "TOPICS", "UNSENT", "SINCE"}};
    for (const auto& item : clients) {
        const auto& client = item.get_object();
        rows.push_back({text_at(client, "connection"), text_at(client, "user"), text_at(client, "address"),
                        text_at(client, "edge"), number_text(client, "events") + " events",
                        number_text(client, "topics"), bytes_text(count_at(client, "unsent_bytes")),
                        ago_text(number_at(client, "since_us"), now_us)});
    }
    return format_table(rows);
}

}  // namespace longwire::cli
