#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/envelope.h"

namespace longwire::broker {

/// The newest part of a text that came in pieces, of `stream`.
struct StreamedText {
    std::string stream;
    std::string agent;
    std::string text;
    bool cut = false;  // its beginning is missing
    bool done = false;
    std::uint64_t offset = 0;  // of its newest piece
};

/// An event worth showing to whoever comes late. Of one that is too large only the text fields that name it are kept,
/// shortened, and `cut`: true.
struct ShownEvent {
    std::uint64_t offset = 0;
    std::int64_t time_us = 0;
    std::string data_raw;  // MessagePack; empty for none
};

/// What a task's present attempt has shown to its watchers, as far as somebody who comes late needs it: a fold over the
/// events on the task's topic. An attempt that begins (`task.started`) begins with nothing, because it supersedes what
/// was shown before; so does a run (`task.queued`).
///
/// Bounds, for one task: 32 texts, of which those touched longest ago go first; 64 KiB of a text, of which the newest
/// 48 KiB stay when it grows beyond; 256 KiB of texts in all; 50 logs of 1 KiB; 64 artifacts of 2 KiB; 16 questions of
/// 4 KiB. What has gone is counted.
struct TaskOutput {
    static constexpr std::size_t kTextsMax = 32;
    static constexpr std::size_t kTextBytesMax = 64 << 10;
    static constexpr std::size_t kTextBytesLeft = 48 << 10;
    static constexpr std::size_t kTextBytesTotalMax = 256 << 10;
    static constexpr std::size_t kNameBytesMax = 256;  // of a stream or an agent
    static constexpr std::size_t kLogsMax = 50;
    static constexpr std::size_t kLogBytesMax = 1 << 10;
    static constexpr std::size_t kArtifactsMax = 64;
    static constexpr std::size_t kArtifactBytesMax = 2 << 10;
    static constexpr std::size_t kQuestionsMax = 16;
    static constexpr std::size_t kQuestionBytesMax = 4 << 10;

    std::vector<StreamedText> texts;    // in the order of their first pieces
    std::vector<ShownEvent> logs;       // oldest first
    std::vector<ShownEvent> artifacts;  // one whose `id` comes again takes the place of the earlier one
    std::vector<ShownEvent> questions;  // asked since the last input

    std::uint64_t texts_gone = 0;
    std::uint64_t logs_gone = 0;
    std::uint64_t artifacts_gone = 0;
    std::uint64_t questions_gone = 0;
    bool incomplete = false;  // events were no longer in the log when this was folded

    /// About how much memory it takes.
    std::size_t bytes() const;
};

/// Whether an event of this type leaves nothing of the output before it.
bool begins_output(std::string_view type);

/// Whether an event of this type may change a task's output.
bool shows_output(std::string_view type);

/// Folds one event in. A payload that says nothing useful changes nothing: a fold never fails.
void fold(TaskOutput& output, std::uint64_t offset, const Envelope& envelope);

/// Writes the snapshot's `output` of the client protocol, a MessagePack map. It says all that there is: whoever goes on
/// folding from it gets to the same.
void write_output(const TaskOutput& output, std::string& out);

}  // namespace longwire::broker
