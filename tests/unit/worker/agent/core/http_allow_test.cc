#include "worker/agent/core/http_allow.h"

#include <gtest/gtest.h>

namespace longwire::agent {
namespace {

bool allows(const std::vector<std::string>& entries, const std::string& url) {
    return HttpAllow::parse(entries).value().allows(parse_url(url).value());
}

TEST(HttpAllow, TakesHostsPortsAndSubdomains) {
    EXPECT_TRUE(allows({"example.org"}, "https://EXAMPLE.org/a?b"));
    EXPECT_TRUE(allows({"Example.org"}, "http://example.org/"));
    EXPECT_FALSE(allows({"example.org"}, "http://example.org:8080/"));
    EXPECT_FALSE(allows({"example.org"}, "https://example.org:80/"));
    EXPECT_TRUE(allows({"example.org:8080"}, "http://example.org:8080/"));
    EXPECT_FALSE(allows({"example.org:8080"}, "http://example.org/"));
    EXPECT_FALSE(allows({"example.org"}, "http://www.example.org/"));
    EXPECT_FALSE(allows({"example.org"}, "http://badexample.org/"));
    EXPECT_TRUE(allows({"*.example.org"}, "http://www.example.org/"));
    EXPECT_FALSE(allows({"*.example.org"}, "http://example.org/"));
    EXPECT_FALSE(allows({"*.example.org"}, "http://badexample.org/"));
    EXPECT_TRUE(allows({"a.org", "127.0.0.1:7"}, "http://127.0.0.1:7/"));
    EXPECT_FALSE(allows({}, "http://127.0.0.1/"));
}

TEST(HttpAllow, RefusesWhatIsNoHost) {
    for (const auto* const entry : {"", "*", "*.", "a/b", "a/", "http://a", "a?b", "a b", "u@a"}) {
        EXPECT_FALSE(HttpAllow::parse({entry})) << entry;
    }
}

}  // namespace
}  // namespace longwire::agent
