#include "protocol/node/config.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "protocol/node/random_id.h"

namespace longwire {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// One program with a setting of each shape.
struct Program {
    std::string data_dir = "./data";
    std::string durability = "os";
    std::string token;
    std::uint32_t window_ms = 5;
    double share = 0.5;
    bool deflate = false;
    std::vector<std::string> allow = {"ls"};
    std::vector<std::string> words;
    std::string out;
    std::string err;

    std::optional<int> run(const std::vector<std::string>& arguments,
                           const std::vector<std::string>& environment = {}) {
        Config config("longwire-try", "Tries settings.");
        config.text({"data-dir", "where the log lives", "DIR"}, data_dir);
        config.choice({"durability", "what a commit survives"}, durability, {"os", "fsync"});
        config.text({.name = "token", .help = "who we are", .secret = true}, token);
        config.number({"window-ms", "longest wait for a commit, in ms", "MS"}, window_ms, 1, 1000);
        config.real({"share", "part of the cache for indexes"}, share, 0, 1);
        config.toggle({.name = "deflate", .help = "compress", .letter = 'z'}, deflate);
        config.list({"allow", "programs that may run", "NAMES"}, allow);
        config.words("FILE", words, 0, 2);
        config.check([this]() -> Status {
            if (durability == "fsync" && window_ms > 500) return bad_request("window-ms", "is too long for fsync");
            return {};
        });
        std::ostringstream output;
        std::ostringstream error;
        const auto status = config.parse(arguments, environment, output, error);
        out = output.str();
        err = error.str();
        return status;
    }
};

class TemporaryFile {
  public:
    explicit TemporaryFile(const std::string& text)
        : path_(std::filesystem::temp_directory_path() / random_id("longwire-config-")) {
        std::ofstream(path_) << text;
    }
    ~TemporaryFile() { std::filesystem::remove(path_); }
    std::string path() const { return path_.string(); }

  private:
    std::filesystem::path path_;
};

TEST(Config, LeavesDefaultsWhereNothingIsGiven) {
    Program program;
    EXPECT_EQ(program.run({}), std::nullopt);
    EXPECT_EQ(program.data_dir, "./data");
    EXPECT_EQ(program.window_ms, 5u);
}

TEST(Config, AFlagIsStrongerThanAVariableAndThatThanTheFile) {
    const TemporaryFile file("data_dir = \"/file\"\nwindow_ms = 7\nshare = 0.25\nallow = [\"du\", \"wc\"]\n");
    Program program;
    EXPECT_EQ(program.run({"--config", file.path(), "--data-dir=/flag"},
                          {"LONGWIRE_DATA_DIR=/variable", "LONGWIRE_WINDOW_MS=6"}),
              std::nullopt)
        << program.err;
    EXPECT_EQ(program.data_dir, "/flag");
    EXPECT_EQ(program.window_ms, 6u);
    EXPECT_EQ(program.share, 0.25);
    EXPECT_THAT(program.allow, ElementsAre("du", "wc"));
}

TEST(Config, ReadsTheFileNamedByTheVariable) {
    const TemporaryFile file("deflate = true\n");
    Program program;
    EXPECT_EQ(program.run({}, {"LONGWIRE_CONFIG=" + file.path()}), std::nullopt);
    EXPECT_TRUE(program.deflate);
}

TEST(Config, TogglesAreSetAndUnset) {
    Program program;
    program.deflate = true;
    EXPECT_EQ(program.run({"--no-deflate"}), std::nullopt);
    EXPECT_FALSE(program.deflate);
    EXPECT_EQ(program.run({"-z"}), std::nullopt);
    EXPECT_TRUE(program.deflate);
    EXPECT_EQ(program.run({"--deflate=false"}), std::nullopt);
    EXPECT_FALSE(program.deflate);
}

TEST(Config, ListsTakeCommasAndRepeats) {
    Program program;
    EXPECT_EQ(program.run({"--allow", "a,b", "--allow", "c"}), std::nullopt);
    EXPECT_THAT(program.allow, ElementsAre("a", "b", "c"));
}

TEST(Config, TheLastOfARepeatedFlagCounts) {
    Program program;
    EXPECT_EQ(program.run({"--window-ms", "1", "--window-ms", "2"}), std::nullopt);
    EXPECT_EQ(program.window_ms, 2u);
}

TEST(Config, KeepsValuesAsTheyAreWritten) {
    Program program;
    EXPECT_EQ(program.run({"--data-dir", "[1,2]"}), std::nullopt);
    EXPECT_EQ(program.data_dir, "[1,2]");
    EXPECT_EQ(program.run({"--data-dir", "-5"}), std::nullopt);
    EXPECT_EQ(program.data_dir, "-5");
    EXPECT_EQ(program.run({"--data-dir=", "word"}), std::nullopt);
    EXPECT_EQ(program.data_dir, "");
    EXPECT_THAT(program.words, ElementsAre("word"));
    EXPECT_EQ(program.run({"--", "--data-dir", "++"}), std::nullopt);
    EXPECT_THAT(program.words, ElementsAre("--data-dir", "++"));
}

struct Refusal {
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
    std::string says;
};

TEST(Config, RefusesInOneLineThatNamesTheFault) {
    const std::vector<Refusal> refusals{
        {{"--window-ms", "0"}, {}, "--window-ms: '0' is not a whole number from 1 to 1000"},
        {{"--window-ms", "5x"}, {}, "--window-ms: '5x' is not a whole number"},
        {{"--window-ms"}, {}, "--window-ms"},
        {{"--share", "1.5"}, {}, "--share: '1.5' is not a number from 0 to 1"},
        {{"--durability", "disk"}, {}, "--durability: 'disk' is not os or fsync"},
        {{"--deflate=maybe"}, {}, "--deflate"},
        {{"--data-dri", "x"}, {}, "--data-dri is no flag of this program; did you mean --data-dir?"},
        {{"-x"}, {}, "-x is no flag"},
        {{"a", "b", "c"}, {}, "'c' was not expected"},
        {{}, {"LONGWIRE_WINDOW_MS=many"}, "LONGWIRE_WINDOW_MS: 'many' is not a whole number"},
        {{},
         {"LONGWIRE_DATADIR=x"},
         "LONGWIRE_DATADIR: is no setting of this program; did you mean LONGWIRE_DATA_DIR?"},
        {{"--config", "/nowhere/x.toml"}, {}, "--config: /nowhere/x.toml cannot be read: No such file or directory"},
        {{}, {"LONGWIRE_CONFIG=/tmp"}, "LONGWIRE_CONFIG: /tmp cannot be read: Is a directory"},
        {{"--durability=fsync", "--window-ms=501"}, {}, "--window-ms: is too long for fsync"},
    };
    for (const Refusal& refusal : refusals) {
        Program program;
        EXPECT_EQ(program.run(refusal.arguments, refusal.environment), kExitUsage);
        EXPECT_THAT(program.err, HasSubstr(refusal.says));
        EXPECT_THAT(program.err, StartsWith("longwire-try: "));
        EXPECT_EQ(std::count(program.err.begin(), program.err.end(), '\n'), 1);
        EXPECT_EQ(program.out, "");
    }
}

TEST(Config, LeavesVariablesOfOtherProgramsAlone) {
    Program program;
    EXPECT_EQ(program.run(
                  {}, {"LONGWIRE_URL=http://x", "LONGWIRE_BROKER_EVENTS=ipc://x", "PATH=/bin", "LONGWIRE_WINDOW_MS="}),
              std::nullopt)
        << program.err;
}

TEST(Config, NamesTheLineOfAnUnknownKey) {
    const TemporaryFile file("# fine\nwindow_ms = 5\nwindow = 5\n");
    Program program;
    EXPECT_EQ(program.run({"--config", file.path()}), kExitUsage);
    EXPECT_THAT(program.err, HasSubstr(file.path() + ": line 3: window: is no setting of this program"));
}

TEST(Config, ChecksValuesOfTheFile) {
    const TemporaryFile file("window_ms = \"5 s\"\n");
    Program program;
    EXPECT_EQ(program.run({"--config", file.path()}), kExitUsage);
    EXPECT_THAT(program.err, HasSubstr("line 1: window_ms: '5 s' is not a whole number"));
}

TEST(Config, HelpShowsFlagsVariablesKeysAndDefaults) {
    Program program;
    EXPECT_EQ(program.run({"-h"}, {"LONGWIRE_WINDOW_MS=bad"}), 0);
    EXPECT_THAT(program.out, HasSubstr("usage: longwire-try [FILE]... [flags]"));
    EXPECT_THAT(program.out, HasSubstr("--data-dir DIR"));
    EXPECT_THAT(program.out, HasSubstr("default ./data · LONGWIRE_DATA_DIR · data_dir"));
    EXPECT_THAT(program.out, HasSubstr("(a whole number from 1 to 1000)"));
    EXPECT_THAT(program.out, HasSubstr("--durability os or fsync"));
}

TEST(Config, PrintsWhatIsInForceAndReadsItBack) {
    Program program;
    EXPECT_EQ(program.run({"--print-config", "--window-ms=9", "--token=abc", "--data-dir=a \"b\"#c"}), 0);
    EXPECT_THAT(program.out, HasSubstr("window_ms = 9\n"));
    EXPECT_THAT(program.out, HasSubstr("allow = [\"ls\"]\n"));
    EXPECT_THAT(program.out, ::testing::Not(HasSubstr("abc")));
    const TemporaryFile file(program.out);
    Program again;
    EXPECT_EQ(again.run({"--config", file.path()}), std::nullopt) << again.err;
    EXPECT_EQ(again.window_ms, 9u);
    EXPECT_EQ(again.data_dir, "a \"b\"#c");
}

TEST(Config, CheckConfigAndVersionEndTheProgram) {
    Program program;
    EXPECT_EQ(program.run({"--check-config"}), 0);
    EXPECT_EQ(program.run({"--check-config", "--share=7"}), kExitUsage);
    EXPECT_EQ(program.run({"--version"}), 0);
    EXPECT_THAT(program.out, StartsWith("longwire-try "));
    EXPECT_THAT(program.out, EndsWith("\n"));
}

TEST(Config, MissingWordsAreNamed) {
    std::vector<std::string> words;
    Config config("longwire try", "Tries words.", false);
    config.words("KIND", words, 1, 1);
    std::ostringstream out;
    std::ostringstream err;
    EXPECT_EQ(config.parse(std::vector<std::string>{}, {}, out, err), kExitUsage);
    EXPECT_THAT(err.str(), HasSubstr("KIND: is missing"));
}

TEST(ConfigChecks, HostPort) {
    const auto check = check_host_port();
    EXPECT_TRUE(check("127.0.0.1:0"));
    EXPECT_TRUE(check("[::1]:8080"));
    EXPECT_TRUE(check("localhost:65535"));
    EXPECT_FALSE(check("8080"));
    EXPECT_FALSE(check(":8080"));
    EXPECT_FALSE(check("::1:8080"));
    EXPECT_FALSE(check("a:65536"));
    EXPECT_FALSE(check_host_port(false)("a:0"));
}

TEST(ConfigChecks, Endpoint) {
    const auto check = check_endpoint();
    EXPECT_TRUE(check("ipc:///tmp/x"));
    EXPECT_TRUE(check("tcp://127.0.0.1:5555"));
    EXPECT_FALSE(check("tcp://127.0.0.1"));
    EXPECT_FALSE(check("ipc://"));
    EXPECT_FALSE(check("inproc://x"));
}

}  // namespace
}  // namespace longwire
