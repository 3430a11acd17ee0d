#include "edge/core/timers.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace longwire::edge {
namespace {

class Sleeper final : public TimerClient {
  public:
    Sleeper(Timers& timers, std::string name, std::string& log) : timers_(timers), name_(std::move(name)), log_(log) {}

    void on_time() override {
        log_ += name_;
        if (again_us > 0) timers_.set(*this, again_us);
    }

    std::int64_t again_us = 0;

  private:
    Timers& timers_;
    std::string name_;
    std::string& log_;
};

struct TimersTest : testing::Test {
    std::string log;
    Timers timers;
    Sleeper a{timers, "a", log};
    Sleeper b{timers, "b", log};
};

TEST_F(TimersTest, CallsWhoIsDueInTheOrderOfTime) {
    timers.set(a, 200);
    timers.set(b, 100);
    EXPECT_EQ(timers.next_us(), 100);
    timers.run(99);
    EXPECT_EQ(log, "");
    timers.run(200);
    EXPECT_EQ(log, "ba");
    EXPECT_EQ(timers.next_us(), std::nullopt);
}

TEST_F(TimersTest, ANewTimeTakesThePlaceOfTheOld) {
    timers.set(a, 100);
    timers.set(a, 300);
    timers.run(200);
    EXPECT_EQ(log, "");
    timers.cancel(a);
    timers.run(400);
    EXPECT_EQ(log, "");
}

TEST_F(TimersTest, WhoIsAlwaysDueKeepsNobodyElseWaiting) {
    a.again_us = 100;
    timers.set(a, 100);
    timers.set(b, 150);
    timers.run(200);
    EXPECT_EQ(log, "ab");
    timers.run(200);
    EXPECT_EQ(log, "aba");
}

TEST_F(TimersTest, WhoGoesIsForgotten) {
    {
        Sleeper c(timers, "c", log);
        timers.set(c, 100);
    }
    timers.run(200);
    EXPECT_EQ(log, "");
    EXPECT_EQ(timers.next_us(), std::nullopt);
}

}  // namespace
}  // namespace longwire::edge
