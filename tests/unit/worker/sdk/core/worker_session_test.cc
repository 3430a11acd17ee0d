#include "worker/sdk/core/worker_session.h"

#include "unit/worker/sdk/core/worker_session_fixture.h"

namespace longwire::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using State = WorkerSession::State;

TEST_F(WorkerSessionTest, SaysHelloMoreAndMoreSlowlyUntilWelcomed) {
    std::vector<std::int64_t> at;
    for (int ms = 0; ms <= 4'000; ms += 10) {
        turn(ms == 0 ? 0 : 10);
        if (!sent<link::WorkerHello>().empty()) at.push_back(ms);
    }
    EXPECT_THAT(at, ElementsAre(0, 200, 600, 1'400, 2'400, 3'400));
    welcome();
    EXPECT_EQ(session_.state(), State::live);
    turn(500);
    EXPECT_THAT(sent<link::WorkerHello>(), IsEmpty());
}

TEST_F(WorkerSessionTest, TheHelloSaysWhoItIs) {
    turn();
    const auto hellos = sent<link::WorkerHello>();
    ASSERT_THAT(hellos, SizeIs(1));
    EXPECT_EQ(hellos[0].worker, "w-1");
    EXPECT_EQ(hellos[0].incarnation, 5u);
    EXPECT_THAT(hellos[0].kinds, ElementsAre("job"));
    EXPECT_EQ(hellos[0].capacity, 2u);
}

TEST_F(WorkerSessionTest, AHelloToNobodyIsRepeatedSoon) {
    turn();
    session_.link_failed(now_us_);
    turn(25);
    EXPECT_THAT(sent<link::WorkerHello>(), SizeIs(1));
}

TEST_F(WorkerSessionTest, TwoAnswersToARepeatedHelloMakeOneSession) {
    turn();
    turn(200);
    welcome();
    const auto id = assign("t1");
    welcome();
    EXPECT_EQ(session_.state(), State::live);
    tell(link::BrokerHeartbeat{});
    EXPECT_EQ(session_.state(), State::live);
    EXPECT_EQ(assign("t1"), id) << "told again, it is the attempt already held";
    EXPECT_EQ(count_orders<StartAttempt>(), 1u);
}

TEST_F(WorkerSessionTest, AMissingMessageEndsTheSession) {
    go_live();
    ++told_;
    tell(link::BrokerHeartbeat{});
    EXPECT_EQ(session_.state(), State::joining);
}

TEST_F(WorkerSessionTest, AMalformedMessageEndsTheSession) {
    go_live();
    session_.receive("garbage", now_us_);
    EXPECT_EQ(session_.state(), State::joining);
}

TEST_F(WorkerSessionTest, ASilentBrokerIsLost) {
    go_live();
    turn(3'000);
    EXPECT_EQ(session_.state(), State::live);
    turn(1);
    EXPECT_EQ(session_.state(), State::joining);
}

TEST_F(WorkerSessionTest, LeftoversOfTheSessionBeforeAreIgnored) {
    go_live();
    assign("t1");
    tell(link::LinkReset{"test"});
    ASSERT_EQ(session_.state(), State::joining);
    tell(link::RevokeAttempt{{"dev", "t1", 1}, "old"});
    EXPECT_EQ(count_orders<RevokedAttempt>(), 0u);
    welcome();
    EXPECT_EQ(session_.state(), State::joining) << "a hello of before did not say that t1 is held here";
    turn(300);
    welcome();
    EXPECT_EQ(session_.state(), State::live);
}

TEST_F(WorkerSessionTest, ALongSessionIsRenewedAtOnceAShortOneNot) {
    go_live();
    tell(link::LinkReset{"short"});
    turn();
    EXPECT_THAT(sent<link::WorkerHello>(), IsEmpty());
    turn(200);
    EXPECT_THAT(sent<link::WorkerHello>(), SizeIs(1));
    welcome();
    for (int i = 0; i < 6; ++i) {
        turn(1'000);
        tell(link::BrokerHeartbeat{});
    }
    tell(link::LinkReset{"long"});
    turn();
    EXPECT_THAT(sent<link::WorkerHello>(), SizeIs(1));
}

TEST_F(WorkerSessionTest, ARefusalIsFinal) {
    turn();
    tell(link::HelloRefused{"name in use"});
    EXPECT_EQ(session_.state(), State::refused);
    turn();
    ASSERT_THAT(orders_, SizeIs(1));
    EXPECT_THAT(std::get<Notice>(orders_[0]).message, HasSubstr("name in use"));
}

TEST_F(WorkerSessionTest, AnotherVersionIsARefusal) {
    turn();
    tell(link::WorkerWelcome{kProtocolVersion + 1, "b", kPartitions, 0, {}, incarnation_});
    EXPECT_EQ(session_.state(), State::refused);
}

TEST_F(WorkerSessionTest, AWelcomeToItsLifeBeforeIsNone) {
    // A worker took the late answer to its last life's hello for its own, and nothing that it published was taken.
    turn();
    tell(link::WorkerWelcome{kProtocolVersion, "b", kPartitions, 0, {}, incarnation_ - 1});
    EXPECT_EQ(session_.state(), State::joining);
}

TEST_F(WorkerSessionTest, EachSessionSaysWhatItsKindsAre) {
    turn();
    EXPECT_THAT(sent<link::DescribeKinds>(), IsEmpty());
    for (int session = 0; session < 2; ++session) {
        welcome();
        turn();
        EXPECT_THAT(sent<link::DescribeKinds>(), SizeIs(1));
        tell(link::LinkReset{"test"});
        turn(300);
        ASSERT_THAT(sent<link::WorkerHello>(), SizeIs(1));
    }
}

TEST_F(WorkerSessionTest, ABrokerThatDoesNotKnowDescriptionsGetsNone) {
    turn();
    welcome({}, 8);
    turn();
    EXPECT_EQ(session_.state(), State::live);
    EXPECT_THAT(sent<link::DescribeKinds>(), IsEmpty());
}

TEST_F(WorkerSessionTest, ADescriptionThatIsRefusedIsToldAndEndsNothing) {
    go_live();
    tell(link::DescriptionRefused{"job", "too_large", "of kind job is too large", "example"});
    turn();
    EXPECT_EQ(session_.state(), State::live);
    EXPECT_THAT(std::get<Notice>(orders_.back()).message, HasSubstr("too_large: example: of kind job is too large"));
}

TEST_F(WorkerSessionTest, HeartbeatsComeEachSecond) {
    go_live();
    turn(999);
    EXPECT_THAT(sent<link::WorkerHeartbeat>(), IsEmpty());
    turn(1);
    EXPECT_THAT(sent<link::WorkerHeartbeat>(), SizeIs(1));
}

TEST_F(WorkerSessionTest, AnUnconfirmedTailIsSaidSoon) {
    go_live();
    const auto id = assign("t1");
    turn(20);
    emit(id);
    turn(99);
    EXPECT_THAT(sent<link::WorkerHeartbeat>(), IsEmpty());
    turn(1);
    const auto beats = sent<link::WorkerHeartbeat>();
    ASSERT_THAT(beats, SizeIs(1));
    ASSERT_THAT(beats[0].published, SizeIs(1));
    EXPECT_EQ(beats[0].published[0].sequence, 1u);
    turn(50);
    EXPECT_THAT(sent<link::WorkerHeartbeat>(), IsEmpty()) << "said a moment ago";
    commit("t1", 1);
    turn(300);
    EXPECT_THAT(sent<link::WorkerHeartbeat>(), IsEmpty()) << "nothing is waiting";
}

TEST_F(WorkerSessionTest, KnowsWhatAcknowledgedEventsSurvive) {
    go_live();
    const auto id = assign("t1");
    emit(id);
    turn();
    EXPECT_EQ(session_.durability(), std::nullopt);
    tell(link::EventsCommitted{{at("t1", 1)}, 1});
    EXPECT_EQ(session_.durability(), Durability::os);
    emit(id);
    turn();
    tell(link::EventsCommitted{{at("t1", 2)}, 7});
    EXPECT_EQ(session_.durability(), Durability::fsync) << "a level of later brokers includes those that are known";
}

TEST_F(WorkerSessionTest, PublishesOnceAllPartitionsAreHeard) {
    turn();
    welcome();
    const auto id = assign("t1");
    session_.heard(true, "00/");
    session_.heard(true, "01/dev/task/t1");  // one topic only
    emit(id);
    turn();
    EXPECT_THAT(out_.published, IsEmpty());
    EXPECT_THAT(sent<link::ResentEvents>(), SizeIs(1));
    session_.heard(true, "01/");
    emit(id);
    turn();
    EXPECT_THAT(out_.published, SizeIs(1));
    session_.heard(false, "00/");
    emit(id);
    turn();
    EXPECT_THAT(out_.published, IsEmpty());
}

TEST_F(WorkerSessionTest, AnAttemptIsHeldUntilItsLastEventIsCommitted) {
    go_live();
    const auto id = assign("t1");
    emit(id);
    EXPECT_TRUE(emit(id, true));
    EXPECT_TRUE(emit(id)) << "dropped after the last";
    tell(link::LinkReset{"test"});
    turn(300);
    auto hellos = sent<link::WorkerHello>();
    ASSERT_THAT(hellos, SizeIs(1));
    ASSERT_THAT(hellos[0].running, SizeIs(1));
    EXPECT_EQ(hellos[0].running[0].task, "t1");
    welcome({at("t1", 1)});
    turn();
    EXPECT_THAT(sent<link::ResentEvents>(), SizeIs(1));
    EXPECT_FALSE(session_.attempts().empty());
    commit("t1", 2);
    EXPECT_TRUE(session_.attempts().empty());
}

TEST_F(WorkerSessionTest, EndedAttemptsTakeNoRoom) {
    go_live();
    emit(assign("t1"), true);
    emit(assign("t2"), true);
    assign("t3");
    EXPECT_EQ(count_orders<StartAttempt>(), 3u);
}

TEST_F(WorkerSessionTest, TooManyAndUnknownKindsAreHandedBack) {
    go_live();
    assign("t1");
    assign("t2");
    assign("t3");
    EXPECT_THAT(sent<link::HandBack>(), SizeIs(1));
    tell(link::AssignTask{{"dev", "t4", 1}, 1, "other", {}, 0});
    turn();
    ASSERT_THAT(sent<link::HandBack>(), SizeIs(1));
    EXPECT_EQ(sent<link::HandBack>()[0].attempt.task, "t4");
    EXPECT_EQ(count_orders<StartAttempt>(), 2u);
}

TEST_F(WorkerSessionTest, SaysHowManyWaitForOthersAndTakesAsManyMore) {
    auto with_waiting = options();
    with_waiting.waiting_max = 2;
    session_ = WorkerSession(with_waiting, now_us_);
    go_live();
    for (const auto* task : {"t1", "t2"}) assign(task);
    session_.waiting(1);
    turn();
    ASSERT_THAT(sent<link::AttemptsWaiting>(), SizeIs(1));
    EXPECT_EQ(sent<link::AttemptsWaiting>()[0].count, 1U);
    turn();
    EXPECT_THAT(sent<link::AttemptsWaiting>(), IsEmpty());
    assign("t3");
    session_.waiting(7);
    turn();
    ASSERT_THAT(sent<link::AttemptsWaiting>(), SizeIs(1));
    EXPECT_EQ(sent<link::AttemptsWaiting>()[0].count, 2U) << "not more than waiting_max";
    assign("t4");
    EXPECT_EQ(count_orders<StartAttempt>(), 4U);
    assign("t5");
    EXPECT_THAT(sent<link::HandBack>(), SizeIs(1));

    tell(link::LinkReset{"again"});
    turn(5'000);
    EXPECT_THAT(sent<link::AttemptsWaiting>(), IsEmpty());
    welcome();
    turn();
    EXPECT_THAT(sent<link::AttemptsWaiting>(), SizeIs(1)) << "a new session begins with none";
}

TEST_F(WorkerSessionTest, ALaterAttemptSupersedesTheOneAtWork) {
    go_live();
    assign("t1", 1);
    assign("t1", 2);
    EXPECT_EQ(count_orders<RevokedAttempt>(), 1u);
    EXPECT_EQ(count_orders<StartAttempt>(), 2u);
    assign("t1", 1);
    EXPECT_THAT(sent<link::HandBack>(), SizeIs(1));
}

TEST_F(WorkerSessionTest, EventsOfARevokedAttemptAreDropped) {
    go_live();
    const auto id = assign("t1");
    tell(link::RevokeAttempt{{"dev", "t1", 1}, "lost"});
    EXPECT_TRUE(emit(id));
    turn();
    EXPECT_EQ(count_orders<RevokedAttempt>(), 1u);
    EXPECT_THAT(out_.published, IsEmpty());
}

TEST_F(WorkerSessionTest, ARefusedEventOfALostAttemptRevokesIt) {
    go_live();
    emit(assign("t1"));
    tell(link::EventRefused{at("t1", 1), "conflict", "the attempt is over"});
    turn();
    EXPECT_EQ(count_orders<RevokedAttempt>(), 1u);
    EXPECT_TRUE(session_.attempts().empty());
}

TEST_F(WorkerSessionTest, ARefusedEventThatIsItselfAtFaultRevokesNothing) {
    go_live();
    emit(assign("t1"));
    tell(link::EventRefused{at("t1", 1), "bad_request", "type: ..."});
    turn();
    EXPECT_EQ(count_orders<RevokedAttempt>(), 0u);
    EXPECT_FALSE(session_.attempts().empty());
}

TEST_F(WorkerSessionTest, ManyRefusalsAreSaidInFewLines) {
    go_live();
    const auto id = assign("t1");
    const auto notices_before = count_orders<Notice>();
    for (std::uint64_t i = 1; i <= 100; ++i) {
        emit(id);
        tell(link::EventRefused{at("t1", i), "bad_request", "no"});
    }
    turn();
    EXPECT_EQ(count_orders<Notice>(), notices_before + 1);
    commit("t1", 100);
    for (int i = 0; i < 5; ++i) {
        turn(1'000);
        tell(link::BrokerHeartbeat{});
    }
    tell(link::EventRefused{at("t1", 101), "bad_request", "no"});
    turn();
    EXPECT_THAT(std::get<Notice>(orders_.back()).message, HasSubstr("100 events refused"));
}

TEST_F(WorkerSessionTest, CancelsAndInputsReachTheAttempt) {
    go_live();
    const auto id = assign("t1");
    tell(link::CancelTask{{"dev", "t1", 1}, "why", 100});
    tell(link::CancelTask{{"dev", "t1", 2}, "another attempt", 100});
    tell(link::TaskInput{{"dev", "t1", 1}, 4, {"\x01"}});
    tell(link::TaskInput{{"dev", "t1", 1}, 4, {"\x01"}});
    turn();
    ASSERT_EQ(count_orders<CancelAttempt>(), 1u);
    ASSERT_EQ(count_orders<GiveInput>(), 1u);
    EXPECT_EQ(std::get<GiveInput>(orders_.back()).id, id);
    EXPECT_EQ(std::get<GiveInput>(orders_.back()).data, "\x01");
}

TEST_F(WorkerSessionTest, TheHelloSaysWhatIsForgotten) {
    go_live();
    const auto id = assign("t1");
    emit(id);
    emit(id);
    commit("t1", 1);
    tell(link::LinkReset{"test"});
    turn(300);
    const auto hellos = sent<link::WorkerHello>();
    ASSERT_THAT(hellos, SizeIs(1));
    ASSERT_THAT(hellos[0].acknowledged, SizeIs(1));
    EXPECT_EQ(hellos[0].acknowledged[0].sequence, 1u);
}

TEST_F(WorkerSessionTest, ABrokerThatHasForgottenGetsANewIncarnation) {
    go_live();
    const auto id = assign("t1");
    emit(id);
    emit(id);
    commit("t1", 1);
    tell(link::LinkReset{"test"});
    turn(300);
    welcome({});
    turn();
    EXPECT_EQ(session_.state(), State::joining);
    EXPECT_EQ(count_orders<RevokedAttempt>(), 1u);
    const auto hellos = sent<link::WorkerHello>();
    ASSERT_THAT(hellos, SizeIs(1));
    EXPECT_GT(hellos[0].incarnation, 5u);
    EXPECT_THAT(hellos[0].running, IsEmpty());
    welcome({});
    EXPECT_EQ(session_.state(), State::live);
    EXPECT_EQ(session_.unacknowledged_bytes(), 0u);
}

TEST_F(WorkerSessionTest, DrainingWaitsForTasksAndTheirEvents) {
    go_live();
    const auto id = assign("t1");
    session_.drain(now_us_);
    turn();
    EXPECT_THAT(sent<link::WorkerDraining>(), SizeIs(1));
    assign("t2");
    EXPECT_THAT(sent<link::HandBack>(), SizeIs(1));
    emit(id, true);
    turn(10);
    EXPECT_EQ(session_.state(), State::live);
    commit("t1", 1);
    turn(10);
    EXPECT_EQ(session_.state(), State::done);
    EXPECT_THAT(sent<link::WorkerBye>(), SizeIs(1));
}

TEST_F(WorkerSessionTest, AfterTheGraceTimeWhatRunsIsHandedBack) {
    go_live();
    const auto id = assign("t1");
    emit(id);
    session_.drain(now_us_);
    turn(500);
    tell(link::BrokerHeartbeat{});
    turn(501);
    EXPECT_EQ(count_orders<RevokedAttempt>(), 1u);
    EXPECT_THAT(sent<link::HandBack>(), IsEmpty()) << "its events are not committed yet";
    EXPECT_TRUE(emit(id)) << "dropped";
    commit("t1", 1);
    turn();
    EXPECT_THAT(sent<link::HandBack>(), SizeIs(1));
    EXPECT_EQ(session_.state(), State::done);
}

TEST_F(WorkerSessionTest, ADrainThatCannotBeToldEndsAsLost) {
    go_live();
    emit(assign("t1"), true);
    session_.drain(now_us_);
    for (int i = 0; i < 21; ++i) turn(100);
    EXPECT_EQ(session_.state(), State::lost);
}

TEST_F(WorkerSessionTest, DrainingIsSaidAgainInANewSession) {
    go_live();
    assign("t1");
    session_.drain(now_us_);
    turn();
    tell(link::LinkReset{"test"});
    turn(250);
    welcome();
    turn();
    EXPECT_THAT(sent<link::WorkerDraining>(), SizeIs(1));
}

TEST_F(WorkerSessionTest, DrainingWithoutABrokerEndsAtOnce) {
    turn();
    session_.drain(now_us_);
    EXPECT_EQ(session_.state(), State::done);
}

TEST_F(WorkerSessionTest, AnAttemptThatCannotBeStartedIsGivenBack) {
    go_live();
    session_.give_back(assign("t1"), "busy", now_us_);
    turn();
    EXPECT_THAT(sent<link::HandBack>(), SizeIs(1));
    EXPECT_TRUE(session_.attempts().empty());
}

}  // namespace
}  // namespace longwire::worker
