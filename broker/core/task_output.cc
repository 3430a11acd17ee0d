#include "broker/core/task_output.h"

#include <algorithm>
#include <array>
#include <utility>

#include "broker/core/task.h"
#include "protocol/event_types.h"
#include "protocol/msgpack_reader.h"
#include "protocol/msgpack_writer.h"

namespace longwire::broker {
namespace {

using Limits = TaskOutput;

/// The newest `bytes_max` of a text, or a little less: no character is cut in two.
std::string_view newest(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    text.remove_prefix(text.size() - bytes_max);
    while (!text.empty() && (text.front() & 0xC0) == 0x80) text.remove_prefix(1);
    return text;
}

std::string_view oldest(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    while (bytes_max > 0 && (text[bytes_max] & 0xC0) == 0x80) --bytes_max;
    return text.substr(0, bytes_max);
}

/// What is read of `text.delta` and `text.done`, in one pass and without a table of fields: nothing comes more often.
struct Piece {
    std::string_view stream;
    std::string_view agent;
    std::string_view text;
    bool has_stream = false;
    bool has_text = false;
};

/// Payloads are well-formed, since their envelopes were read. A field of another type counts as empty.
Piece read_piece(std::string_view payload) {
    Piece piece;
    MsgpackReader reader(payload);
    if (reader.peek() != MsgpackReader::Type::map) return piece;
    for (auto left = reader.map(); left > 0 && reader.ok(); --left) {
        std::string_view name;
        reader.peek() == MsgpackReader::Type::string ? name = reader.string() : reader.raw();
        auto* const wanted = name == "text"     ? &piece.text
                             : name == "stream" ? &piece.stream
                             : name == "agent"  ? &piece.agent
                                                : nullptr;
        piece.has_stream = piece.has_stream || wanted == &piece.stream;
        if (wanted != nullptr && reader.peek() == MsgpackReader::Type::string) {
            *wanted = reader.string();
            piece.has_text = piece.has_text || wanted == &piece.text;
        } else {
            reader.raw();
        }
    }
    return piece;
}

std::string_view raw_field(std::string_view payload, std::string_view name) {
    MsgpackReader reader(payload);
    if (reader.peek() != MsgpackReader::Type::map) return {};
    std::string_view found;
    for (auto left = reader.map(); left > 0 && reader.ok(); --left) {
        const auto key = reader.raw();
        const auto value = reader.raw();
        MsgpackReader text(key);
        if (text.peek() == MsgpackReader::Type::string && text.string() == name) found = value;
    }
    return found;
}

std::string_view text_field(std::string_view payload, std::string_view name) {
    MsgpackReader reader(raw_field(payload, name));
    return reader.peek() == MsgpackReader::Type::string ? reader.string() : std::string_view{};
}

std::size_t text_bytes(const TaskOutput& output) {
    std::size_t bytes = 0;
    for (const auto& text : output.texts) bytes += text.text.size();
    return bytes;
}

void drop_text_touched_longest_ago(TaskOutput& output) {
    const auto first = std::min_element(output.texts.begin(), output.texts.end(),
                                        [](const auto& a, const auto& b) { return a.offset < b.offset; });
    output.texts.erase(first);
    ++output.texts_gone;
}

StreamedText& text_of(TaskOutput& output, std::uint64_t offset, const Piece& piece) {
    const auto stream = oldest(piece.stream, Limits::kNameBytesMax);
    auto known = std::find_if(output.texts.begin(), output.texts.end(),
                              [&](const StreamedText& text) { return text.stream == stream; });
    if (known == output.texts.end()) {
        if (output.texts.size() == Limits::kTextsMax) drop_text_touched_longest_ago(output);
        known = output.texts.insert(output.texts.end(), StreamedText{});
        known->stream = stream;
    }
    if (known->agent.empty()) known->agent = oldest(piece.agent, Limits::kNameBytesMax);
    known->offset = offset;
    return *known;
}

void on_text(TaskOutput& output, std::uint64_t offset, const Envelope& envelope) {
    const auto piece = read_piece(envelope.payload);
    if (piece.text.empty() && !piece.has_stream) return;
    auto& known = text_of(output, offset, piece);
    known.done = envelope.type == event_type::kTextDone;
    if (known.done && piece.has_text) {  // the whole of it, in place of the pieces; nothing where they do not count
        known.text.clear();
        known.cut = false;
    }
    known.text.append(newest(piece.text, Limits::kTextBytesMax));
    known.cut = known.cut || piece.text.size() > Limits::kTextBytesMax;
    if (known.text.size() > Limits::kTextBytesMax) {
        known.text.erase(0, known.text.size() - newest(known.text, Limits::kTextBytesLeft).size());
        known.cut = true;
    }
    // The one just written is the youngest, so that it stays.
    while (text_bytes(output) > Limits::kTextBytesTotalMax) drop_text_touched_longest_ago(output);
}

/// Whether there are levels of nesting left for all that a snapshot wraps around a payload.
bool is_shallow(std::string_view payload) {
    constexpr std::size_t kLevelsAround = 8;
    constexpr char kArrayOfOne = '\x91';
    return is_one_msgpack_value(std::string(kLevelsAround, kArrayOfOne).append(payload));
}

/// The payload, or what of it fits: the fields that name the thing, so that it can be asked for elsewhere.
std::string bounded(std::string_view payload, std::size_t bytes_max) {
    if (MsgpackReader(payload).peek() == MsgpackReader::Type::nil) return {};
    if (payload.size() <= bytes_max && is_shallow(payload)) return std::string(payload);
    constexpr std::array<std::string_view, 8> kNaming{"id",    "kind",  "url",     "name",
                                                      "level", "agent", "message", "prompt"};
    constexpr std::size_t kLongest = 2;  // of those, message and prompt may be long
    std::string body;
    std::size_t fields = 1;
    MsgpackWriter writer(body);
    writer.field("cut", true);
    for (std::size_t i = 0; i < kNaming.size(); ++i) {
        const auto text = text_field(payload, kNaming[i]);
        if (text.empty()) continue;
        const bool is_long = i + kLongest >= kNaming.size();
        writer.field(kNaming[i], oldest(text, is_long ? bytes_max / 2 : bytes_max / 16));
        ++fields;
    }
    std::string map;
    MsgpackWriter(map).map(fields);
    return map + body;
}

void add(std::vector<ShownEvent>& events, ShownEvent event, std::size_t events_max, std::uint64_t& gone) {
    if (events.size() == events_max) {
        events.erase(events.begin());
        ++gone;
    }
    events.push_back(std::move(event));
}

void on_artifact(TaskOutput& output, ShownEvent event, std::string_view payload) {
    const auto id = oldest(text_field(payload, "id"), Limits::kArtifactBytesMax / 16);
    const auto known = std::find_if(output.artifacts.begin(), output.artifacts.end(), [&](const ShownEvent& other) {
        return !id.empty() && oldest(text_field(other.data_raw, "id"), Limits::kArtifactBytesMax / 16) == id;
    });
    if (known != output.artifacts.end()) {
        *known = std::move(event);
    } else {
        add(output.artifacts, std::move(event), Limits::kArtifactsMax, output.artifacts_gone);
    }
}

bool ends_questions(std::string_view type) {
    return type == event_type::kTaskInput || type == event_type::kTaskRetrying || ends_run(type);
}

void write_events(MsgpackWriter& writer, std::string_view name, const std::vector<ShownEvent>& events) {
    writer.string(name);
    writer.array(events.size());
    for (const auto& event : events) {
        writer.map(3);
        writer.field("offset", event.offset);
        writer.field("time_us", event.time_us);
        writer.field_raw_or_nil("data", event.data_raw);
    }
}

void write_texts(MsgpackWriter& writer, const std::vector<StreamedText>& texts) {
    writer.string("texts");
    writer.array(texts.size());
    for (const auto& text : texts) {
        writer.map(6);
        writer.field("stream", text.stream);
        writer.field_or_nil("agent", text.agent);
        writer.field("text", text.text);
        writer.field("cut", text.cut);
        writer.field("done", text.done);
        writer.field("offset", text.offset);
    }
}

}  // namespace

std::size_t TaskOutput::bytes() const {
    std::size_t bytes = sizeof(TaskOutput);
    for (const auto& text : texts)
        bytes += sizeof(text) + text.stream.size() + text.agent.size() + text.text.capacity();
    for (const auto* const events : {&logs, &artifacts, &questions}) {
        for (const auto& event : *events) bytes += sizeof(event) + event.data_raw.size();
    }
    return bytes;
}

bool begins_output(std::string_view type) {
    return type == event_type::kTaskStarted || type == event_type::kTaskQueued;
}

bool shows_output(std::string_view type) {
    return type == event_type::kTextDelta || type == event_type::kTextDone || type == event_type::kLog ||
           type == event_type::kArtifact || type == event_type::kTaskWaiting || begins_output(type) ||
           ends_questions(type);
}

void fold(TaskOutput& output, std::uint64_t offset, const Envelope& envelope) {
    const auto type = envelope.type;
    const auto shown = [&](std::size_t bytes_max) {
        return ShownEvent{offset, envelope.time_us, bounded(envelope.payload, bytes_max)};
    };
    if (type == event_type::kTextDelta || type == event_type::kTextDone) {
        on_text(output, offset, envelope);
    } else if (type == event_type::kLog) {
        add(output.logs, shown(Limits::kLogBytesMax), Limits::kLogsMax, output.logs_gone);
    } else if (type == event_type::kArtifact) {
        on_artifact(output, shown(Limits::kArtifactBytesMax), envelope.payload);
    } else if (type == event_type::kTaskWaiting) {
        add(output.questions, shown(Limits::kQuestionBytesMax), Limits::kQuestionsMax, output.questions_gone);
    } else if (begins_output(type)) {
        output = {};
    } else if (ends_questions(type)) {
        output.questions.clear();
        output.questions_gone = 0;
    }
}

void write_output(const TaskOutput& output, std::string& out) {
    MsgpackWriter writer(out);
    writer.map(6);
    write_texts(writer, output.texts);
    write_events(writer, "logs", output.logs);
    write_events(writer, "artifacts", output.artifacts);
    write_events(writer, "questions", output.questions);
    writer.string("gone");
    writer.map(4);
    writer.field("texts", output.texts_gone);
    writer.field("logs", output.logs_gone);
    writer.field("artifacts", output.artifacts_gone);
    writer.field("questions", output.questions_gone);
    writer.field("incomplete", output.incomplete);
}

}  // namespace longwire::broker
