#include "protocol/host_list.h"

#include <gtest/gtest.h>

namespace longwire {
namespace {

bool has(const std::vector<std::string>& entries, const std::string& url,
         HostList::Ports ports = HostList::Ports::usual) {
    return HostList::parse(entries, ports).value().has(parse_url(url).value());
}

TEST(HostList, TakesHostsPortsAndSubdomains) {
    EXPECT_TRUE(has({"example.org"}, "https://EXAMPLE.org/a?b"));
    EXPECT_TRUE(has({"Example.org"}, "http://example.org/"));
    EXPECT_FALSE(has({"example.org"}, "http://example.org:8080/"));
    EXPECT_FALSE(has({"example.org"}, "https://example.org:80/"));
    EXPECT_TRUE(has({"example.org:8080"}, "http://example.org:8080/"));
    EXPECT_FALSE(has({"example.org:8080"}, "http://example.org/"));
    EXPECT_FALSE(has({"example.org"}, "http://www.example.org/"));
    EXPECT_FALSE(has({"example.org"}, "http://badexample.org/"));
    EXPECT_TRUE(has({"*.example.org"}, "http://www.example.org/"));
    EXPECT_FALSE(has({"*.example.org"}, "http://example.org/"));
    EXPECT_FALSE(has({"*.example.org"}, "http://badexample.org/"));
    EXPECT_TRUE(has({"a.org", "127.0.0.1:7"}, "http://127.0.0.1:7/"));
    EXPECT_FALSE(has({}, "http://127.0.0.1/"));
}

TEST(HostList, AnEntryWithoutAPortCanMeanAnyPort) {
    EXPECT_TRUE(has({"in.test"}, "https://in.test:9/", HostList::Ports::any));
    EXPECT_TRUE(has({"[::1]"}, "http://[::1]:9/", HostList::Ports::any));
    EXPECT_FALSE(has({"[::1]:80"}, "http://[::1]:81/", HostList::Ports::any));
    EXPECT_TRUE(has({"in.test:80"}, "http://in.test/", HostList::Ports::any));
    EXPECT_FALSE(has({"in.test:80"}, "https://in.test/", HostList::Ports::any));
}

TEST(HostList, RefusesWhatIsNoHost) {
    for (const auto* const entry :
         {"", "*", "*.", "a/b", "a/", "http://a", "a?b", "a b", "u@a", "a.*", "a:0", "a:x", "*.*.a"}) {
        const auto parsed = HostList::parse({"fine.test", entry}, HostList::Ports::any);
        ASSERT_FALSE(parsed) << entry;
        EXPECT_NE(parsed.error().message.find("'" + std::string(entry) + "'"), std::string::npos);
    }
}

}  // namespace
}  // namespace longwire
