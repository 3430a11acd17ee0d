#pragma once

namespace longwire::cli {

/// What the program tells the shell. The numbers are part of its interface.
enum ExitStatus : int {
    kDone = 0,         // done; a followed task COMPLETED
    kFailed = 1,       // refused by the cluster, or a followed task FAILED or EXPIRED
    kUsage = 2,        // wrong flags or words
    kCancelled = 3,    // a followed task was CANCELLED
    kUnreachable = 4,  // no connection to the cluster
    kInterrupted = 130,
};

}  // namespace longwire::cli
