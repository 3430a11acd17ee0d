// Payloads that the merger looks into: every offset is accounted for, and what was joined is well-formed.

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "edge/core/merger.h"
#include "protocol/msgpack_reader.h"

namespace {

using namespace longwire;        // tidy: allow(using-namespace) a program of one function
using namespace longwire::edge;  // tidy: allow(using-namespace) a program of one function

void check(const EventBatchPtr& batch, bool thins_logs) {
    Merger merger(thins_logs);
    merger.add(batch, 0);
    const auto stretch = merger.take();
    if (stretch.from != batch->first() || stretch.to != batch->last()) std::abort();
    std::uint64_t place = stretch.from - 1;
    std::size_t pushes = 0;
    for (const auto& item : stretch.items) {
        if (const auto* gap = std::get_if<MergedGap>(&item)) {
            if (gap->from <= place || gap->to < gap->from) std::abort();
            place = gap->to;
            continue;
        }
        const auto& push = std::get<MergedPush>(item);
        if (push.offset() <= place) std::abort();
        if (!push.payload.empty() && !is_one_msgpack_value(push.payload)) std::abort();
        place = push.offset();
        ++pushes;
    }
    if (place != stretch.to || pushes != stretch.left || stretch.newest().offset() != stretch.to) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    MsgpackReader reader(std::string_view(reinterpret_cast<const char*>(data), size));
    std::vector<std::string_view> envelopes;
    while (!reader.at_end()) {
        const auto bytes = reader.raw();
        if (!reader.ok()) break;
        envelopes.push_back(bytes);
    }
    if (envelopes.empty()) return 0;
    const auto batch = EventBatch::make(SharedText("dev/task/t"), 1, 7, envelopes);
    check(batch, true);
    check(batch, false);
    return 0;
}
