#include "worker/exec/allow_list.h"

#include <gtest/gtest.h>

#include <set>

namespace longwire::exec {
namespace {

AllowList allow_list() {
    static const std::set<std::string> installed{"/usr/bin/find", "/usr/bin/date", "/bin/sh", "/usr/bin/ls", "/bin/ls"};
    return {{"find", "ls", "date", "du"}, "/usr/bin:relative::/bin", [](const auto& path) {
                return installed.contains(path);
            }};
}

Errc refusal(const std::vector<std::string>& argv) {
    const auto resolved = allow_list().resolve(argv);
    return resolved ? Errc::internal : resolved.error().code;
}

TEST(AllowList, ANameIsFoundInTheFirstDirectoryThatHasIt) {
    EXPECT_EQ(*allow_list().resolve({"ls", "-l"}), "/usr/bin/ls");
    EXPECT_EQ(*allow_list().resolve({"/usr/bin/ls"}), "/usr/bin/ls");
}

TEST(AllowList, WhatIsNotAllowedIsForbidden) {
    EXPECT_EQ(refusal({"sh", "-c", "ls"}), Errc::forbidden);
    EXPECT_EQ(refusal({"/bin/sh"}), Errc::forbidden);
    EXPECT_EQ(refusal({"../bin/sh"}), Errc::forbidden);
}

TEST(AllowList, AnAllowedNameElsewhereIsForbidden) {
    EXPECT_EQ(refusal({"/tmp/find"}), Errc::forbidden);
    EXPECT_EQ(refusal({"./find"}), Errc::forbidden);
    EXPECT_EQ(refusal({"/bin/ls"}), Errc::forbidden);
}

TEST(AllowList, AnAllowedNameMayBeMissing) {
    EXPECT_EQ(refusal({"du"}), Errc::not_found);
}

TEST(AllowList, ArgumentsThatRunOrWriteAreForbidden) {
    EXPECT_EQ(refusal({"find", "/", "-exec", "sh"}), Errc::forbidden);
    EXPECT_EQ(refusal({"find", "/", "-execdir", "/bin/sh", "{}", ";"}), Errc::forbidden);
    EXPECT_EQ(refusal({"find", "/", "-exec", "find", "/", "-delete", ";"}), Errc::forbidden);
    EXPECT_EQ(refusal({"find", "/", "-exec"}), Errc::bad_request);
    EXPECT_TRUE(allow_list().resolve({"find", "/", "-exec", "ls", "{}", "+"}));
    EXPECT_EQ(refusal({"find", "/", "-delete"}), Errc::forbidden);
    EXPECT_EQ(refusal({"date", "--set=now"}), Errc::forbidden);
    EXPECT_TRUE(allow_list().resolve({"ls", "-exec"}));
    EXPECT_TRUE(allow_list().resolve({"find", "/", "-name", "x"}));
}

TEST(AllowList, FindMayNotRunWhatAFilesNameCouldTurnIntoMore) {
    EXPECT_EQ(refusal({"find", "elete", "-exec", "find", "-d{}", ";"}), Errc::forbidden);
    EXPECT_EQ(refusal({"find", "elete", "-exec", "/usr/bin/find", "-d{}", ";"}), Errc::forbidden);
    EXPECT_EQ(refusal({"find", "/", "-exec", "date", "-{}", ";"}), Errc::forbidden);
    EXPECT_EQ(refusal({"find", "/", "-exec", "ls", "{}", ";", "-exec", "sh", "{}", ";"}), Errc::forbidden);
    EXPECT_EQ(refusal({"find", "/", "-exec", "{}", ";"}), Errc::forbidden);
}

TEST(AllowList, NothingIsABadRequest) {
    EXPECT_EQ(refusal({}), Errc::bad_request);
}

}  // namespace
}  // namespace longwire::exec
