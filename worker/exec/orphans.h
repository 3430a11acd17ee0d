#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <string>

namespace longwire::exec {

/// Ends what escapes from the process groups of our programs: a child that made a session of its own lives on when its
/// program has ended, and becomes a child of ours, because this process has declared itself to be the next of kin.
///
/// Programs are known by a variable in their environment, which their children inherit. One that hides even that is
/// ended when no program runs.
///
/// Thread: any.
class Orphans {
  public:
    /// Makes this process the parent of its descendants' orphans. Once, at start-up.
    static void adopt();

    /// Kills every descendant. As the last thing before this process ends: programs may still run where their tasks'
    /// handlers were given up.
    static void kill_all();

    /// A program's time, from before its start to after its end; then what is left of it is killed.
    class Watch {
      public:
        explicit Watch(Orphans& orphans) : orphans_(orphans), variable_(orphans.begin()) {}
        ~Watch() { orphans_.end(variable_); }
        Watch(const Watch&) = delete;
        Watch& operator=(const Watch&) = delete;

        /// "NAME=value", for the program's environment.
        const std::string& variable() const { return variable_; }

      private:
        Orphans& orphans_;
        const std::string variable_;
    };

  private:
    std::string begin();
    void end(const std::string& variable);
    bool kill_one_round();

    std::mutex mutex_;
    std::set<std::string> running_;
    std::uint64_t last_ = 0;
};

}  // namespace longwire::exec
