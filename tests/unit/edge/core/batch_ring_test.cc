#include "edge/core/batch_ring.h"

#include <gtest/gtest.h>

#include "tests/unit/edge/core/batches.h"

namespace longwire::edge {
namespace {

const std::string kPath = "dev/room/ops";

TEST(BatchRing, FindsTheBatchOfAnOffset) {
    BatchRing ring;
    EXPECT_EQ(ring.find(1), nullptr);
    ring.push(make_batch(kPath, 1, 5, 3));
    ring.push(make_batch(kPath, 1, 8, 1));
    ring.push(make_batch(kPath, 1, 12, 2));
    EXPECT_EQ(ring.find(4), nullptr);
    EXPECT_EQ(ring.find(5)->first(), 5U);
    EXPECT_EQ(ring.find(7)->first(), 5U);
    EXPECT_EQ(ring.find(8)->first(), 8U);
    EXPECT_EQ(ring.find(9), nullptr) << "a hole";
    EXPECT_EQ(ring.find(13)->first(), 12U);
    EXPECT_EQ(ring.find(14), nullptr);
}

TEST(BatchRing, ForgetsTheOldestFirstAndCountsBytes) {
    BatchRing ring;
    std::size_t bytes = 0;
    for (std::uint64_t offset = 1; offset <= 100; ++offset) {
        ring.push(make_batch(kPath, 1, offset, 1));
        bytes += ring.find(offset)->bytes();
        EXPECT_EQ(ring.bytes(), bytes);
    }
    for (std::uint64_t offset = 1; offset <= 100; ++offset) {
        bytes -= ring.find(offset)->bytes();
        ring.drop_oldest();
        EXPECT_EQ(ring.bytes(), bytes);
        EXPECT_EQ(ring.find(offset), nullptr);
        if (offset < 100) {
            EXPECT_NE(ring.find(offset + 1), nullptr);
        }
    }
    EXPECT_TRUE(ring.empty());
    ring.push(make_batch(kPath, 1, 101, 1));
    EXPECT_NE(ring.find(101), nullptr);
    ring.clear();
    EXPECT_EQ(ring.bytes(), 0U);
    EXPECT_TRUE(ring.empty());
}

}  // namespace
}  // namespace longwire::edge
