#include "edge/http/api.h"

#include <algorithm>
#include <charconv>

#include "edge/dialects/native/messages.h"
#include "edge/http/openapi.h"
#include "edge/http/problem.h"
#include "edge/http/url.h"
#include "protocol/command.h"
#include "protocol/json.h"
#include "protocol/msgpack_fields.h"
#include "protocol/msgpack_reader.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"

namespace longwire::edge::http {
namespace {

constexpr std::string_view kNil = "\xC0";  // of MessagePack
constexpr std::size_t kEventsPerRequestMax = 1'000;
constexpr std::size_t kStreamTopicsMax = 100;

Result<std::string> body_as_msgpack(const net::HttpRequest& request) {
    if (request.body.empty()) return std::string(kEmptyMap);
    auto body = json_to_msgpack(request.body);
    if (!body) return bad_request("body", body.error().message);
    return body;
}

/// A query's fields as a MessagePack map; those named in `numbers` as numbers.
Result<std::string> query_as_msgpack(const std::vector<std::pair<std::string, std::string>>& query,
                                     std::initializer_list<std::string_view> numbers) {
    std::string map;
    MsgpackWriter writer(map);
    writer.map(query.size());
    for (const auto& [name, value] : query) {
        writer.string(name);
        if (std::find(numbers.begin(), numbers.end(), name) == numbers.end()) {
            writer.string(value);
            continue;
        }
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
        if (error != std::errc{} || end != value.data() + value.size()) {
            return bad_request(name, "must be a whole number");
        }
        writer.signed_integer(number);
    }
    return map;
}

bool is_created(std::string_view reply) {
    const auto fields = MsgpackFields::parse(reply, "reply");
    const auto created = fields ? fields->boolean_or("created", false) : Result<bool>(false);
    return created && *created;
}

/// The publish that one event of a request's body stands for. Its own key goes before the one given.
Result<std::string> event_to_publish(const std::string& topic, std::string_view event, const std::string& key) {
    LW_TRY(const MsgpackFields fields, MsgpackFields::parse(event, "body"));
    auto named = with_text_field(event, "topic", topic);
    if (!key.empty() && !fields.has("key")) named = with_text_field(named, "key", key);
    if (const auto checked = decode_command(PublishCommand::kName, named); !checked) return checked.error();
    return named;
}

unsigned ok_status(std::string_view) {
    return 200;
}
unsigned accepted_status(std::string_view) {
    return 202;
}
unsigned created_status(std::string_view) {
    return 201;
}

}  // namespace

Result<Api::Call> Api::parse(const net::HttpRequest& request) const {
    LW_TRY(std::vector<std::string> segments, split_segments(request.path));
    LW_TRY(Query query, parse_query(request.query));
    if (!segments.empty()) segments.erase(segments.begin());
    return Call{request, std::move(segments), std::move(query)};
}

void Api::handle(const net::HttpRequest& request, const Exchange& exchange) {
    if (request.path == "/healthz" || request.path == "/readyz" || request.path == "/metrics") {
        if (request.method != "GET" && request.method != "HEAD") return exchange->respond(method_not_allowed("GET"));
        return serve_operator(request.path, exchange);
    }
    if (!request.path.starts_with("/v1/")) return serve_page(request, exchange);
    const auto call = parse(request);
    call ? handle_v1(*call, exchange) : exchange->respond(problem(call.error()));
}

void Api::serve_operator(std::string_view path, const Exchange& exchange) const {
    if (path == "/healthz") return exchange->respond(json_response(200, "{\"status\":\"ok\"}"));
    if (path == "/readyz") return serve_ready(exchange);
    auto response = json_response(200, options_.metrics_text());
    response.content_type = "text/plain; version=0.0.4";
    exchange->respond(std::move(response));
}

void Api::handle_v1(const Call& call, const Exchange& exchange) {
    const auto& segments = call.segments;
    const auto& method = call.request.method;
    const auto is_get = method == "GET" || method == "HEAD";
    if (segments.front() == "tasks" && segments.size() == 1) return handle_tasks(call, exchange);
    if (segments.front() == "tasks" && segments.size() <= 3) return handle_task(call, exchange);
    if (segments.front() == "topics" && segments.size() >= 3 && segments.back() == "events") {
        return handle_topic(call, exchange);
    }
    if (segments.size() == 1 && (segments.front() == WorkersCommand::kName || segments.front() == KindsCommand::kName ||
                                 segments.front() == ClusterCommand::kName)) {
        if (!is_get) return exchange->respond(method_not_allowed("GET"));
        return obey(segments.front(), std::string(kEmptyMap), exchange, ok_status);
    }
    if (segments.size() == 1 && segments.front() == "events") {
        if (method != "GET") return exchange->respond(method_not_allowed("GET"));
        return open_stream(call, exchange);
    }
    if (segments.size() == 1 && segments.front() == "ws") return exchange->respond(upgrade_required());
    if (segments.size() == 1 && segments.front() == "openapi.json") {
        if (!is_get) return exchange->respond(method_not_allowed("GET"));
        return exchange->respond(json_response(200, std::string(openapi_json())));
    }
    exchange->respond(problem({Errc::not_found, "there is nothing at " + call.request.path}));
}

void Api::handle_tasks(const Call& call, const Exchange& exchange) {
    const auto& method = call.request.method;
    if (method == "POST") return start_task(call, exchange);
    if (method != "GET" && method != "HEAD") return exchange->respond(method_not_allowed("GET, POST"));
    auto fields = query_as_msgpack(call.query, {"limit"});
    if (!fields) return exchange->respond(problem(fields.error()));
    obey(TasksCommand::kName, std::move(*fields), exchange, ok_status);
}

void Api::handle_task(const Call& call, const Exchange& exchange) {
    const auto& task = call.segments[1];
    const auto& method = call.request.method;
    if (call.segments.size() == 2) {
        if (method != "GET" && method != "HEAD") return exchange->respond(method_not_allowed("GET"));
        return show_task(task, call, exchange);
    }
    const auto& verb = call.segments[2];
    if (verb != CancelCommand::kName && verb != InputCommand::kName && verb != RunCommand::kName) {
        return exchange->respond(problem({Errc::not_found, "a task has cancel, input and run, not " + verb}));
    }
    if (method != "POST") return exchange->respond(method_not_allowed("POST"));
    const auto body = body_as_msgpack(call.request);
    if (!body) return exchange->respond(problem(body.error()));
    if (const auto fields = MsgpackFields::parse(*body, "body"); !fields) {
        return exchange->respond(problem(fields.error()));
    }
    obey(verb, with_text_field(*body, "task", task), exchange, accepted_status);
}

void Api::show_task(const std::string& task, const Call& call, const Exchange& exchange) {
    auto fields = with_text_field(std::string(kEmptyMap), "task", task);
    for (const auto& [name, value] : call.query) {
        if (name != "output") continue;
        if (value != "true" && value != "false") {
            return exchange->respond(problem(bad_request("output", "must be true or false")));
        }
        fields = with_raw_field(fields, "output", value == "true" ? "\xC3" : "\xC2");
    }
    obey(StateCommand::kName, std::move(fields), exchange, ok_status);
}

void Api::start_task(const Call& call, const Exchange& exchange) {
    auto body = body_as_msgpack(call.request);
    if (!body) return exchange->respond(problem(body.error()));
    const auto fields = MsgpackFields::parse(*body, "body");
    if (!fields) return exchange->respond(problem(fields.error()));
    // The edge names the task, so that asking a second time after a lost answer starts nothing twice.
    auto named = fields->has("task") ? *body : with_text_field(*body, "task", shard_.new_id(""));
    const auto key = call.request.header("idempotency-key");
    if (!key.empty() && !fields->has("key")) named = with_text_field(named, "key", key);
    // A request is no connection that could be there for a task.
    if (fields->has("connection")) named = with_raw_field(named, "connection", kNil);
    obey(StartCommand::kName, std::move(named), exchange,
         [](std::string_view reply) { return is_created(reply) ? 201U : 200U; });
}

void Api::handle_topic(const Call& call, const Exchange& exchange) {
    std::string topic;
    for (std::size_t i = 1; i + 1 < call.segments.size(); ++i) topic.append(i > 1 ? "/" : "").append(call.segments[i]);
    if (call.request.method == "POST") return publish(topic, call, exchange);
    if (call.request.method == "GET") return history(topic, call, exchange);
    exchange->respond(method_not_allowed("GET, POST"));
}

/// One event, or an array of them in their order; the answer has the same form.
void Api::publish(const std::string& topic, const Call& call, const Exchange& exchange) {
    const auto body = body_as_msgpack(call.request);
    if (!body) return exchange->respond(problem(body.error()));
    const auto key = call.request.header("idempotency-key");
    if (MsgpackReader(*body).peek() == MsgpackReader::Type::array) return publish_many(topic, *body, key, exchange);
    auto event = event_to_publish(topic, *body, std::string(key));
    if (!event) return exchange->respond(problem(event.error()));
    obey(PublishCommand::kName, std::move(*event), exchange, created_status);
}

void Api::publish_many(const std::string& topic, std::string_view body, std::string_view key,
                       const Exchange& exchange) {
    MsgpackReader reader(body);
    const auto count = reader.array();
    if (count == 0 || count > kEventsPerRequestMax) {
        return exchange->respond(problem(bad_request("body", "must hold 1 to 1000 events")));
    }
    std::vector<std::string> events;
    for (std::uint32_t i = 0; i < count; ++i) {
        // Each has a key of its own, so that a repeated request stores none of them twice.
        auto event =
            event_to_publish(topic, reader.raw(), key.empty() ? "" : std::string(key) + "." + std::to_string(i));
        // All are looked at before any is published, so that a refused request has done nothing.
        if (!event) {
            auto error = event.error();
            error.field = "[" + std::to_string(i) + "]" + (error.field == "body" ? "" : "." + error.field);
            return exchange->respond(problem(error));
        }
        events.push_back(std::move(*event));
    }
    struct Answers {
        std::vector<std::string> json;
        std::size_t open = 0;
        bool failed = false;
    };
    const auto answers = std::make_shared<Answers>(Answers{std::vector<std::string>(count), count, false});
    for (std::uint32_t i = 0; i < count; ++i) {
        shard_.requests.command(identity_, PublishCommand::kName, std::move(events[i]),
                                [answers, exchange, i](const Result<std::string>& reply) {
                                    if (answers->failed) return;
                                    if (!reply) {
                                        answers->failed = true;
                                        return exchange->respond(problem(reply.error()));
                                    }
                                    answers->json[i] = native::to_json(*reply);
                                    if (--answers->open > 0) return;
                                    std::string all = "[";
                                    for (const auto& json : answers->json)
                                        all.append(all.size() > 1 ? "," : "").append(json);
                                    exchange->respond(json_response(201, all + "]"));
                                });
    }
}

void Api::history(const std::string& topic, const Call& call, const Exchange& exchange) {
    const auto fields = query_as_msgpack(call.query, {"limit", "after"});
    if (!fields) return exchange->respond(problem(fields.error()));
    const auto command = decode_command(HistoryCommand::kName, with_text_field(*fields, "topic", topic));
    if (!command) return exchange->respond(problem(command.error()));
    const auto& wanted = std::get<HistoryCommand>(*command);
    shard_.requests.fetch(topic_path(identity_.realm, wanted.topic), 0, wanted.after,
                          static_cast<std::uint32_t>(wanted.limit), [exchange](const Result<FetchedPage>& page) {
                              if (!page) return exchange->respond(problem(page.error()));
                              native::History history{page->epoch, page->head, page->tail, {}};
                              if (page->batch) history.batches.push_back(page->batch);
                              const auto answer = native::history_page(history, UINT64_MAX, false);
                              exchange->respond(json_response(200, native::to_json(answer)));
                          });
}

void Api::open_stream(const Call& call, const Exchange& exchange) {
    std::vector<SseStream::Topic> topics;
    std::string cursor(call.request.header("last-event-id"));
    From from;
    bool from_snapshot = false;
    for (const auto& [name, value] : call.query) {
        if (name == "topic") topics.push_back({value, {}, false, 0, 0, {}});
        if (name == "after" && cursor.empty()) cursor = value;
        if (name == "from" && value == "start") from.kind = From::Kind::start;
        if (name == "from") from_snapshot = value == "snapshot";
    }
    const auto check = [&]() -> Status {
        if (topics.empty() || topics.size() > kStreamTopicsMax) {
            return bad_request("topic", "must be given 1 to " + std::to_string(kStreamTopicsMax) + " times");
        }
        for (auto& topic : topics) {
            LW_TRY_STATUS(check_topic(topic.name));
            if (from_snapshot && task_of_topic(topic.name).empty()) {
                return bad_request("from", "\"snapshot\" is for tasks' topics");
            }
            topic.from = from;
            topic.from_snapshot = from_snapshot;
            const auto same = [&](const auto& other) { return other.name == topic.name; };
            if (std::count_if(topics.begin(), topics.end(), same) > 1) {
                return bad_request("topic", "is given twice: " + topic.name);
            }
        }
        return cursor.empty() ? Status{} : SseStream::read_cursor(cursor, topics);
    };
    if (const auto checked = check(); !checked) return exchange->respond(problem(checked.error()));
    auto stream = std::make_unique<SseStream>(shard_, identity_, std::move(topics), exchange);
    auto* const opened = stream.get();
    streams_.emplace(opened, std::move(stream));
    opened->open();
    exchange->on_abandoned([this, opened] { streams_.erase(opened); });  // at once if the client has gone already
}

void Api::obey(std::string_view command, std::string fields, const Exchange& exchange,
               std::function<unsigned(std::string_view)> status) {
    if (const auto checked = decode_command(command, fields); !checked) {
        return exchange->respond(problem(checked.error()));
    }
    shard_.requests.command(identity_, command, std::move(fields),
                            [exchange, status = std::move(status)](const Result<std::string>& reply) {
                                if (!reply) return exchange->respond(problem(reply.error()));
                                exchange->respond(json_response(status(*reply), native::to_json(*reply)));
                            });
}

void Api::serve_ready(const Exchange& exchange) const {
    if (options_.is_linked()) return exchange->respond(json_response(200, "{\"status\":\"ready\"}"));
    exchange->respond(json_response(503, "{\"status\":\"not ready\",\"missing\":[\"broker\"]}"));
}

void Api::serve_page(const net::HttpRequest& request, const Exchange& exchange) const {
    const auto* file = options_.console.find(request.path);
    if (file == nullptr) {
        return exchange->respond(problem({Errc::not_found, "there is nothing at " + request.path}));
    }
    if (request.method != "GET" && request.method != "HEAD") return exchange->respond(method_not_allowed("GET"));
    net::HttpResponse response;
    response.content_type = file->content_type;
    response.body = file->body;
    response.headers = {
        {"Cache-Control", file->is_immutable ? "public, max-age=31536000, immutable" : "no-cache"},
        {"Content-Security-Policy",
         "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'"},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
    };
    exchange->respond(std::move(response));
}

void Api::add_slow(SlowClients& slow) const {
    for (const auto& [stream, owner] : streams_) stream->add_if_slow(slow);
}

void Api::tick() {
    for (auto& [stream, owner] : streams_) stream->tick();
    std::erase_if(streams_, [](const auto& entry) { return entry.first->has_ended(); });
}

}  // namespace longwire::edge::http
