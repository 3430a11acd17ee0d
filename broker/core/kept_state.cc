#include "broker/core/kept_state.h"

#include <utility>

#include "protocol/msgpack_fields.h"
#include "protocol/msgpack_reader.h"
#include "protocol/msgpack_writer.h"
#include "protocol/topic.h"

namespace longwire::broker {
namespace {

constexpr char kOrigin = 'c';  // of creation: it sorts before the task
constexpr char kTask = 't';
constexpr char kInput = 'i';
constexpr char kPosition = 'p';
constexpr char kPositions = 'q';
constexpr char kPublishKey = 'k';
constexpr char kMember = 'm';

constexpr std::int64_t kAnyInteger = INT64_MAX;

constexpr std::uint32_t kAgentParts = 5;
constexpr std::uint32_t kAgentPartsWithoutId = 4;  // as older brokers have written them

/// The parts of a key, each ended by a 0 byte, behind the letter that says what it is of.
std::string key_of(char kind, std::initializer_list<std::string_view> parts) {
    std::string key(1, kind);
    for (const auto part : parts) key.append(part).append(1, '\0');
    return key;
}

std::string_view take_part(std::string_view& rest) {
    const auto end = rest.find('\0');
    const auto part = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return part;
}

std::string number_value(std::uint64_t number) {
    std::string value;
    MsgpackWriter(value).unsigned_integer(number);
    return value;
}

/// Zero-padded, so that a task's inputs sort by their offsets.
std::string offset_part(std::uint64_t offset) {
    auto digits = std::to_string(offset);
    return std::string(20 - digits.size(), '0') + digits;
}

Error damaged(const StatePut& entry) {
    return Error{
        Errc::internal,
        std::string("an entry of kind '") + (entry.key.empty() ? '?' : entry.key[0]) + "' of the kept state is damaged",
        "data-dir"};
}

/// Writes or reads the fields of a task's origin by their names, whichever `Archive` does.
template <class Archive, class OriginType>
void origin_fields(Archive& archive, OriginType& origin) {
    archive.text("kind", origin.kind);
    archive.raw("input", origin.input_raw);
    archive.text("key", origin.key);
    archive.text("parent", origin.parent);
    archive.text("user", origin.user);
    archive.number("priority", origin.priority);
    archive.number("max_attempts", origin.max_attempts);
    archive.number("timeout_ms", origin.timeout_ms);
    archive.number("ttl_ms", origin.ttl_ms);
    archive.number("cancels_on_disconnect", origin.cancels_on_disconnect);
    archive.number("disconnect_grace_ms", origin.disconnect_grace_ms);
    archive.text("concurrency_key", origin.concurrency.key);
    archive.number("concurrency_limit", origin.concurrency.limit);
    archive.text("webhook", origin.webhook);
    archive.number("age", origin.age);
    archive.number("created_us", origin.created_us);
}

/// The same for what changes.
template <class Archive, class TaskType>
void task_fields(Archive& archive, TaskType& task) {
    archive.number("status", task.status);
    archive.number("held", task.held);
    archive.number("waiting", task.waiting);
    archive.number("cancelling", task.cancelling);
    archive.number("run", task.run);
    archive.number("attempt", task.attempt);
    archive.number("attempts_in_run", task.attempts_in_run);
    archive.text("worker", task.worker);
    archive.number("worker_incarnation", task.worker_incarnation);
    archive.number("output_offset", task.output_offset);
    archive.real("progress", task.progress);
    archive.text("message", task.message);
    archive.text("prompt", task.prompt);
    archive.text("current_agent", task.current_agent);
    archive.agents("agents", task.agents);
    archive.number("queued_us", task.queued_us);
    archive.number("not_before_us", task.not_before_us);
    archive.number("started_us", task.started_us);
    archive.number("ended_us", task.ended_us);
    archive.number("cancel_asked_us", task.cancel_asked_us);
    archive.text("cancel_reason", task.cancel_reason);
    archive.raw("result", task.result_raw);
    archive.raw("error", task.error_raw);
}

class Writer {
  public:
    void text(std::string_view name, const std::string& value) {
        if (!value.empty()) add().field(name, value);
    }
    void raw(std::string_view name, const std::string& value) {
        if (!value.empty()) add().field_raw(name, value);
    }
    template <class Number>
    void number(std::string_view name, Number value) {
        if (value != Number{}) add().field(name, static_cast<std::int64_t>(value));
    }
    void real(std::string_view name, double value) { add().field(name, value); }
    void agents(std::string_view name, const std::vector<AgentState>& agents) {
        if (agents.empty()) return;
        auto& writer = add();
        writer.string(name);
        writer.array(agents.size());
        for (const auto& agent : agents) {
            writer.array(kAgentParts);
            writer.string(agent.agent);
            writer.string(agent.status);
            writer.string(agent.message);
            writer.number(agent.progress);
            writer.string(agent.agent_id);
        }
    }

    std::string map() const {
        std::string out;
        MsgpackWriter(out).map(fields_);
        return out + body_;
    }

  private:
    MsgpackWriter& add() {
        ++fields_;
        return writer_;
    }

    std::size_t fields_ = 0;
    std::string body_;
    MsgpackWriter writer_{body_};
};

class Reader {
  public:
    explicit Reader(const MsgpackFields& fields) : fields_(fields) {}

    void text(std::string_view name, std::string& value) {
        if (const auto read = keep(fields_.string_or(name, {}))) value = *read;
    }
    void raw(std::string_view name, std::string& value) { value = fields_.raw(name); }
    template <class Number>
    void number(std::string_view name, Number& value) {
        if (const auto read = keep(fields_.integer_or(name, 0, -kAnyInteger, kAnyInteger))) {
            value = static_cast<Number>(*read);
        }
    }
    void real(std::string_view name, double& value) {
        if (const auto read = keep(fields_.number_or(name, 0, 0, 1))) value = *read;
    }
    void agents(std::string_view name, std::vector<AgentState>& agents) {
        if (!fields_.has(name)) return;
        MsgpackReader reader(fields_.raw(name));
        const auto count = reader.array();
        for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
            const auto parts = reader.array();
            if (parts != kAgentParts && parts != kAgentPartsWithoutId) break;
            auto& agent = agents.emplace_back();
            agent.agent = reader.string();
            agent.status = reader.string();
            agent.message = reader.string();
            agent.progress = reader.number();
            if (parts == kAgentParts) agent.agent_id = reader.string();
        }
        is_sound_ = is_sound_ && reader.ok() && reader.at_end();
    }

    bool is_sound() const { return is_sound_; }

  private:
    template <class T>
    std::optional<T> keep(Result<T> read) {
        is_sound_ = is_sound_ && read.has_value();
        return read ? std::optional<T>(*read) : std::nullopt;
    }

    const MsgpackFields& fields_;
    bool is_sound_ = true;
};

Result<RestoredState> read_origin(const StatePut& entry, std::string_view rest) {
    const auto fields = MsgpackFields::parse(entry.value, "state");
    if (!fields) return damaged(entry);
    RestoredOrigin restored;
    restored.realm = take_part(rest);
    restored.task = take_part(rest);
    Reader reader(*fields);
    origin_fields(reader, restored.origin);
    if (!reader.is_sound() || restored.task.empty() || restored.origin.kind.empty()) return damaged(entry);
    return RestoredState{std::move(restored)};
}

Result<RestoredState> read_task(const StatePut& entry, std::string_view rest) {
    const auto fields = MsgpackFields::parse(entry.value, "state");
    if (!fields) return damaged(entry);
    Task task;
    task.realm = take_part(rest);
    task.id = take_part(rest);
    Reader reader(*fields);
    task_fields(reader, task);
    if (!reader.is_sound() || task.id.empty() || task.status > TaskStatus::expired) return damaged(entry);
    return RestoredState{RestoredTask{std::move(task)}};
}

Result<std::uint64_t> read_number(const StatePut& entry) {
    MsgpackReader reader(entry.value);
    const auto number = reader.unsigned_integer();
    if (!reader.ok() || !reader.at_end()) return damaged(entry);
    return number;
}

Result<RestoredState> read_position(const StatePut& entry, std::string_view rest) {
    RestoredPositions restored;
    restored.producer = take_part(rest);
    MsgpackReader reader(entry.value);
    reader.array();
    restored.incarnation = reader.unsigned_integer();
    const auto partition = static_cast<std::uint32_t>(reader.unsigned_integer());
    restored.at.push_back({partition, reader.unsigned_integer()});
    if (!reader.ok() || !reader.at_end()) return damaged(entry);
    return RestoredState{std::move(restored)};
}

Result<RestoredState> read_positions(const StatePut& entry, std::string_view rest) {
    RestoredPositions restored;
    restored.producer = take_part(rest);
    MsgpackReader reader(entry.value);
    reader.array();
    restored.incarnation = reader.unsigned_integer();
    const auto first = static_cast<std::uint32_t>(reader.unsigned_integer());
    const auto count = reader.array();
    if (count > kPositionsPerEntry) return damaged(entry);
    for (std::uint32_t i = 0; i < count; ++i) restored.at.push_back({first + i, reader.unsigned_integer()});
    if (!reader.ok() || !reader.at_end()) return damaged(entry);
    return RestoredState{std::move(restored)};
}

Result<RestoredState> read_member(const StatePut& entry, std::string_view rest) {
    RestoredMember restored;
    restored.path = take_part(rest);
    restored.member = rest;
    MsgpackReader reader(entry.value);
    reader.array();
    restored.since_us = reader.signed_integer();
    restored.info_raw = reader.raw();
    if (!reader.ok() || !reader.at_end() || restored.member.empty()) return damaged(entry);
    return RestoredState{std::move(restored)};
}

}  // namespace

StatePut keep_origin(const Task& task) {
    Writer writer;
    origin_fields(writer, task);
    return {key_of(kOrigin, {task.realm, task.id}), writer.map()};
}

StatePut keep_task(const Task& task) {
    Writer writer;
    task_fields(writer, task);
    return {key_of(kTask, {task.realm, task.id}), writer.map()};
}

std::vector<StatePut> drop_task(const Task& task) {
    return {{key_of(kOrigin, {task.realm, task.id}), {}}, {key_of(kTask, {task.realm, task.id}), {}}};
}

StatePut keep_input(const Task& task, const KeptInput& input) {
    auto put = drop_input(task, input.offset);
    MsgpackWriter writer(put.value);
    writer.array(2);
    writer.unsigned_integer(input.offset);
    input.data_raw.empty() ? writer.nil() : writer.raw(input.data_raw);
    return put;
}

StatePut drop_input(const Task& task, std::uint64_t offset) {
    return {key_of(kInput, {task.realm, task.id, offset_part(offset)}), {}};
}

StatePut keep_position(std::string_view producer, std::uint64_t incarnation, const link::PartitionSequence& at) {
    StatePut put{key_of(kPosition, {producer, std::to_string(at.partition)}), {}};
    MsgpackWriter writer(put.value);
    writer.array(3);
    writer.unsigned_integer(incarnation);
    writer.unsigned_integer(at.partition);
    writer.unsigned_integer(at.sequence);
    return put;
}

StatePut keep_positions(std::string_view producer, std::uint64_t incarnation, std::uint32_t first_partition,
                        std::span<const std::uint64_t> sequences) {
    constexpr std::size_t kSequenceBytesUsual = 5;
    StatePut put{key_of(kPositions, {producer, std::to_string(first_partition)}), {}};
    put.value.reserve((sequences.size() + 3) * kSequenceBytesUsual);
    MsgpackWriter writer(put.value);
    writer.array(3);
    writer.unsigned_integer(incarnation);
    writer.unsigned_integer(first_partition);
    writer.array(sequences.size());
    for (const auto sequence : sequences) writer.unsigned_integer(sequence);
    return put;
}

StatePut keep_publish_key(std::string_view path, std::string_view key, std::uint64_t offset) {
    return {drop_publish_key(path, key).key, number_value(offset)};
}

/// The key comes last and without an end of its own: it is the client's and may hold any byte.
StatePut drop_publish_key(std::string_view path, std::string_view key) {
    return {key_of(kPublishKey, {path}).append(key), {}};
}

StatePut keep_member(std::string_view path, std::string_view member, std::string_view info_raw, std::int64_t since_us) {
    auto put = drop_member(path, member);
    MsgpackWriter writer(put.value);
    writer.array(2);
    writer.signed_integer(since_us);
    info_raw.empty() ? writer.nil() : writer.raw(info_raw);
    return put;
}

/// The member comes last and without an end of its own, as a publish key does.
StatePut drop_member(std::string_view path, std::string_view member) {
    return {key_of(kMember, {path}).append(member), {}};
}

Result<RestoredState> read_state(const StatePut& entry) {
    if (entry.key.empty()) return damaged(entry);
    auto rest = std::string_view(entry.key).substr(1);
    switch (entry.key[0]) {
        case kOrigin:
            return read_origin(entry, rest);
        case kTask:
            return read_task(entry, rest);
        case kPositions:
            return read_positions(entry, rest);
        case kPosition:
            return read_position(entry, rest);
        case kInput: {
            RestoredInput restored;
            restored.realm = take_part(rest);
            restored.task = take_part(rest);
            MsgpackReader reader(entry.value);
            reader.array();
            restored.input.offset = reader.unsigned_integer();
            restored.input.data_raw = reader.raw();
            if (!reader.ok() || !reader.at_end()) return damaged(entry);
            return RestoredState{std::move(restored)};
        }
        case kPublishKey: {
            LW_TRY(const std::uint64_t offset, read_number(entry));
            const auto path = take_part(rest);
            return RestoredState{RestoredPublishKey{std::string(path), std::string(rest), offset}};
        }
        case kMember:
            return read_member(entry, rest);
        default:
            return damaged(entry);
    }
}

}  // namespace longwire::broker
