#pragma once

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "edge/core/event_batch.h"
#include "edge/dialects/native_event.h"
#include "protocol/shared_slice.h"

namespace longwire::edge {

/// An event in a product's words, the same for everybody.
using RenderEvent = boost::json::object (*)(const NativeEvent& event);

/// Reads events for one shard's translators. A batch goes from watcher to watcher, so what is made of the newest one,
/// be it read or rendered, is kept for the others.
///
/// Thread: the shard's; no locks inside.
class EventReader {
  public:
    /// The batch's events; valid until the next call.
    const std::vector<NativeEvent>& read(const EventBatchPtr& batch);

    /// One event of a batch, with another payload if that is not empty.
    static NativeEvent read_one(const EventBatch& batch, std::size_t index, std::string_view payload);

    /// The text of what `render` makes of an event.
    SharedBytes rendered(const NativeEvent& event, RenderEvent render);

    /// Lets go of the newest batch.
    void forget();

  private:
    EventBatchPtr batch_;
    std::vector<NativeEvent> events_;
    std::map<std::pair<std::size_t, RenderEvent>, SharedBytes> texts_;  // by event number
};

}  // namespace longwire::edge
