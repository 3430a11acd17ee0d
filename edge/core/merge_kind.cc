#include "edge/core/merge_kind.h"

#include <algorithm>
#include <array>

#include "protocol/event_types.h"

namespace longwire::edge {
namespace {

struct Row {
    std::string_view type;
    MergeKind kind = MergeKind::always;
    std::string_view subject;
};

constexpr std::array<Row, 4> kTable{{
    {event_type::kTextDelta, MergeKind::text, {}},
    {event_type::kTaskProgress, MergeKind::newest, {}},
    {event_type::kAgentStatus, MergeKind::newest, "agent"},
    {event_type::kLog, MergeKind::log, {}},
}};

const Row* find(std::string_view type) {
    const auto* const found =
        std::find_if(kTable.begin(), kTable.end(), [&](const Row& row) { return row.type == type; });
    return found == kTable.end() ? nullptr : found;
}

}  // namespace

MergeKind merge_kind_of(std::string_view type) {
    const auto* const row = find(type);
    return row == nullptr ? MergeKind::always : row->kind;
}

std::string_view subject_field_of(std::string_view type) {
    const auto* const row = find(type);
    return row == nullptr ? std::string_view{} : row->subject;
}

}  // namespace longwire::edge
