#pragma once

/// Where a broker listens, and workers and edges look for it, when nobody says otherwise: this machine only.
namespace longwire {

inline constexpr char kEventsEndpoint[] = "tcp://127.0.0.1:7601";
inline constexpr char kWorkersEndpoint[] = "tcp://127.0.0.1:7602";
inline constexpr char kEdgesEndpoint[] = "tcp://127.0.0.1:7603";
inline constexpr char kTapEndpoint[] = "tcp://127.0.0.1:7604";

}  // namespace longwire
