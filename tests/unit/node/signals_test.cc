#include "protocol/node/signals.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace longwire {
namespace {

TEST(Signals, ArriveOnTheDescriptorInOrder) {
    Signals signals;
    EXPECT_EQ(signals.next(), std::nullopt);
    std::raise(SIGTERM);
    std::raise(SIGHUP);
    pollfd waiting{signals.fd(), POLLIN, 0};
    EXPECT_EQ(poll(&waiting, 1, 0), 1);
    EXPECT_EQ(signals.next(), SIGTERM);
    EXPECT_EQ(signals.next(), SIGHUP);
    EXPECT_EQ(signals.next(), std::nullopt);
}

TEST(Signals, AGonePeerIsAnErrorOfWrite) {
    Signals signals({SIGUSR1});
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    close(ends[0]);
    EXPECT_EQ(write(ends[1], "x", 1), -1);
    EXPECT_EQ(errno, EPIPE);
    close(ends[1]);
}

}  // namespace
}  // namespace longwire
