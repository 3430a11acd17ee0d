#include "worker/webhook/host_rules.h"

#include <gtest/gtest.h>

namespace longwire::webhook {
namespace {

struct HostRulesTest : testing::Test {
    static HostRules rules(const std::vector<std::string>& named, bool only_named = false) {
        return {HostList::parse(named, HostList::Ports::any).value(), only_named};
    }
    static bool allows(const HostRules& rules, const char* url, const char* address) {
        const auto parsed = parse_url(url).value();
        return rules.allows_host(parsed) && rules.allows_address(parsed, parse_ip_address(address).value());
    }
};

TEST_F(HostRulesTest, OnlyPublicAddressesAreAllowedByThemselves) {
    const auto none = rules({});
    EXPECT_TRUE(allows(none, "https://a.test", "1.1.1.1"));
    for (const char* address : {"127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1"}) {
        EXPECT_FALSE(allows(none, "https://a.test", address)) << address;
    }
}

TEST_F(HostRulesTest, ANamedHostMayBeAnywhere) {
    const auto named = rules({"in.test", "*.corp.test", "p.test:8443", "127.0.0.1", "[::1]:80"});
    for (const char* url : {"http://in.test", "https://IN.test:9", "http://a.corp.test", "http://a.b.corp.test:1",
                            "https://p.test:8443", "http://127.0.0.1:5", "http://[::1]"}) {
        EXPECT_TRUE(allows(named, url, "10.0.0.1")) << url;
    }
    for (const char* url : {"http://x.in.test", "http://in.test.evil.test", "http://corp.test", "http://evilcorp.test",
                            "https://p.test", "http://127.0.0.2", "http://[::1]:81"}) {
        EXPECT_FALSE(allows(named, url, "10.0.0.1")) << url;
        EXPECT_TRUE(allows(named, url, "1.1.1.1")) << url;
    }
}

TEST_F(HostRulesTest, OthersCanBeRefused) {
    const auto named = rules({"in.test"}, true);
    EXPECT_TRUE(allows(named, "http://in.test", "1.1.1.1"));
    EXPECT_FALSE(allows(named, "http://out.test", "1.1.1.1"));
}

}  // namespace
}  // namespace longwire::webhook
