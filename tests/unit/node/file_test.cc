#include "protocol/node/file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace longwire {
namespace {

using testing::HasSubstr;

constexpr std::size_t kPlenty = 1 << 20;

struct FileTest : testing::Test {
    std::string folder = [] {
        std::string name = (std::filesystem::temp_directory_path() / "longwire-file-XXXXXX").string();
        return std::string(::mkdtemp(name.data()));
    }();
    std::string file = folder + "/file";
    ~FileTest() override { std::filesystem::remove_all(folder); }

    void write(const std::string& bytes) const { std::ofstream(file, std::ios::binary) << bytes; }
};

TEST_F(FileTest, IsReadAsItIs) {
    std::string bytes(200'000, 'x');
    bytes[70'000] = '\0';
    bytes[70'001] = '\r';
    for (const auto& written : {std::string(), std::string("a\n"), bytes}) {
        write(written);
        const auto read = read_file(file, kPlenty);
        ASSERT_TRUE(read) << describe(read.error());
        EXPECT_EQ(*read, written);
    }
}

TEST_F(FileTest, HasAtMostWhatIsAllowed) {
    for (const std::size_t size : {0, 1, 100'000}) {
        write(std::string(size, 'x'));
        EXPECT_TRUE(read_file(file, size)) << size;
        write(std::string(size + 1, 'x'));
        const auto read = read_file(file, size);
        ASSERT_FALSE(read) << size;
        EXPECT_EQ(read.error().code, Errc::too_large);
        EXPECT_EQ(read.error().message, file + " has more than " + std::to_string(size) + " bytes");
    }
    EXPECT_EQ(read_file("/dev/zero", kPlenty).error().code, Errc::too_large);
}

TEST_F(FileTest, OneThatIsNotThereSaysSo) {
    const auto read = read_file(file, kPlenty);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error(), (Error{Errc::not_found, file + " cannot be read: No such file or directory"}));
}

// A stream buffer's iterators throw here, which ended programs.
TEST_F(FileTest, ADirectoryIsNone) {
    const auto read = read_file(folder, kPlenty);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error(), (Error{Errc::unavailable, folder + " cannot be read: Is a directory"}));
}

TEST_F(FileTest, OfTheKernelIsReadThoughItsSizeIsUnknown) {
    const auto read = read_file("/proc/self/status", kPlenty);
    ASSERT_TRUE(read) << describe(read.error());
    EXPECT_THAT(*read, HasSubstr("Pid:\t" + std::to_string(::getpid())));
}

TEST_F(FileTest, OfAProcessThatEndsMeanwhileCannotBeRead) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::pause();
        ::_exit(0);
    }
    ASSERT_GT(child, 0);
    const int fd = ::open(("/proc/" + std::to_string(child) + "/stat").c_str(), O_RDONLY | O_CLOEXEC);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const auto read = read_to_end(fd, "stat", kPlenty);
    ::close(fd);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error(), (Error{Errc::unavailable, "stat cannot be read: No such process"}));
}

TEST_F(FileTest, APipeIsReadToItsEnd) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    ASSERT_EQ(::write(ends[1], "abc", 3), 3);
    ::close(ends[1]);
    const auto read = read_to_end(ends[0], "stdin", kPlenty);
    ::close(ends[0]);
    ASSERT_TRUE(read) << describe(read.error());
    EXPECT_EQ(*read, "abc");
    EXPECT_THAT(read_to_end(-1, "stdin", kPlenty).error().message, HasSubstr("stdin cannot be read"));
}

}  // namespace
}  // namespace longwire
