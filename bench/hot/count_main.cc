#include <gnu/libc-version.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <boost/version.hpp>
#include <cstdio>
#include <msgpack/version.hpp>
#include <string_view>
#include <vector>

#include "bench/hot/hot_function.h"

/// Runs hot functions a fixed number of times for bench/instructions.py, which has Valgrind count what happens within
/// longwire_counted.
extern "C" [[gnu::noinline]] bool longwire_counted(longwire::bench::Work& work) {
    const bool is_right = work.run();
    asm volatile("" ::: "memory");  // or the call would become a jump, which ends this function early
    return is_right;
}

namespace {

using longwire::bench::HotFunction;
using longwire::bench::HotFunctions;

constexpr std::size_t kWarmUpRuns = 8;
constexpr std::size_t kRunsMin = 8;
constexpr std::size_t kEventsWanted = 256;  // enough for what happens only every so many events

std::size_t runs_of(const HotFunction& function) {
    return std::max(kRunsMin, kEventsWanted / function.events);
}

bool is_run_right(const HotFunction& function) {
    const auto work = function.make();
    bool is_right = true;
    for (std::size_t i = 0; i < kWarmUpRuns; ++i) {
        work->prepare();
        is_right = work->run() && is_right;
    }
    for (std::size_t i = 0; i < runs_of(function); ++i) {
        work->prepare();
        is_right = longwire_counted(*work) && is_right;
    }
    return is_right;
}

/// Each function runs in a process of its own, so that it finds the heap as it would if it were the only one; Valgrind
/// counts for each process by itself.
bool run_apart(const HotFunction& function) {
    const auto child = ::fork();
    if (child == 0) ::_exit(is_run_right(function) ? 0 : 1);
    int status = -1;
    if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0) {
        std::fprintf(stderr, "%s has not done what it is measured for\n", function.name.c_str());
        return false;
    }
    std::printf("%s\t%zu\t%d\t%s\n", function.name.c_str(), runs_of(function) * function.events, child,
                function.what.c_str());
    return true;
}

/// Which compiler and which libraries' code the counts are of.
void print_toolchain() {
    std::printf("compiler\t%s\n", __VERSION__);
    std::printf("build\t%s\n", LONGWIRE_BUILD_TYPE);
    std::printf("libstdc++\t%d\n", __GLIBCXX__);
    std::printf("libc\t%s\n", gnu_get_libc_version());
    std::printf("boost\t%s\n", BOOST_LIB_VERSION);
    std::printf("msgpack\t%s\n", MSGPACK_VERSION);
    std::printf("zlib\t%s\n", zlibVersion());
}

}  // namespace

/// Without arguments all functions run; else those whose names begin with one of them.
int main(int argc, char** argv) {
    const std::vector<std::string_view> wanted(argv + 1, argv + argc);
    if (wanted == std::vector<std::string_view>{"--toolchain"}) {
        print_toolchain();
        return 0;
    }
    const auto is_wanted = [&](const HotFunction& function) {
        const auto begins = [&](std::string_view prefix) { return function.name.starts_with(prefix); };
        return wanted.empty() || std::any_of(wanted.begin(), wanted.end(), begins);
    };
    std::setvbuf(stdout, nullptr, _IONBF, 0);  // or children would print what waits
    const auto all = longwire::bench::hot_functions();
    return std::all_of(all.begin(), all.end(),
                       [&](const auto& function) { return !is_wanted(function) || run_apart(function); })
               ? 0
               : 1;
}
