// The HTTP side of an edge: what it serves, how it refuses, and its event streams.
#include "tests/integration/support/cluster.h"

namespace longwire::integration {
namespace {

class Http : public ClusterTest {
  protected:
    void publish(const std::string& topic, int count) {
        json::array events;
        for (int i = 1; i <= count; ++i) events.push_back({{"type", "log"}, {"data", {{"i", i}}}});
        const auto reply = cluster.http().post("/v1/topics/" + topic + "/events", json::value(events));
        ASSERT_EQ(reply.status, 201) << reply.body;
        EXPECT_EQ(reply.json().as_array().size(), events.size());
    }

    static void expect_problem(const HttpReply& reply, int status, const std::string& code) {
        EXPECT_EQ(reply.status, status) << reply.body;
        EXPECT_EQ(reply.header("content-type"), "application/problem+json");
        EXPECT_EQ(text(reply.json(), "code"), code) << reply.body;
        EXPECT_EQ(number(reply.json(), "status"), status);
        EXPECT_FALSE(text(reply.json(), "detail").empty());
    }
};

TEST_F(Http, HealthAndMetricsAreServed) {
    EXPECT_EQ(cluster.http().get("/healthz").status, 200);
    EXPECT_EQ(cluster.http().get("/readyz").status, 200);
    const auto metrics = cluster.http().get("/metrics");
    EXPECT_EQ(metrics.status, 200);
    EXPECT_NE(metrics.body.find("longwire_"), std::string::npos) << metrics.body;
    EXPECT_EQ(cluster.http().request("HEAD", "/healthz", "", {}).status, 200);
}

TEST_F(Http, AStartedTaskHasAPlaceOfItsOwn) {
    const auto reply = cluster.http().post("/v1/tasks", json::value{{"kind", "demo.count"}, {"input", {{"n", 2}}}});
    EXPECT_EQ(reply.status, 201);
    const auto task = text(reply.json(), "task");
    wait_for_state(task, "COMPLETED", 1);
    const auto snapshot = cluster.http(1).get("/v1/tasks/" + task).json();
    EXPECT_EQ(number(snapshot, "result.n"), 2);
    EXPECT_EQ(text(snapshot, "kind"), "demo.count");
    EXPECT_EQ(number(snapshot, "progress"), 1);
}

TEST_F(Http, WhatIsNotThereOrNotAllowedIsAProblem) {
    const auto http = cluster.http();
    expect_problem(http.get("/v1/nothing"), 404, "not_found");
    expect_problem(http.get("/v1/"), 404, "not_found");
    expect_problem(http.get("/v1/tasks/nobody"), 404, "not_found");
    expect_problem(http.get("/v1/tasks/a/b/c/d"), 404, "not_found");
    expect_problem(http.post("/v1/tasks/nobody/run", std::string()), 404, "not_found");
    expect_problem(http.post("/v1/tasks/nobody/dance", std::string()), 404, "not_found");
    expect_problem(http.get("/nowhere"), 404, "not_found");
    expect_problem(http.get("/../etc/passwd"), 404, "not_found");
    expect_problem(http.get("/%2e%2e/etc/passwd"), 404, "not_found");
    expect_problem(http.request("DELETE", "/v1/tasks", "", {}), 405, "bad_request");
    EXPECT_EQ(http.request("DELETE", "/v1/tasks", "", {}).header("allow"), "GET, POST");
    expect_problem(http.request("PUT", "/v1/workers", "x", {{"Content-Length", "1"}}), 405, "bad_request");
    expect_problem(http.post("/v1/tasks", std::string("not json")), 400, "bad_request");
    expect_problem(http.post("/v1/tasks", std::string("[]")), 400, "bad_request");
    expect_problem(http.post("/v1/tasks", std::string("{}")), 400, "bad_request");
    expect_problem(http.post("/v1/tasks", std::string("{\"kind\":7}")), 400, "bad_request");
    EXPECT_EQ(text(http.post("/v1/tasks", std::string("{\"kind\":7}")).json(), "field"), "kind");
    expect_problem(http.post("/v1/tasks", std::string("{\"kind\":\"\xff\"}")), 400, "bad_request");
    expect_problem(http.post("/v1/tasks", std::string(5'000, '[')), 400, "bad_request");
    expect_problem(http.post("/v1/topics/room/a/events", std::string("[]")), 400, "bad_request");
    expect_problem(http.post("/v1/topics/room/a/events", std::string("[{\"type\":\"x\"},{}]")), 400, "bad_request");
    EXPECT_EQ(number(http.get("/v1/topics/room/a/events").json(), "head"), 0) << "a refused array has published a part";
    expect_problem(http.get("/v1/topics/room/+/events"), 400, "bad_request");
    expect_problem(http.get("/v1/topics//events"), 400, "bad_request");
    expect_problem(http.get("/v1/topics/room%ZZ/events"), 400, "bad_request");
    expect_problem(http.get("/v1/topics/room/a/events?after=-1"), 400, "bad_request");
    expect_problem(http.get("/v1/topics/room/a/events?limit=100000"), 400, "bad_request");
    expect_problem(http.get("/v1/events"), 400, "bad_request");
    expect_problem(http.get("/v1/events?topic=%00"), 400, "bad_request");
    expect_problem(http.get("/v1/events?topic=room/a&after=1:2:3"), 400, "bad_request");
}

TEST_F(Http, EventStreamResumesBehindTheLastIdOnTheOtherEdge) {
    publish("room/a", 50);
    std::vector<json::value> seen;
    std::string last_id;
    {
        SseClient stream(cluster.port(0), "/v1/events?topic=room/a&from=start");
        while (seen.size() < 20) seen.push_back(stream.next().json());
        last_id = stream.last_id();
    }
    EXPECT_EQ(last_id.substr(last_id.find(':')), ":20");
    SseClient again(cluster.port(1), "/v1/events?topic=room/a", {{"Last-Event-ID", last_id}});
    while (seen.size() < 50) seen.push_back(again.next().json());
    publish("room/a", 5);
    while (seen.size() < 55) seen.push_back(again.next().json());
    expect_seamless(seen, 1);
    SseClient by_query(cluster.port(1), "/v1/events?topic=room/a&after=" + last_id);
    EXPECT_EQ(number(by_query.next().json(), "offset"), 21);
}

TEST_F(Http, EventStreamOfSeveralTopicsResumesEachAtItsPlace) {
    publish("room/a", 6);
    publish("room/b", 4);
    std::map<std::string, std::vector<json::value>> seen;
    std::string cursor;
    {
        SseClient stream(cluster.port(0), "/v1/events?topic=room/a&topic=room/b&topic=room/c&from=start");
        for (int i = 0; i < 10; ++i) {
            auto event = stream.next();
            // A client keeps the last id it has dispatched, wherever the connection breaks.
            if (i == 7) cursor = event.id;
            if (i <= 7) seen[text(event.json(), "topic")].push_back(event.json());
        }
    }
    publish("room/b", 1);
    publish("room/c", 2);
    SseClient stream(cluster.port(1), "/v1/events?topic=room/a&topic=room/b&topic=room/c&after=" + cursor);
    for (int i = 0; i < 5; ++i) {
        auto event = stream.next().json();
        seen[text(event, "topic")].push_back(std::move(event));
    }
    EXPECT_EQ(seen["room/a"].size(), 6);
    EXPECT_EQ(seen["room/b"].size(), 5);
    EXPECT_EQ(seen["room/c"].size(), 2);
    for (const auto& [topic, events] : seen) expect_seamless(events, 1);
}

TEST_F(Http, EventStreamShowsATaskToItsEnd) {
    const auto task = start_task({{"kind", "demo.count"}, {"input", {{"n", 300}, {"interval_ms", 1}}}});
    SseClient stream(cluster.port(1), "/v1/events?topic=task/" + task + "&from=start");
    std::vector<json::value> seen;
    for (const auto& event : stream.until_type("task.completed")) seen.push_back(event.json());
    expect_seamless(seen, 1);
    expect_counts_to(seen, 300);
}

TEST_F(Http, EventStreamOfAnotherEpochSaysSo) {
    publish("room/a", 3);
    SseClient stream(cluster.port(0), "/v1/events?topic=room/a&after=0123456789abcdef:2");
    EXPECT_EQ(text(stream.next().json(), "gap.reason"), "epoch_changed");
    for (int i = 1; i <= 3; ++i) EXPECT_EQ(number(stream.next().json(), "offset"), i);
}

TEST_F(Http, ManyRequestsOnOneConnectionAreAnsweredInTheirOrder) {
    TcpStream stream(cluster.port());
    std::string requests;
    for (int i = 0; i < 20; ++i) {
        requests += "GET /v1/tasks/none-" + std::to_string(i) + " HTTP/1.1\r\nHost: t\r\n\r\n";
        requests += "GET /healthz HTTP/1.1\r\nHost: t\r\n\r\n";
    }
    stream.send(requests);
    for (int i = 0; i < 20; ++i) {
        const auto missing = read_reply(stream, true, Deadline());
        EXPECT_EQ(missing.status, 404);
        EXPECT_NE(missing.body.find("none-" + std::to_string(i)), std::string::npos) << missing.body;
        EXPECT_EQ(read_reply(stream, true, Deadline()).status, 200);
    }
}

}  // namespace
}  // namespace longwire::integration
