#pragma once

#include <cstdint>
#include <string_view>

namespace longwire::edge {

/// What becomes of an event of some type when a client cannot have every one.
enum class MergeKind : std::uint8_t {
    always,  // sent as it is, in its place
    text,    // joined with those of the same text that come next
    newest,  // only the newest of its subject is sent
    log,     // only the newest few are sent
};

/// The one table of it. Types that are not known are always sent, because nobody here knows what they mean.
MergeKind merge_kind_of(std::string_view type);

/// The field that tells, of a type of which only the newest is sent, what it is about; empty: its task.
std::string_view subject_field_of(std::string_view type);

}  // namespace longwire::edge
