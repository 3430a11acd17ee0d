#include "worker/webhook/secret_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "worker/webhook/signature.h"

namespace longwire::webhook {
namespace {

struct SecretFileTest : testing::Test {
    std::string folder = [] {
        std::string name = (std::filesystem::temp_directory_path() / "longwire-secret-XXXXXX").string();
        return std::string(::mkdtemp(name.data()));
    }();
    std::string file = folder + "/secret";
    ~SecretFileTest() override { std::filesystem::remove_all(folder); }
};

TEST_F(SecretFileTest, OneIsMadeOnceForItsOwnerAlone) {
    ASSERT_TRUE(make_secret_file(file));
    const auto made = load_secrets(file);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->at(0).size(), 32u);
    struct stat info {};
    ASSERT_EQ(::stat(file.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u);
    ASSERT_TRUE(make_secret_file(file));
    EXPECT_EQ(*load_secrets(file), *made);
}

TEST_F(SecretFileTest, WhatCannotBeReadIsNamed) {
    for (const std::string& name : {folder + "/none", folder}) {
        const auto loaded = load_secrets(name);
        ASSERT_FALSE(loaded) << name;
        EXPECT_EQ(loaded.error().field, "secret-file");
        EXPECT_NE(loaded.error().message.find(name), std::string::npos);
    }
    std::ofstream(file) << "password\n";
    EXPECT_FALSE(load_secrets(file));
    std::ofstream(file) << show_secret(std::string(32, 'x')) << '\n' << std::string(4'096, '#');
    EXPECT_FALSE(load_secrets(file)) << "half of it was read";
    EXPECT_FALSE(make_secret_file(folder + "/none/secret"));
}

}  // namespace
}  // namespace longwire::webhook
