#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "edge/core/merger.h"
#include "protocol/event_types.h"
#include "protocol/msgpack_fields.h"
#include "tests/unit/edge/core/batches.h"

/// Random stretches, by seed, against what a client must be able to rely on.
namespace longwire::edge {
namespace {

const std::string kPath = "dev/task/t";

std::string random_text(std::mt19937_64& random) {
    return std::string(random() % 4, static_cast<char>('a' + random() % 26));
}

Said random_event(std::mt19937_64& random) {
    const auto stream = R"({"stream":"s)" + std::to_string(random() % 3) + "\"";
    switch (random() % 10) {
        case 0:
            return {"tool.call", R"({"n":)" + std::to_string(random() % 100) + "}"};
        case 1:
            return {std::string(event_type::kTextDone), stream + "}"};
        case 2:
        case 3:
            return {std::string(event_type::kLog), "{}"};
        case 4:
            return {std::string(event_type::kTaskProgress), R"({"progress":0.5})"};
        case 5:
            return {std::string(event_type::kAgentStatus), R"({"agent":"a)" + std::to_string(random() % 2) + R"("})"};
        default:
            return {std::string(event_type::kTextDelta), stream + R"(,"text":")" + random_text(random) + R"("})"};
    }
}

std::string field_of(std::string_view payload, std::string_view name) {
    const auto fields = MsgpackFields::parse(payload, "data");
    const auto value = fields ? fields->string_or(name, "") : Result<std::string_view>(std::string_view{});
    return value ? std::string(*value) : std::string();
}

using Texts = std::map<std::string, std::string>;

/// What a reader of a topic knows in the end: the events that are always sent, texts, and the newest of the rest.
class Reader {
  public:
    void read(std::uint64_t offset, const Envelope& envelope, std::string_view payload) {
        EXPECT_GT(offset, last_);
        last_ = offset;
        switch (merge_kind_of(envelope.type)) {
            case MergeKind::always:
                story_.push_back(std::to_string(offset) + " " + std::string(envelope.type));
                break;
            case MergeKind::text:
                texts_[field_of(payload, "stream")] += field_of(payload, "text");
                break;
            case MergeKind::newest:
                newest_[std::string(envelope.type) + field_of(payload, "agent")] = offset;
                break;
            case MergeKind::log:
                logs_.push_back(offset);
                break;
        }
    }

    void expect_same(const Reader& whole, bool thins_logs) const {
        EXPECT_EQ(story_, whole.story_);
        EXPECT_EQ(texts_, whole.texts_);
        EXPECT_EQ(newest_, whole.newest_);
        auto logs = whole.logs_;
        if (thins_logs && logs.size() > Merger::kLogsMax) {
            logs.erase(logs.begin(), logs.end() - Merger::kLogsMax);
        }
        EXPECT_EQ(logs_, logs);
    }

    /// So far.
    const Texts& texts() const { return texts_; }

  private:
    std::uint64_t last_ = 0;
    std::vector<std::string> story_;
    Texts texts_;
    std::map<std::string, std::uint64_t> newest_;
    std::vector<std::uint64_t> logs_;
};

/// Returns how many events were left out.
std::uint64_t check(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const bool thins_logs = random() % 3 != 0;
    const std::uint64_t first = 1 + random() % 1000;
    Merger merger(thins_logs);
    Reader whole;
    std::map<std::uint64_t, MergeKind> kinds;
    std::map<std::uint64_t, Texts> texts;  // of whoever has read all up to an offset
    auto next = first;
    for (auto batches = 1 + random() % 5; batches > 0; --batches) {
        std::vector<Said> said(1 + random() % 60);
        for (auto& one : said) one = random_event(random);
        const auto batch = make_batch_of(kPath, next, said);
        for (std::size_t i = 0; i < said.size(); ++i) {
            const auto& envelope = batch->envelope(i);
            kinds[next + i] = merge_kind_of(envelope.type);
            whole.read(next + i, envelope, envelope.payload);
            texts[next + i] = whole.texts();
        }
        merger.add(batch, 0);
        next += said.size();
    }
    const auto stretch = merger.take();

    EXPECT_EQ(stretch.from, first);
    EXPECT_EQ(stretch.to, next - 1);
    Reader merged;
    std::uint64_t place = first - 1;
    std::size_t pushes = 0;
    for (const auto& item : stretch.items) {
        if (const auto* gap = std::get_if<MergedGap>(&item)) {
            EXPECT_GT(gap->from, place);
            EXPECT_LE(gap->from, gap->to);
            for (auto offset = gap->from; offset <= gap->to; ++offset) {
                EXPECT_TRUE(kinds[offset] == MergeKind::log || kinds[offset] == MergeKind::newest) << offset;
                kinds.erase(offset);
            }
            place = gap->to;
            EXPECT_EQ(merged.texts(), texts[place]) << "would be lost by whoever goes on behind " << place;
            continue;
        }
        const auto& push = std::get<MergedPush>(item);
        const auto& envelope = push.batch->envelope(push.index);
        merged.read(push.offset(), envelope, push.payload.empty() ? envelope.payload : std::string_view(push.payload));
        EXPECT_GT(push.offset(), place);
        kinds.erase(push.offset());
        place = push.offset();
        EXPECT_EQ(merged.texts(), texts[place]) << "would be lost by whoever goes on behind " << place;
        ++pushes;
    }
    EXPECT_EQ(pushes, stretch.left);
    EXPECT_EQ(place, stretch.to) << "the newest is always sent";
    EXPECT_EQ(stretch.newest().offset(), stretch.to);
    merged.expect_same(whole, thins_logs);
    for (const auto& [offset, kind] : kinds) {
        EXPECT_TRUE(kind == MergeKind::text || kind == MergeKind::newest) << offset << " is unaccounted for";
    }
    return stretch.events() - stretch.left;
}

TEST(MergerProperty, AReaderOfTheMergedStretchKnowsWhatAReaderOfTheWholeKnows) {
    std::uint64_t left_out = 0;
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        left_out += check(seed);
        if (testing::Test::HasFailure()) return;
    }
    EXPECT_GT(left_out, 5'000U) << "or this says little";
}

}  // namespace
}  // namespace longwire::edge
