#include "clients/cli/up/cluster_file.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace longwire::cli {
namespace {

class ClusterFile : public testing::Test {
  protected:
    ClusterFile() {
        std::string pattern = "/tmp/longwire-cluster-XXXXXX";
        folder_ = mkdtemp(pattern.data());
    }
    ~ClusterFile() override { std::filesystem::remove_all(folder_); }

    void write(const std::string& text) const { std::ofstream(folder_ + "/cluster.json") << text; }

    std::string folder_;
};

TEST_F(ClusterFile, IsReadAsItWasWritten) {
    const ClusterState state{7, {{"broker", 8, ""}, {"edge-1", 0, "http://127.0.0.1:8080"}}};
    ASSERT_TRUE(write_cluster_state(folder_, state));
    const auto read = read_cluster_state(folder_);
    ASSERT_TRUE(read) << describe(read.error());
    EXPECT_EQ(read->supervisor, 7);
    ASSERT_EQ(read->processes.size(), 2);
    EXPECT_EQ(read->processes[0].name, "broker");
    EXPECT_EQ(read->processes[0].pid, 8);
    EXPECT_EQ(read->processes[1].pid, 0);
    EXPECT_EQ(read->processes[1].url, "http://127.0.0.1:8080");
}

TEST_F(ClusterFile, IsMissingWhereNoClusterRuns) {
    remove_cluster_state(folder_);
    const auto read = read_cluster_state(folder_);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Errc::not_found);
    EXPECT_THAT(read.error().message, testing::HasSubstr(folder_));
}

TEST_F(ClusterFile, WhatCannotBeUnderstoodIsNamed) {
    for (const auto* wrong : {"", "{", "[]", "{}", R"({"processes":7})", R"({"processes":[7]})"}) {
        write(wrong);
        const auto read = read_cluster_state(folder_);
        ASSERT_FALSE(read) << wrong;
        EXPECT_EQ(read.error().code, Errc::bad_request) << wrong;
        EXPECT_THAT(read.error().message, testing::HasSubstr("cluster.json")) << wrong;
    }
}

TEST_F(ClusterFile, WhatCannotBeReadIsNamed) {
    std::filesystem::create_directory(folder_ + "/cluster.json");
    const auto read = read_cluster_state(folder_);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error(), bad_request("", folder_ + "/cluster.json cannot be read: Is a directory"));
}

TEST_F(ClusterFile, AFolderThatCannotBeWrittenIsAnError) {
    EXPECT_FALSE(write_cluster_state(folder_ + "/absent", {}));
}

}  // namespace
}  // namespace longwire::cli
