#include "worker/agent/agent_kinds.h"

#include <boost/json.hpp>
#include <cstdlib>
#include <utility>

#include "protocol/limits.h"
#include "protocol/node/file.h"
#include "protocol/topic.h"
#include "worker/agent/http_get_tool.h"
#include "worker/agent/plain_tools.h"
#include "worker/agent/read_file_tool.h"
#include "worker/agent/scripted_model.h"
#include "worker/sdk/input_fields.h"

namespace longwire::agent {
namespace {

constexpr std::size_t kMessageBytesMax = 64 << 10;
constexpr std::size_t kFileBytesMax = 8 << 20;  // more than the prompts of all roles can have
constexpr std::int64_t kHourMs = 3'600'000;

Result<std::string> read_file_of(const std::string& setting, const std::string& path) {
    auto text = read_file(path, kFileBytesMax);
    if (!text) return bad_request(setting, text.error().message);
    return text;
}

Status read_key(AgentOptions& options) {
    if (options.model_key_file.empty()) {
        const char* const key = std::getenv("LONGWIRE_MODEL_KEY");
        options.model.key = key == nullptr ? "" : key;
    } else {
        LW_TRY(options.model.key, read_file_of("model-key-file", options.model_key_file));
    }
    auto& key = options.model.key;
    while (key.ends_with('\n') || key.ends_with('\r') || key.ends_with(' ')) key.pop_back();
    for (const char c : key) {
        if (c <= ' ' || c > '~') return bad_request("model-key-file", "the key has characters that no key has");
    }
    return {};
}

Result<Tools> make_tools(const AgentOptions& options) {
    Tools tools;
    tools.emplace("calculator", calculator_tool());
    tools.emplace("ask_user", ask_user_tool(std::chrono::milliseconds(options.ask_timeout_ms)));
    if (!options.file_root.empty()) tools.emplace("read_file", read_file_tool(options.file_root));
    if (options.http_allow.empty()) return tools;
    HttpGetOptions http;
    auto allow = HostList::parse(options.http_allow, HostList::Ports::usual);
    if (!allow) return bad_request("http-allow", allow.error().message);
    http.allow = std::move(*allow);
    http.private_addresses = options.http_addresses == "any";
    LW_TRY(auto tool, http_get_tool(std::move(http)));
    tools.emplace("http_get", std::move(tool));
    return tools;
}

TaskResult run_agents(Task& task, const AgentSetup& setup) {
    const auto fields = input_fields(task);
    if (!fields) return bad_input(fields.error());
    const bool is_team = task.kind() == "agent.team";
    const std::string name = is_team ? "requirement" : "message";
    const auto message = fields->string(name);
    if (!message) return bad_input(message.error());
    if (message->empty()) return bad_input(bad_request(name, "must not be empty"));
    if (message->size() > kMessageBytesMax) {
        return bad_input(bad_request(name, "must have at most " + std::to_string(kMessageBytesMax) + " bytes"));
    }
    // From the tree, where what is no UTF-8 has been replaced: model servers take nothing else.
    std::string text(task.input().at(name).as_string());
    return AgentRun(task, setup, *setup.roles.first_for(task.kind())).work(std::move(text), !is_team);
}

KindDescription takes_message(std::string about, const std::string& example) {
    return {std::move(about),
            R"({
              "type": "object",
              "properties": {"message": {"type": "string", "title": "Message", "format": "textarea", "minLength": 1}},
              "required": ["message"]
            })",
            boost::json::serialize(boost::json::object{{"message", example}})};
}

KindDescription of_team() {
    return {"Agents work on a requirement and hand over to each other.",
            R"({
              "type": "object",
              "properties": {
                "requirement": {"type": "string", "title": "Requirement", "format": "textarea", "minLength": 1}
              },
              "required": ["requirement"]
            })",
            R"({"requirement": "Plan a release"})"};
}

}  // namespace

void declare_agent_settings(Config& config, AgentOptions& options) {
    auto& model = options.model;
    config.text(
        {"model-url",
         "the model server's interface, like OpenAI's, such as http://127.0.0.1:11434/v1; without one a scripted "
         "model answers",
         "URL"},
        model.url);
    config.text({"model", "the model's name, for roles that name none", "NAME"}, model.model);
    config.text(
        {"model-key-file", "a file with the server's key; without one it is LONGWIRE_MODEL_KEY's value", "FILE"},
        options.model_key_file);
    config.text({"model-ca-file", "whom to trust for https, PEM; the system's store if none is given", "FILE"},
                model.ca_file);
    config.number({"model-connect-timeout-ms", "how long connecting may take, in ms", "MS"}, model.connect_timeout_ms,
                  1, kHourMs);
    config.number({"model-first-timeout-ms", "how long an answer's beginning may take, in ms", "MS"},
                  model.first_timeout_ms, 1, kHourMs);
    config.number({"model-idle-timeout-ms", "how long an answer may stall, in ms", "MS"}, model.idle_timeout_ms, 1,
                  kHourMs);
    config.number({"model-total-timeout-ms", "how long an answer may take, in ms", "MS"}, model.total_timeout_ms, 1,
                  24 * kHourMs);
    config.number({"model-tries", "how often a request is made that fails in passing", "N"}, options.tries_max, 1, 100);
    config.number({"answer-bytes-max", "longest answer of a model", "BYTES"}, model.answer_bytes_max, 1'024, 512 << 10);
    config.text({"roles", "a file with the agents and what they may do, TOML; a small team is built in", "FILE"},
                options.roles_file);
    config.number({"turns-max", "answers of the model in one run", "N"}, options.turns_max, 1, 1'000);
    config.number({"context-bytes", "how much of what was said a model is shown", "BYTES"}, options.context_bytes,
                  4'096, 16 << 20);
    config.number({"ask-timeout-ms", "how long a question waits for an answer, in ms", "MS"}, options.ask_timeout_ms, 1,
                  24 * kHourMs);
    config.list({"pillars", "serves agent.liaison.NAME for each", "NAME,…"}, options.pillars,
                [](const std::string& name) { return check_name("", name, kNameBytesMax / 2); });
    config.text({"file-root", "the directory whose files read_file may read; without one there is no read_file", "DIR"},
                options.file_root);
    config.list({"http-allow", "the hosts that http_get may read from; without any there is no http_get", "HOST,…"},
                options.http_allow, [](const std::string& entry) -> Status {
                    LW_TRY(const auto allow, HostList::parse({entry}, HostList::Ports::usual));
                    return allow.empty() ? bad_request("", "is empty") : Status{};
                });
    config.choice({"http-addresses", "which addresses the names of --http-allow may have"}, options.http_addresses,
                  {"public", "any"});
}

Result<std::shared_ptr<const AgentSetup>> set_up_agents(AgentOptions options) {
    auto setup = std::make_shared<AgentSetup>();
    LW_TRY_STATUS(read_key(options));
    std::string roles(built_in_roles());
    if (!options.roles_file.empty()) {
        LW_TRY(roles, read_file_of("roles", options.roles_file));
    }
    auto parsed = parse_roles(roles, known_tools());
    if (!parsed) return bad_request("roles", options.roles_file + ": " + describe(parsed.error()));
    setup->roles = std::move(*parsed);
    LW_TRY(setup->tools, make_tools(options));
    if (options.model.url.empty()) {
        setup->model = std::make_shared<ScriptedModel>();
    } else {
        LW_TRY(setup->model, open_ai_model(std::move(options.model)));
    }
    setup->retry.tries_max = options.tries_max;
    setup->turns_max = options.turns_max;
    setup->context_bytes = options.context_bytes;
    setup->ask_patience = std::chrono::milliseconds(options.ask_timeout_ms);
    return std::shared_ptr<const AgentSetup>(std::move(setup));
}

void serve_agents(Worker& worker, const std::shared_ptr<const AgentSetup>& setup,
                  const std::vector<std::string>& pillars) {
    const auto handler = [setup](Task& task) { return run_agents(task, *setup); };
    worker.serve("agent.chat", handler, takes_message("Talk to an agent.", "What is an epoch?"));
    worker.serve("agent.guide", handler, takes_message("Ask the guide.", "Where do I begin?"));
    worker.serve("agent.team", handler, of_team());
    for (const auto& pillar : pillars) {
        worker.serve("agent.liaison." + pillar, handler,
                     takes_message("Ask the liaison of " + pillar + ".", "What can you do for me?"));
    }
}

}  // namespace longwire::agent
