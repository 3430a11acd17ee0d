#include "worker/agent/read_file_tool.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace longwire::agent {
namespace {

namespace fs = std::filesystem;

class ReadFileTool : public ::testing::Test {
  protected:
    ReadFileTool() {
        std::string name = "/tmp/longwire-read-XXXXXX";
        folder_ = ::mkdtemp(name.data());
        fs::create_directories(root() + "/notes");
        write(folder_ + "/secret", "secret");
        write(root() + "/notes/today", "buy milk");
    }
    ~ReadFileTool() override { fs::remove_all(folder_); }

    std::string root() const { return folder_ + "/root"; }
    static void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

    Errc error_of(const std::string& path) const {
        const auto text = read_below(root(), path, 100);
        EXPECT_FALSE(text) << path;
        return text ? Errc::internal : text.error().code;
    }

    std::string folder_;
};

TEST_F(ReadFileTool, ReadsFilesBelowItsRoot) {
    EXPECT_EQ(read_below(root(), "notes/today", 100).value(), "buy milk");
    EXPECT_EQ(read_below(root(), "./notes//./today", 100).value(), "buy milk");
    EXPECT_EQ(read_below(root(), "notes/today", 3).value(), "buy");
    EXPECT_EQ(error_of("notes/yesterday"), Errc::not_found);
}

TEST_F(ReadFileTool, NothingLeadsOutside) {
    fs::create_symlink(folder_ + "/secret", root() + "/link");
    fs::create_symlink(folder_, root() + "/folder");
    fs::create_symlink("notes/today", root() + "/inside");
    for (const auto* const path : {"../secret", "notes/../../secret", "notes/../notes/today", "/etc/passwd", "link",
                                   "folder/secret", "inside", ".."}) {
        EXPECT_EQ(error_of(path), Errc::forbidden) << path;
    }
}

TEST_F(ReadFileTool, OnlyRegularFilesAreRead) {
    ASSERT_EQ(::mkfifo((root() + "/pipe").c_str(), 0600), 0);
    for (const auto* const path : {"pipe", "notes", ".", "notes/"}) EXPECT_NE(error_of(path), Errc::internal) << path;
    EXPECT_EQ(error_of(""), Errc::bad_request);
    EXPECT_EQ(error_of(std::string("notes\0/today", 12)), Errc::bad_request);
}

}  // namespace
}  // namespace longwire::agent
