#include "edge/http/api.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "tests/unit/edge/http/api_fixture.h"

namespace longwire::edge {
namespace {

struct ApiTest : testing::Test, ApiFixture {};

std::string problem(int status, std::string_view title, std::string_view code, std::string_view detail,
                    std::string_view field = {}) {
    std::string json = "{\"type\":\"about:blank\",\"title\":\"" + std::string(title) +
                       "\",\"status\":" + std::to_string(status) + ",\"code\":\"" + std::string(code) +
                       "\",\"detail\":\"" + std::string(detail) + "\"";
    if (!field.empty()) json += ",\"field\":\"" + std::string(field) + "\"";
    return json + "}";
}

TEST_F(ApiTest, StartsATaskAndNamesIt) {
    const auto exchange = post("/v1/tasks", R"({"kind":"demo.echo","input":{"a":1}})");
    EXPECT_EQ(exchange->responses, 0);
    EXPECT_EQ(command(), R"(start {"kind":"demo.echo","input":{"a":1},"task":"1"})");
    answer(R"({"task":"1","topic":"task/1","state":"PENDING","created":true})");
    EXPECT_EQ(exchange->status(), 201U);
    EXPECT_EQ(exchange->response.content_type, "application/json");
    EXPECT_EQ(exchange->body(), R"({"task":"1","topic":"task/1","state":"PENDING","created":true})");
    const auto again = post("/v1/tasks", R"({"kind":"demo.echo","task":"mine"})");
    EXPECT_EQ(command(), R"(start {"kind":"demo.echo","task":"mine"})");
    answer(R"({"task":"mine","created":false})");
    EXPECT_EQ(again->status(), 200U);
}

TEST_F(ApiTest, AnIdempotencyKeyIsTheKeyUnlessTheBodyHasOne) {
    request("POST", "/v1/tasks", R"({"kind":"k","task":"t"})", {{"idempotency-key", "abc"}});
    EXPECT_EQ(command(), R"(start {"kind":"k","task":"t","key":"abc"})");
    request("POST", "/v1/tasks", R"({"kind":"k","task":"t","key":"own"})", {{"idempotency-key", "abc"}});
    EXPECT_EQ(command(), R"(start {"kind":"k","task":"t","key":"own"})");
    request("POST", "/v1/topics/a/events", R"({"type":"t"})", {{"idempotency-key", "abc"}});
    EXPECT_EQ(command(), R"(publish {"type":"t","topic":"a","key":"abc"})");
    request("POST", "/v1/topics/a/events", R"({"type":"t","key":"own"})", {{"idempotency-key", "abc"}});
    EXPECT_EQ(command(), R"(publish {"type":"t","key":"own","topic":"a"})");
}

TEST_F(ApiTest, AskingForTasksPassesTheQueryOn) {
    const auto exchange = get("/v1/tasks?state=RUNNING&kind=demo.echo&limit=5&after=t1");
    EXPECT_EQ(command(), R"(tasks {"state":"RUNNING","kind":"demo.echo","limit":5,"after":"t1"})");
    answer(R"({"tasks":[]})");
    EXPECT_EQ(exchange->status(), 200U);
    EXPECT_EQ(exchange->body(), R"({"tasks":[]})");
    EXPECT_EQ(get("/v1/tasks?limit=five")->body(),
              problem(400, "Bad Request", "bad_request", "must be a whole number", "limit"));
    EXPECT_EQ(get("/v1/tasks?limit=1001")->status(), 400U);
    EXPECT_EQ(get("/v1/tasks?state=ASLEEP")->status(), 400U);
}

TEST_F(ApiTest, ATaskHasAStateAndTakesCancelInputAndRun) {
    const auto state = get("/v1/tasks/t1");
    EXPECT_EQ(command(), R"(state {"task":"t1"})");
    answer(R"({"task":"t1"})");
    EXPECT_EQ(state->status(), 200U);
    const auto cancel = post("/v1/tasks/t1/cancel", R"({"reason":"enough"})");
    EXPECT_EQ(command(), R"(cancel {"reason":"enough","task":"t1"})");
    answer("{}");
    EXPECT_EQ(cancel->status(), 202U);
    post("/v1/tasks/t1/cancel");
    EXPECT_EQ(command(), R"(cancel {"task":"t1"})");
    const auto input = post("/v1/tasks/t1/input", R"({"data":[1]})");
    EXPECT_EQ(command(), R"(input {"data":[1],"task":"t1"})");
    answer("{}");
    EXPECT_EQ(input->status(), 202U);
    const auto run = post("/v1/tasks/t1/run");
    EXPECT_EQ(command(), R"(run {"task":"t1"})");
    answer("{}");
    EXPECT_EQ(run->status(), 202U);
    EXPECT_EQ(post("/v1/tasks/t1/input", "{}")->body(),
              problem(400, "Bad Request", "bad_request", "is required", "data"));
    EXPECT_EQ(post("/v1/tasks/t1/sing")->status(), 404U);
    EXPECT_EQ(get("/v1/tasks/a%2Fb")->status(), 400U);
    EXPECT_EQ(get("/v1/tasks/")->status(), 400U);
}

TEST_F(ApiTest, WorkersAreListed) {
    const auto exchange = get("/v1/workers");
    EXPECT_EQ(command(), "workers {}");
    answer(R"({"workers":[]})");
    EXPECT_EQ(exchange->body(), R"({"workers":[]})");
}

TEST_F(ApiTest, KindsAreListed) {
    const auto exchange = get("/v1/kinds");
    EXPECT_EQ(command(), "kinds {}");
    answer(R"({"kinds":[]})");
    EXPECT_EQ(exchange->body(), R"({"kinds":[]})");
}

TEST_F(ApiTest, EachRouteSaysWhichMethodsItKnows) {
    const std::vector<std::array<std::string, 3>> cases{
        {"DELETE", "/v1/tasks", "GET, POST"},
        {"POST", "/v1/tasks/t1", "GET"},
        {"GET", "/v1/tasks/t1/cancel", "POST"},
        {"GET", "/v1/tasks/t1/input", "POST"},
        {"GET", "/v1/tasks/t1/run", "POST"},
        {"PUT", "/v1/topics/a/events", "GET, POST"},
        {"POST", "/v1/workers", "GET"},
        {"POST", "/v1/kinds", "GET"},
        {"POST", "/v1/events", "GET"},
        {"POST", "/v1/openapi.json", "GET"},
        {"POST", "/healthz", "GET"},
        {"DELETE", "/readyz", "GET"},
        {"POST", "/metrics", "GET"},
    };
    for (const auto& [method, path, allowed] : cases) {
        const auto exchange = request(method, path);
        EXPECT_EQ(exchange->status(), 405U) << method << " " << path;
        EXPECT_EQ(exchange->header("Allow"), allowed) << method << " " << path;
    }
    EXPECT_TRUE(asked.empty());
}

TEST_F(ApiTest, WhatIsNotThereIsAProblem) {
    const auto exchange = get("/v1/nothing");
    EXPECT_EQ(exchange->status(), 404U);
    EXPECT_EQ(exchange->response.content_type, "application/problem+json");
    EXPECT_EQ(exchange->body(), problem(404, "Not Found", "not_found", "there is nothing at /v1/nothing"));
    for (const auto* path : {"/v1/", "/v1", "/v2/tasks", "/v1/topics/events", "/v1/tasks/a/cancel/b", "/v1/topics/a"}) {
        EXPECT_EQ(get(path)->status(), 404U) << path;
    }
    EXPECT_EQ(get("/v1/tasks/%zz")->status(), 400U);
    EXPECT_EQ(get("/v1/tasks?limit=%")->status(), 400U);
}

TEST_F(ApiTest, AFailureIsAProblemWithTheProtocolsCode) {
    const auto missing = get("/v1/tasks/t1");
    refuse({Errc::not_found, "no such task", "task", 0});
    EXPECT_EQ(missing->status(), 404U);
    EXPECT_EQ(missing->body(), problem(404, "Not Found", "not_found", "no such task", "task"));
    const auto busy = get("/v1/tasks/t1");
    refuse({Errc::unavailable, "try again", {}, 1500});
    EXPECT_EQ(busy->status(), 503U);
    EXPECT_EQ(busy->header("Retry-After"), "2");
    const std::vector<std::pair<Errc, unsigned>> statuses{
        {Errc::bad_request, 400},  {Errc::unauthorized, 401}, {Errc::forbidden, 403},
        {Errc::conflict, 409},     {Errc::expired, 410},      {Errc::too_large, 413},
        {Errc::rate_limited, 429}, {Errc::too_many, 429},     {Errc::internal, 500},
    };
    for (const auto& [code, status] : statuses) {
        const auto exchange = get("/v1/tasks/t1");
        refuse({code, "no"});
        EXPECT_EQ(exchange->status(), status) << to_string(code);
    }
}

TEST_F(ApiTest, ABodyThatIsNoJsonObjectIsAProblem) {
    for (const auto* body : {"nonsense", "5", "null", "\"a\"", "{} {}"}) {
        for (const auto* path : {"/v1/tasks", "/v1/tasks/t1/cancel", "/v1/topics/a/events"}) {
            const auto exchange = post(path, body);
            EXPECT_EQ(exchange->status(), 400U) << path << " " << body;
            EXPECT_NE(exchange->body().find("\"field\":\"body\""), std::string::npos) << path << " " << body;
        }
    }
    EXPECT_TRUE(asked.empty());
}

TEST_F(ApiTest, PublishesOneEvent) {
    const auto exchange = post("/v1/topics/room/ops/events", R"({"type":"note","data":1})");
    EXPECT_EQ(command(), R"(publish {"type":"note","data":1,"topic":"room/ops"})");
    answer(R"({"topic":"room/ops","offset":1})");
    EXPECT_EQ(exchange->status(), 201U);
    EXPECT_EQ(exchange->body(), R"({"topic":"room/ops","offset":1})");
    post("/v1/topics/r%C3%A9um%C3%A9/a%20b/events", R"({"type":"note"})");
    EXPECT_EQ(command(), "publish {\"type\":\"note\",\"topic\":\"r\xc3\xa9um\xc3\xa9/a b\"}");
    EXPECT_EQ(post("/v1/topics/task/t1/events", R"({"type":"note"})")->status(), 403U);
    EXPECT_EQ(post("/v1/topics/a%2B/events", R"({"type":"note"})")->status(), 400U);
    EXPECT_EQ(post("/v1/topics/a/events")->status(), 400U);
}

TEST_F(ApiTest, PublishesAnArrayInItsOrder) {
    const auto exchange = post("/v1/topics/a/events", R"([{"type":"x"},{"type":"y"}])");
    ASSERT_EQ(all<SendCommand>().size(), 2U);
    EXPECT_EQ(command(), R"(publish {"type":"y","topic":"a"})");
    answer(R"({"offset":2})");
    EXPECT_EQ(exchange->responses, 0);
    answer(R"({"offset":1})", 1);
    EXPECT_EQ(exchange->status(), 201U);
    EXPECT_EQ(exchange->body(), R"([{"offset":1},{"offset":2}])");
}

TEST_F(ApiTest, AnArrayWithABadEventPublishesNone) {
    const auto exchange = post("/v1/topics/a/events", R"([{"type":"x"},{"data":1}])");
    EXPECT_EQ(exchange->body(), problem(400, "Bad Request", "bad_request", "is required", "[1].type"));
    EXPECT_EQ(post("/v1/topics/a/events", R"([{"type":"x"},5])")->body(),
              problem(400, "Bad Request", "bad_request", "must be an object", "[1]"));
    EXPECT_EQ(post("/v1/topics/a/events", "[]")->status(), 400U);
    std::string many = "[";
    for (int i = 0; i < 1001; ++i) many += (i > 0 ? ",{" : "{") + std::string("\"type\":\"t\"}");
    EXPECT_EQ(post("/v1/topics/a/events", many + "]")->status(), 400U);
    EXPECT_TRUE(asked.empty());
}

TEST_F(ApiTest, AnArraysFirstFailureIsTheAnswer) {
    const auto exchange = post("/v1/topics/a/events", R"([{"type":"x"},{"type":"y"},{"type":"z"}])");
    answer("{}");
    refuse({Errc::unavailable, "no"}, 1);
    refuse({Errc::unavailable, "no"}, 2);
    EXPECT_EQ(exchange->responses, 1);
    EXPECT_EQ(exchange->status(), 503U);
}

TEST_F(ApiTest, AnArraysEventsHaveKeysOfTheirOwn) {
    // A repeated request with an array was stored twice, whatever its key.
    request("POST", "/v1/topics/a/events", R"([{"type":"x"},{"type":"y","key":"own"}])", {{"idempotency-key", "abc"}});
    EXPECT_EQ(command(), R"(publish {"type":"y","key":"own","topic":"a"})");
    asked.pop_back();
    EXPECT_EQ(command(), R"(publish {"type":"x","topic":"a","key":"abc.0"})");
}

TEST_F(ApiTest, HistoryIsPaged) {
    const auto exchange = get("/v1/topics/room/ops/events?after=4&limit=2");
    const auto fetch = all<FetchEvents>().at(0);
    EXPECT_EQ(fetch.path, "dev/room/ops");
    EXPECT_EQ(fetch.after, 4U);
    EXPECT_EQ(fetch.events_max, 2U);
    page({0xe, 9, 1, make_batch("dev/room/ops", 0xe, 5, 2)});
    EXPECT_EQ(exchange->status(), 200U);
    EXPECT_TRUE(exchange->body().starts_with(
        R"({"epoch":"000000000000000e","head":9,"tail":1,"events":[{"topic":"room/ops","offset":5,)"));
    EXPECT_NE(exchange->body().find("\"offset\":6"), std::string::npos);
    get("/v1/topics/a/events");
    EXPECT_EQ(all<FetchEvents>().back().events_max, 100U);
    const auto failed = get("/v1/topics/a/events");
    requests.on_fetched({all<FetchEvents>().back().token, Error{Errc::unavailable, "no"}});
    EXPECT_EQ(failed->status(), 503U);
    EXPECT_EQ(get("/v1/topics/a/events?after=-1")->status(), 400U);
    EXPECT_EQ(get("/v1/topics/a/events?limit=0")->status(), 400U);
    EXPECT_EQ(get("/v1/topics/%23/events")->status(), 400U);
}

TEST_F(ApiTest, OperatorsSeeHealthReadinessAndMetrics) {
    EXPECT_EQ(get("/healthz")->status(), 200U);
    EXPECT_EQ(get("/readyz")->body(), R"({"status":"ready"})");
    is_linked = false;
    EXPECT_EQ(get("/healthz")->status(), 200U);
    const auto not_ready = get("/readyz");
    EXPECT_EQ(not_ready->status(), 503U);
    EXPECT_EQ(not_ready->body(), R"({"status":"not ready","missing":["broker"]})");
    const auto metrics = get("/metrics");
    EXPECT_EQ(metrics->body(), "longwire_up 1\n");
    EXPECT_EQ(metrics->response.content_type, "text/plain; version=0.0.4");
    EXPECT_EQ(request("HEAD", "/healthz")->status(), 200U);
}

TEST_F(ApiTest, TheDescriptionIsJsonAndNamesEveryRoute) {
    const auto exchange = get("/v1/openapi.json");
    const auto description = boost::json::parse(exchange->body());
    const auto& paths = description.at("paths").as_object();
    for (const auto* path :
         {"/v1/tasks", "/v1/tasks/{task}", "/v1/tasks/{task}/cancel", "/v1/tasks/{task}/input", "/v1/tasks/{task}/run",
          "/v1/topics/{topic}/events", "/v1/events", "/v1/workers", "/v1/kinds"}) {
        EXPECT_TRUE(paths.contains(path)) << path;
    }
}

TEST_F(ApiTest, ThePagesFilesAreServedAsTheyWereRead) {
    const auto directory = std::filesystem::path(testing::TempDir()) / "longwire_console_test";
    std::filesystem::create_directories(directory / "assets");
    const auto write = [&](const char* name, const char* text) { std::ofstream(directory / name) << text; };
    write("index.html", "<p>");
    write("assets/app.js", "1");
    auto loaded = http::StaticFiles::load(directory.string());
    ASSERT_TRUE(loaded);
    console = std::move(*loaded);
    std::filesystem::remove_all(directory);
    const auto page = get("/");
    EXPECT_EQ(page->status(), 200U);
    EXPECT_EQ(page->body(), "<p>");
    EXPECT_EQ(page->response.content_type, "text/html; charset=utf-8");
    EXPECT_EQ(page->header("Cache-Control"), "no-cache");
    EXPECT_EQ(page->header("X-Content-Type-Options"), "nosniff");
    EXPECT_FALSE(page->header("Content-Security-Policy").empty());
    const auto script = get("/assets/app.js");
    EXPECT_EQ(script->response.content_type, "text/javascript; charset=utf-8");
    EXPECT_EQ(script->header("Cache-Control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(request("HEAD", "/index.html")->status(), 200U);
    EXPECT_EQ(post("/")->status(), 405U);
    EXPECT_EQ(get("/assets/../index.html")->status(), 404U);
    EXPECT_EQ(get("/assets")->status(), 404U);
    EXPECT_FALSE(http::StaticFiles::load("/nowhere/at/all"));
}

}  // namespace
}  // namespace longwire::edge
