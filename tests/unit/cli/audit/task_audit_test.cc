#include "clients/cli/audit/task_audit.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

namespace longwire::cli {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class TaskAuditTest : public testing::Test {
  protected:
    void event(const std::string& type, json::object data = {}, const std::string& source = "w1") {
        audit.on_event({{"offset", ++offset},
                        {"type", type},
                        {"attempt", attempt},
                        {"source", source},
                        {"data", std::move(data)}});
    }
    void start(std::int64_t number) {
        attempt = number;
        event("task.started", {{"attempt", number}, {"worker", "w1"}}, "broker");
    }

    TaskAudit audit{1};
    std::int64_t offset = 0;
    std::int64_t attempt = 0;
};

TEST_F(TaskAuditTest, WhatWasMadeAndWhatIsThereAddsUp) {
    event("task.queued", {}, "broker");
    start(1);
    event("log");
    event("task.progress");
    event("task.completed", {{"events", 2}});
    audit.on_head(5);
    EXPECT_THAT(audit.differences(), IsEmpty());
    EXPECT_EQ(audit.attempts().at(1).produced, 2);
    EXPECT_EQ(audit.attempts().at(1).committed, 2);
    EXPECT_EQ(audit.attempts().at(1).worker, "w1");
    EXPECT_EQ(audit.attempts().at(1).ended_by, "task.completed");
}

TEST_F(TaskAuditTest, AnEventThatNeverReachedTheLogIsNamedByItsHop) {
    start(1);
    event("log");
    event("task.failed", {{"events", 3}});
    EXPECT_THAT(audit.differences(), ElementsAre(HasSubstr("worker to log: attempt 1 made 3 events, the log has 1")));
}

TEST_F(TaskAuditTest, TheBrokersOwnEventsAreNotTheWorkers) {
    start(1);
    event("task.cancelling", {}, "broker");
    event("task.input", {}, "broker");
    event("log");
    event("task.cancelled", {{"events", 1}});
    EXPECT_THAT(audit.differences(), IsEmpty());
}

TEST_F(TaskAuditTest, EachAttemptIsCountedByItself) {
    start(1);
    event("log");
    event("task.retrying", {{"events", 1}});
    start(2);
    event("log");
    event("log");
    event("task.completed", {{"events", 1}});
    EXPECT_THAT(audit.differences(), ElementsAre(HasSubstr("attempt 2 made 1 events, the log has 2")));
}

TEST_F(TaskAuditTest, AWorkerThatDiedTellsNoCount) {
    start(1);
    event("log");
    event("task.retrying", {{"reason", "worker_lost"}}, "broker");
    EXPECT_THAT(audit.differences(), IsEmpty());
    EXPECT_EQ(audit.attempts().at(1).produced, std::nullopt);
}

TEST_F(TaskAuditTest, HolesInTheLogAreNamed) {
    start(1);
    offset = 4;
    event("log");
    event("log");
    EXPECT_THAT(audit.differences(), ElementsAre(HasSubstr("log: events 2 to 4 are missing")));
    audit.on_head(9);
    EXPECT_THAT(audit.differences(), ElementsAre(HasSubstr("2 to 4"), HasSubstr("7 to 9")));
    offset = 2;
    event("log");
    EXPECT_THAT(audit.differences(), testing::Contains(HasSubstr("event 3 is out of order")));
}

TEST_F(TaskAuditTest, OfATrimmedLogTheOldestAttemptProvesNothing) {
    audit = TaskAudit(3);
    offset = 2;
    attempt = 1;
    event("log");
    event("task.retrying", {{"events", 7}});
    start(2);
    event("task.completed", {{"events", 1}});
    EXPECT_THAT(audit.differences(), ElementsAre(HasSubstr("attempt 2")));
}

}  // namespace
}  // namespace longwire::cli
