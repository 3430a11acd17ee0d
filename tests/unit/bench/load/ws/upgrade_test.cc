#include "bench/load/ws/upgrade.h"

#include <gtest/gtest.h>

namespace longwire::load {
namespace {

const std::string kAccepted = "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

TEST(LoadUpgrade, AsksForWhatIsWanted) {
    const auto request = upgrade_request({"127.0.0.1:1", "/a?b", "longwire.v1.json", true});
    EXPECT_TRUE(request.starts_with("GET /a?b HTTP/1.1\r\nHost: 127.0.0.1:1\r\n")) << request;
    EXPECT_NE(request.find("\r\nSec-WebSocket-Protocol: longwire.v1.json\r\n"), std::string::npos);
    EXPECT_NE(request.find("\r\nSec-WebSocket-Extensions: permessage-deflate"), std::string::npos);
    EXPECT_TRUE(request.ends_with("\r\n\r\n"));
}

TEST(LoadUpgrade, TakesTheAnswerToIt) {
    EXPECT_TRUE(check_upgrade(kAccepted, {}));
    EXPECT_TRUE(check_upgrade(kAccepted + "\r\nsec-websocket-extensions: Permessage-Deflate",
                              {.host = {}, .subprotocol = {}, .offers_deflate = true}));
}

TEST(LoadUpgrade, RefusesAnyOther) {
    EXPECT_FALSE(check_upgrade("HTTP/1.1 503 Service Unavailable", {}));
    EXPECT_FALSE(check_upgrade("HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: x", {}));
    EXPECT_FALSE(check_upgrade(kAccepted, {.host = {}, .subprotocol = {}, .offers_deflate = true}));
    EXPECT_FALSE(check_upgrade(kAccepted + "\r\nSec-WebSocket-Extensions: permessage-deflate", {}));
}

}  // namespace
}  // namespace longwire::load
