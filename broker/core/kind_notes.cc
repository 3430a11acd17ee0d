#include "broker/core/kind_notes.h"

#include "protocol/limits.h"
#include "protocol/link/kind_description.h"

namespace longwire::broker {
namespace {

constexpr std::size_t kRefusedMax = 100;  // what follows is not looked at

}  // namespace

KindNotes::Refused KindNotes::take(const link::DescribeKinds& described) {
    Refused refused;
    notes_.clear();
    std::size_t bytes = 0;
    for (const auto& said : described.kinds) {
        if (refused.size() == kRefusedMax) break;
        if (const auto checked = link::check(said, bytes); !checked) {
            refused.emplace_back(said.kind.substr(0, kNameBytesMax), checked.error());
            continue;
        }
        bytes += link::bytes_of(said);
        notes_[std::string(said.kind)] = {std::string(said.about), std::string(said.input_schema.bytes),
                                          std::string(said.example.bytes)};
    }
    return refused;
}

const KindNotes::Note* KindNotes::find(std::string_view kind) const {
    const auto found = notes_.find(kind);
    return found == notes_.end() ? nullptr : &found->second;
}

}  // namespace longwire::broker
