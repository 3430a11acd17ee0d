#include "bench/load/server_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

namespace longwire::load {
namespace {

TEST(LoadServerAddress, HasPartsOfTheUrl) {
    const auto server = parse_server_address("ws://127.0.0.1:8080/watch?id={topic}&x=1");
    ASSERT_TRUE(server);
    EXPECT_EQ(server->host, "127.0.0.1:8080");
    EXPECT_EQ(ntohs(server->address.sin_port), 8080);
    EXPECT_EQ(server->path_for("a/b"), "/watch?id=a/b&x=1");
}

TEST(LoadServerAddress, ThePathIsTheRootWhereThereIsNone) {
    const auto server = parse_server_address("http://127.0.0.2:1");
    ASSERT_TRUE(server);
    EXPECT_EQ(server->path_for("a"), "/");
}

TEST(LoadServerAddress, OtherMachinesAreRefused) {
    EXPECT_FALSE(parse_server_address("ws://192.168.0.1:8080/"));
    EXPECT_FALSE(parse_server_address("ws://example.org:8080/"));
}

TEST(LoadServerAddress, WhatIsNoSuchUrlIsRefused) {
    for (const char* url : {"", "127.0.0.1:8080", "wss://127.0.0.1:8080/", "ws://127.0.0.1/", "ws://127.0.0.1:0/",
                            "ws://127.0.0.1:8o/", "ws://127.0.0.1:70000/"}) {
        EXPECT_FALSE(parse_server_address(url)) << url;
    }
}

}  // namespace
}  // namespace longwire::load
