#include "edge/core/merger.h"

#include <optional>
#include <utility>

#include "protocol/msgpack_fields.h"
#include "protocol/msgpack_reader.h"
#include "protocol/msgpack_writer.h"

namespace longwire::edge {
namespace {

constexpr std::string_view kText = "text";
constexpr std::string_view kIndex = "index";

/// A piece of text: what it says, and what all pieces of the same text have in common.
struct Piece {
    std::string common;
    std::string_view text;
};

void append_part(std::string_view part, std::string& out) {
    out.append(std::to_string(part.size())).append(":").append(part);
}

std::string key_of(const Envelope& envelope) {
    std::string key;
    append_part(envelope.type, key);
    append_part(envelope.task, key);
    return key;
}

/// Nothing where the payload is of another form than the vocabulary says.
std::optional<Piece> read_piece(const Envelope& envelope) {
    const auto fields = MsgpackFields::parse(envelope.payload, "data");
    if (!fields) return std::nullopt;
    Piece piece{key_of(envelope), {}};
    append_part(envelope.producer, piece.common);
    append_part(std::to_string(envelope.attempt), piece.common);
    append_part(envelope.headers, piece.common);
    bool has_text = false;
    for (const auto& [name, value] : fields->all()) {
        if (name == kIndex) continue;
        append_part(name, piece.common);
        if (name != kText) {
            append_part(value, piece.common);
            continue;
        }
        MsgpackReader reader(value);
        if (has_text || value.empty() || reader.peek() != MsgpackReader::Type::string) return std::nullopt;
        piece.text = reader.string();
        has_text = true;
    }
    if (!has_text) return std::nullopt;
    return piece;
}

/// A payload with another text.
std::string with_text(const Envelope& envelope, std::string_view text) {
    const auto fields = MsgpackFields::parse(envelope.payload, "data");
    std::string payload;
    MsgpackWriter writer(payload);
    writer.map(fields->all().size());
    for (const auto& [name, value] : fields->all()) {
        if (name == kText) {
            writer.field(name, text);
        } else {
            writer.field_raw_or_nil(name, value);
        }
    }
    return payload;
}

}  // namespace

void Merger::add(const EventBatchPtr& batch, std::size_t from) {
    for (auto i = from; i < batch->size(); ++i) {
        const auto& envelope = batch->envelope(i);
        bytes_ += envelope.payload.size();
        entries_.push_back({batch, i, Fate::sent, {}});
        switch (merge_kind_of(envelope.type)) {
            case MergeKind::always:
            case MergeKind::text:
                sent_bytes_ += envelope.payload.size();
                break;
            case MergeKind::newest:
                add_newest(envelope);
                break;
            case MergeKind::log:
                logs_.push_back(entries_.size() - 1);
                if (!thins_logs_) sent_bytes_ += envelope.payload.size();
                break;
        }
    }
}

void Merger::add_newest(const Envelope& envelope) {
    auto key = key_of(envelope);
    if (const auto field = subject_field_of(envelope.type); !field.empty()) {
        const auto fields = MsgpackFields::parse(envelope.payload, "data");
        // Without a subject nobody knows what it would be newer than.
        if (!fields || !fields->has(field)) return;
        append_part(fields->raw(field), key);
    }
    const auto [entry, is_first] = newest_.try_emplace(std::move(key), entries_.size() - 1);
    if (is_first) return;
    entries_[entry->second].fate = Fate::superseded;
    entry->second = entries_.size() - 1;
}

void Merger::drop_old_logs() {
    if (!thins_logs_ || logs_.size() <= kLogsMax) return;
    for (std::size_t i = 0; i < logs_.size() - kLogsMax; ++i) entries_[logs_[i]].fate = Fate::dropped;
}

/// Only what is not told of may lie between the pieces of a text: a client that lost its connection in between would
/// otherwise go on behind a piece that it has not been given yet.
void Merger::join_texts() {
    Text text;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const auto& entry = entries_[i];
        if (entry.fate == Fate::superseded) continue;
        if (merge_kind_of(entry.batch->envelope(entry.index).type) == MergeKind::text) {
            add_piece(text, i);
        } else {
            end_text(text);
        }
    }
    end_text(text);
}

void Merger::add_piece(Text& text, std::size_t entry) {
    auto piece = read_piece(entries_[entry].batch->envelope(entries_[entry].index));
    if (!piece) return end_text(text);
    const bool goes_on =
        text.pieces > 0 && text.common == piece->common && text.joined.size() + piece->text.size() <= kTextBytesMax;
    if (goes_on) {
        entries_[text.newest].fate = Fate::joined;
    } else {
        end_text(text);
        text.common = std::move(piece->common);
    }
    text.joined += piece->text;
    text.newest = entry;
    ++text.pieces;
}

void Merger::end_text(Text& text) {
    if (text.pieces > 1) {
        auto& entry = entries_[text.newest];
        entry.payload = with_text(entry.batch->envelope(entry.index), text.joined);
    }
    text = {};
}

MergedStretch Merger::take() {
    drop_old_logs();
    join_texts();
    MergedStretch stretch;
    stretch.from = entries_.front().batch->first() + entries_.front().index;
    stretch.to = stretch.from - 1;
    std::uint64_t unsent = 0;  // neighbours that are not sent, before the present one
    bool has_dropped = false;
    const auto end_gap = [&] {
        if (has_dropped) {
            stretch.items.emplace_back(MergedGap{stretch.to + 1 - unsent, stretch.to});
        } else {
            stretch.merged += unsent;
        }
        unsent = 0;
        has_dropped = false;
    };
    for (auto& entry : entries_) {
        const bool is_unsent = entry.fate == Fate::superseded || entry.fate == Fate::dropped;
        if (!is_unsent) end_gap();
        unsent += is_unsent ? 1 : 0;
        has_dropped = has_dropped || entry.fate == Fate::dropped;
        ++stretch.to;
        if (entry.fate == Fate::joined) ++stretch.merged;
        if (entry.fate != Fate::sent) continue;
        stretch.items.emplace_back(MergedPush{std::move(entry.batch), entry.index, std::move(entry.payload)});
        ++stretch.left;
    }
    end_gap();
    return stretch;
}

bool can_wait(const EventBatch& batch, std::size_t from) {
    for (auto i = from; i < batch.size(); ++i) {
        const auto kind = merge_kind_of(batch.envelope(i).type);
        if (kind != MergeKind::text && kind != MergeKind::newest) return false;
    }
    return true;
}

}  // namespace longwire::edge
