#include "tests/simulation/story.h"

#include <algorithm>

#include "protocol/topic.h"
#include "tests/simulation/faults.h"
#include "tests/simulation/violation.h"
#include "tests/simulation/world.h"

namespace longwire::simulation {
namespace {

constexpr std::int64_t kRestUs = 100'000;        // how often it is asked whether there is rest
constexpr std::int64_t kRestUsMax = 90'000'000;  // then there will never be any

class Story {
  public:
    Story(const Scenario& scenario, bool is_told)
        : world_(scenario, is_told), environment_(world_.environment()), faults_(world_) {}

    Environment& environment() { return environment_; }

    void tell() {
        world_.start();
        faults_.begin();
        for (std::size_t i = 0; i < environment_.scenario.steps; ++i) {
            pass(environment_.random.between(0, environment_.scenario.step_us_max));
            environment_.random.pick(world_.clients())->act();
        }
        faults_.heal();
        come_to_rest();
        check_filters();
    }

  private:
    void pass(std::int64_t time_us) { environment_.schedule.run_until(environment_.schedule.now_us() + time_us); }

    void come_to_rest() {
        const auto until_us = environment_.schedule.now_us() + kRestUsMax;
        for (auto waits_for = world_.waits_for(); !waits_for.empty(); waits_for = world_.waits_for()) {
            require(environment_.schedule.now_us() < until_us,
                    [&] { return "all is healed, and yet the world waits for ever for " + waits_for; });
            for (auto& client : world_.clients()) client->connect();
            feed_tasks();
            pass(kRestUs);
        }
    }

    /// A task that waits for its input gets one: a single one, so that it must not be lost.
    void feed_tasks() {
        auto& client = *world_.clients().front();
        const auto path = environment_.model.open_task_without_input();
        if (path.empty() || client.is_sending_input()) return;
        client.send_input(std::string(task_of_topic(split_path(path).topic)));
    }

    /// Filters are still in force: something new comes by them.
    void check_filters() {
        for (const char* room : {"room/0", "room/1", "room/2"}) world_.clients().front()->publish(room);
        come_to_rest();
    }

    World world_;
    Environment& environment_;
    Faults faults_;
};

}  // namespace

Ending tell_story(const Scenario& scenario, bool is_told) {
    Story story(scenario, is_told);
    Ending ending;
    try {
        story.tell();
    } catch (const Violation& violation) {
        ending.violation = violation.what();
    }
    ending.digest = story.environment().trace.digest();
    ending.took_us = story.environment().schedule.now_us();
    return ending;
}

}  // namespace longwire::simulation
