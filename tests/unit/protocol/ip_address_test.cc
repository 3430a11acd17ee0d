#include "protocol/ip_address.h"

#include <gtest/gtest.h>

namespace longwire {
namespace {

bool judged_public(const char* text) {
    const auto address = parse_ip_address(text);
    EXPECT_TRUE(address) << text;
    return address && is_public(*address);
}

TEST(IpAddressTest, HasOneTextForEachAddress) {
    EXPECT_EQ(to_string(*parse_ip_address("192.0.2.1"), 80), "192.0.2.1:80");
    EXPECT_EQ(to_string(*parse_ip_address("2001:DB8:0:0::1"), 80), "[2001:db8::1]:80");
    EXPECT_EQ(to_string(*parse_ip_address("::ffff:1.2.3.4")), "::ffff:1.2.3.4");
}

TEST(IpAddressTest, NothingShorterIsAnAddress) {
    for (const char* text : {"", "1", "127.1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "0x7f.0.0.1", "1.2.3.4 ",
                             "a", ":", "1::2::3", "fe80::1%lo", "[::1]"}) {
        EXPECT_FALSE(parse_ip_address(text)) << text;
    }
    EXPECT_FALSE(parse_ip_address(std::string_view("1.2.3.4\0x", 9)));
}

TEST(IpAddressTest, TheInternetsAddressesArePublic) {
    for (const char* text :
         {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0",
          "192.0.1.1", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
          "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"}) {
        EXPECT_TRUE(judged_public(text)) << text;
    }
}

TEST(IpAddressTest, SpecialAddressesAreNotPublic) {
    for (const char* text : {"0.0.0.0",
                             "10.0.0.1",
                             "100.64.0.1",
                             "100.100.100.200",
                             "127.0.0.1",
                             "127.255.255.255",
                             "169.254.169.254",
                             "172.16.0.1",
                             "172.31.255.255",
                             "192.0.0.192",
                             "192.0.2.1",
                             "192.168.1.1",
                             "198.18.0.1",
                             "198.19.255.255",
                             "198.51.100.1",
                             "203.0.113.1",
                             "224.0.0.1",
                             "240.0.0.1",
                             "255.255.255.255",
                             "168.63.129.16",
                             "::",
                             "::1",
                             "::127.0.0.1",
                             "::ffff:127.0.0.1",
                             "::ffff:10.0.0.1",
                             "64:ff9b::a00:1",
                             "64:ff9b:1::1",
                             "100::1",
                             "2001::1",
                             "2001:db8::1",
                             "2002:7f00:1::",
                             "3fff::1",
                             "4000::1",
                             "fc00::1",
                             "fd00:ec2::254",
                             "fe80::1",
                             "fec0::1",
                             "ff02::1"}) {
        EXPECT_FALSE(judged_public(text)) << text;
    }
}

TEST(IpAddressTest, LoopbackIsKnownInAllItsForms) {
    for (const char* text : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}) {
        EXPECT_TRUE(is_loopback(*parse_ip_address(text))) << text;
    }
    for (const char* text : {"128.0.0.1", "10.0.0.1", "::2", "::", "::ffff:10.0.0.1"}) {
        EXPECT_FALSE(is_loopback(*parse_ip_address(text))) << text;
    }
}

// A name that begins like an address of this machine passed for one.
TEST(IpAddressTest, ANameIsThisMachineOnlyIfItIsLocalhost) {
    for (const auto* const host : {"localhost", "127.0.0.1", "127.1.2.3", "::1"}) {
        EXPECT_TRUE(is_loopback_host(host)) << host;
    }
    for (const auto* const host : {"127.example.org", "127.0.0.1.example.org", "127.1", "", "[::1]", "10.0.0.1"}) {
        EXPECT_FALSE(is_loopback_host(host)) << host;
    }
}

}  // namespace
}  // namespace longwire
