// Bytes on the disk are not what was written.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "broker/log/wal_check.h"
#include "tests/unit/broker/log/rocks_log_fixture.h"

namespace longwire::broker::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr int kEvents = 40;

class Damage : public RocksLogFixture {
  protected:
    /// An event that compression can't make smaller.
    std::string noise() {
        auto bytes = event(4096);
        for (auto i = bytes.size() - 4000; i < bytes.size(); ++i) bytes[i] = static_cast<char>(random_());
        return bytes;
    }

    /// Forty events, each a write of its own, in the write-ahead log alone.
    void write_events() {
        open();
        for (std::uint64_t i = 1; i <= kEvents; ++i) {
            append({record("r/a", i, noise())});
            commit();
        }
        log_.reset();
    }

    /// The largest file with this ending.
    std::string file(const std::string& ending) const {
        std::string largest;
        std::uintmax_t size = 0;
        for (const auto& entry : std::filesystem::directory_iterator(options_.directory)) {
            if (entry.path().extension() != ending || entry.file_size() <= size) continue;
            largest = entry.path().string();
            size = entry.file_size();
        }
        return largest;
    }

    static void flip(const std::string& path, std::uintmax_t at) {
        std::fstream stream(path, std::ios::in | std::ios::out | std::ios::binary);
        stream.seekg(static_cast<std::streamoff>(at));
        const auto byte = static_cast<char>(stream.get() ^ 0x10);
        stream.seekp(static_cast<std::streamoff>(at));
        stream.put(byte);
        ASSERT_TRUE(stream.good());
    }

    std::string check() const {
        const auto checked = check_rocks_log(options_.directory);
        return checked ? *checked : describe(checked.error());
    }

    void write_format(const std::string& text) const { std::ofstream(options_.directory + "/FORMAT") << text; }
    std::string read_format() const {
        std::ifstream file(options_.directory + "/FORMAT");
        return {std::istreambuf_iterator<char>(file), {}};
    }

    std::mt19937 random_{1};
};

TEST_F(Damage, ATornTailIsHarmless) {
    write_events();
    EXPECT_THAT(check(), StartsWith("sound: 1 topics, 40 events"));
    const auto wal = file(".log");
    std::filesystem::resize_file(wal, std::filesystem::file_size(wal) - 100);
    EXPECT_THAT(check(), StartsWith("sound: 1 topics, 39 events"));
    EXPECT_THAT(check(), HasSubstr("cut off"));
    open();
    EXPECT_THAT(topics(), ElementsAre("r/a 7 1..39"));
}

TEST_F(Damage, AFlippedByteInTheMiddleOfTheWriteAheadLogIsNotTakenForItsEnd) {
    write_events();
    const auto wal = file(".log");
    flip(wal, std::filesystem::file_size(wal) / 2);
    EXPECT_THAT(check(), HasSubstr(wal + " is damaged behind byte"));
    const auto refused = open_rocks_log(options_);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr(wal));
    options_.recover = true;
    open();
    ASSERT_EQ(topics().size(), 1U);
    const auto kept = read("r/a", 0).envelopes.size();
    EXPECT_GT(kept, 10U);
    EXPECT_LT(kept, 30U);
}

TEST_F(Damage, EveryByteOfTheWriteAheadLogCounts) {
    write_events();
    const auto whole = [&] {
        std::ifstream in(file(".log"), std::ios::binary);
        return std::string{std::istreambuf_iterator<char>(in), {}};
    }();
    const auto sound = examine_wal(whole);
    EXPECT_EQ(sound.torn_bytes, 0U);
    EXPECT_EQ(sound.sound_bytes, whole.size());
    // The last record may end anywhere; all before it may not be touched.
    const auto last = examine_wal(std::string_view(whole).substr(0, whole.size() - 1)).sound_bytes;
    for (std::size_t at = 0; at < whole.size(); at += 997) {
        auto flipped = whole;
        flipped[at] = static_cast<char>(flipped[at] ^ 1);
        const auto state = examine_wal(flipped);
        EXPECT_GT(state.torn_bytes, 0U) << at;
        EXPECT_LT(state.records, sound.records) << at;
        EXPECT_TRUE(state.has_more_behind || at >= last) << at;
    }
    for (std::size_t size = 0; size < whole.size(); size += 997) {
        const auto state = examine_wal(std::string_view(whole).substr(0, size));
        EXPECT_EQ(state.sound_bytes + state.torn_bytes, size);
        EXPECT_FALSE(state.has_more_behind) << size;
    }
}

TEST_F(Damage, RoomThatWasNeverWrittenToIsNoDamage) {
    EXPECT_EQ(examine_wal(std::string(100'000, '\0')).torn_bytes, 0U);
    EXPECT_EQ(examine_wal("").torn_bytes, 0U);
}

TEST_F(Damage, AFlippedByteInATableIsFoundByTheCheckAndToldToTheReader) {
    write_events();
    open();  // what the write-ahead log held is now in tables
    EXPECT_EQ(read("r/a", 0).envelopes.size(), 40U);
    log_.reset();
    const auto table = file(".sst");
    EXPECT_THAT(check(), StartsWith("sound: 1 topics, 40 events"));
    flip(table, std::filesystem::file_size(table) / 2);
    EXPECT_THAT(check(), HasSubstr(std::filesystem::path(table).filename()));

    open();
    const auto before = read("r/a", 0);
    ASSERT_FALSE(before.envelopes.empty());
    EXPECT_LT(before.envelopes.size(), 40U);
    const auto last = before.envelopes.size();
    log_->read({1, "r/a", last, 100, SIZE_MAX});
    const auto outcome = gather([](const LogOutcome& all) { return !all.failed_reads.empty(); });
    const auto& failed = outcome.failed_reads.front();
    EXPECT_THAT(failed.error.message, HasSubstr("r/a behind offset " + std::to_string(last)));
    EXPECT_THAT(failed.error.message, HasSubstr(std::filesystem::path(table).filename()));
    ASSERT_GT(failed.readable_from, last + 1);
    const auto rest = read("r/a", failed.readable_from - 1);
    EXPECT_EQ(rest.first, failed.readable_from);
    EXPECT_EQ(rest.first + rest.envelopes.size(), 41U) << "what lies behind the damage can be read";
}

TEST_F(Damage, WhereTopicsEndIsFoundPastADamagedBlockOrNotAtAll) {
    open();
    std::vector<Record> many;
    for (std::uint64_t i = 1; i <= kEvents; ++i) many.push_back(record("r/a", i, noise()));
    append(std::move(many));
    append({record("r/b", 1), record("r/c", 1, noise()), record("r/c", 2, noise()), record("r/d", 1, noise())});
    commit();
    trim("r/b", 2);
    commit();
    open();  // what the write-ahead log held is now in tables
    const auto sound = topics();
    ASSERT_THAT(sound, ElementsAre("r/a 7 1..40", "r/b 7 2..1", "r/c 7 1..2", "r/d 7 1..1"));
    log_.reset();
    const auto table = file(".sst");
    const auto size = std::filesystem::file_size(table);
    std::size_t found_past_it = 0;
    std::size_t not_found = 0;
    for (std::uintmax_t at = 100; at < size; at += size / 24) {
        flip(table, at);
        if (auto opened = open_rocks_log(options_)) {
            std::vector<std::string> found;
            const auto visited =
                (*opened)->visit_topics([&](const KeptTopic& topic) { found.push_back(topic_text(topic)); });
            ++(visited ? found_past_it : not_found);
            EXPECT_TRUE(visited || at > 100) << "the first block is not of any topic's end";
            if (visited) {
                EXPECT_EQ(found, sound) << "with a flipped byte at " << at;
            } else {
                EXPECT_THAT(visited.error().message, HasSubstr("cannot read r/"));
            }
        }
        flip(table, at);
    }
    EXPECT_GT(found_past_it, 10U) << "most blocks are of the first topic's middle";
    EXPECT_GT(not_found, 1U);
}

TEST_F(Damage, ADirectoryOfTheFormatBeforeBecomesOneOfThis) {
    open();
    log_.reset();
    write_format("longwire data directory, format 2\n");
    EXPECT_TRUE(check_rocks_log(options_.directory));
    EXPECT_EQ(read_format(), "longwire data directory, format 2\n") << "a check changes nothing";
    open();
    EXPECT_EQ(read_format(), "longwire data directory, format 3\n");
}

TEST_F(Damage, ADirectoryOfAnotherFormatIsRefused) {
    open();
    log_.reset();
    write_format("longwire data directory, format 4\n");
    for (const auto* what : {"open", "check"}) {
        const auto refused = what == std::string("open") ? Status(open_rocks_log(options_).error())
                                                         : Status(check_rocks_log(options_.directory).error());
        EXPECT_EQ(refused.error().code, Errc::conflict) << what;
        EXPECT_THAT(refused.error().message, HasSubstr("is of format 4; this broker knows format 3")) << what;
    }
    write_format("something else");
    EXPECT_THAT(open_rocks_log(options_).error().message, HasSubstr("says something else"));
    std::filesystem::remove(options_.directory + "/FORMAT");
    EXPECT_THAT(open_rocks_log(options_).error().message, HasSubstr("format 1"));
}

TEST_F(Damage, TheCheckChangesNothingAndWantsTheDirectoryForItself) {
    write_events();
    const auto files = [&] {
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator(options_.directory)) {
            found.push_back(entry.path().string() + " " + std::to_string(entry.file_size()));
        }
        std::sort(found.begin(), found.end());
        return found;
    };
    const auto before = files();
    EXPECT_THAT(check(), StartsWith("sound"));
    EXPECT_EQ(files(), before);
    open();
    EXPECT_THAT(check(), HasSubstr("is in use"));
    EXPECT_THAT(check_rocks_log(folder_ + "/none").error().message, HasSubstr("holds no data"));
}

}  // namespace
}  // namespace longwire::broker::testing
