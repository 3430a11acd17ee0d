#include "protocol/url.h"

#include <gtest/gtest.h>

namespace longwire {
namespace {

TEST(UrlTest, HasItsParts) {
    const auto url = parse_url("https://Hooks.Example.com:8443/a/b?x=1&y=%2F");
    ASSERT_TRUE(url);
    EXPECT_TRUE(url->tls);
    EXPECT_EQ(url->host, "hooks.example.com");
    EXPECT_EQ(url->port, 8443);
    EXPECT_EQ(url->target, "/a/b?x=1&y=%2F");
    EXPECT_EQ(url->authority(), "hooks.example.com:8443");
}

TEST(UrlTest, PortIsTheSchemesUnlessGiven) {
    EXPECT_EQ(parse_url("http://a.test")->port, 80);
    EXPECT_EQ(parse_url("HTTPS://a.test")->port, 443);
    EXPECT_EQ(parse_url("https://a.test:443")->authority(), "a.test");
    EXPECT_EQ(parse_url("https://a.test:80")->authority(), "a.test:80");
    EXPECT_EQ(parse_url("http://a.test")->host_and_port(), "a.test:80");
}

TEST(UrlTest, TargetBeginsWithASlashAndHasNoFragment) {
    EXPECT_EQ(parse_url("http://a.test")->target, "/");
    EXPECT_EQ(parse_url("http://a.test?q")->target, "/?q");
    EXPECT_EQ(parse_url("http://a.test/x#part")->target, "/x");
    EXPECT_EQ(parse_url("http://a.test#part")->target, "/");
    EXPECT_EQ(parse_url("http://a.test/@user:x")->target, "/@user:x");
}

TEST(UrlTest, AddressesAreHosts) {
    EXPECT_EQ(parse_url("http://127.0.0.1:9/")->host, "127.0.0.1");
    const auto v6 = parse_url("http://[2001:DB8:0::1]:9/");
    ASSERT_TRUE(v6);
    EXPECT_EQ(v6->host, "2001:db8::1");
    EXPECT_EQ(v6->authority(), "[2001:db8::1]:9");
    EXPECT_EQ(parse_url("https://[::1]")->authority(), "[::1]");
}

TEST(UrlTest, WhatProgramsReadInDifferentWaysIsRefused) {
    for (const char* text : {
             "",
             "a.test/x",
             "ftp://a.test",
             "javascript://a.test",
             "http:/a.test",
             "http://",
             "http:///x",
             "http://user@a.test",
             "http://user:pass@a.test",
             "http://a.test@b.test/",
             "http://a.test\\@b.test",
             "http://a.test/ x",
             "http://a.test/\r\nHost: b",
             "http://a..test",
             "http://.a.test",
             "http://a.test.",
             "http://a%2etest",
             "http://\xc3\xa4.test",
             "http://a.test:0",
             "http://a.test:65536",
             "http://a.test:",
             "http://a.test:80x",
             "http://127.1",
             "http://2130706433",
             "http://0x7f000001",
             "http://127.0.0.0x1",
             "http://127.0.0.01",
             "http://1.2.3.4.5",
             "http://[127.0.0.1]",
             "http://[::1",
             "http://[::1]x",
             "http://[fe80::1%25eth0]",
         }) {
        const auto url = parse_url(text);
        ASSERT_FALSE(url) << text;
        EXPECT_EQ(url.error().code, Errc::bad_request) << text;
        EXPECT_EQ(url.error().field, "url") << text;
    }
}

TEST(UrlTest, LengthsAreBounded) {
    const std::string longest = "http://a.test/" + std::string(Url::kBytesMax - 14, 'x');
    EXPECT_TRUE(parse_url(longest));
    EXPECT_FALSE(parse_url(longest + "x"));
    EXPECT_TRUE(parse_url("http://" + std::string(63, 'a') + ".test"));
    EXPECT_FALSE(parse_url("http://" + std::string(64, 'a') + ".test"));
    std::string host = "a";
    while (host.size() < 253) host += ".a";
    EXPECT_TRUE(parse_url("http://" + host));
    EXPECT_FALSE(parse_url("http://" + host + ".a"));
}

}  // namespace
}  // namespace longwire
