#pragma once

#include <string>
#include <string_view>

namespace longwire::agent {

/// What words in a message tell the scripted model to do.
struct Steering {
    double seconds = 3;     // @seconds=N: for the whole answer, 0 to 3600
    std::size_t words = 0;  // @words=N: of the answer, 1 to 100,000; 0: as many as it takes
    std::string tool;       // @tool=NAME: the tool that is used
    std::string with;       // @with=TEXT: what it is used with; blanks end it
    bool ask = false;       // @ask: asks the user before it answers
    bool fail = false;      // @fail: fails in mid answer, for good
    int fail_tries = 0;     // @fail=N: fails in mid answer, in a way that is tried again, the first N times
};

/// Words that are no such order, or out of range, are words like any other.
Steering read_steering(std::string_view message);

}  // namespace longwire::agent
