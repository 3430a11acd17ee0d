#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <string>

namespace longwire::cli {

/// The cluster's answer to `cluster` as people read it: brokers, edges, and how old events are at each hop. Pure.
std::string cluster_text(const boost::json::object& cluster, std::int64_t now_us);

/// Its slow clients, those furthest behind first, and how many edges were asked. Pure.
std::string slow_text(const boost::json::object& cluster, std::int64_t now_us);

/// The slow clients, each with its edge, in the same order. Pure.
boost::json::array slow_clients(const boost::json::object& cluster);

}  // namespace longwire::cli
