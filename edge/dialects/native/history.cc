#include <algorithm>
#include <utility>

#include "edge/dialects/native/messages.h"
#include "edge/dialects/native/native.h"

namespace longwire::edge {
namespace {

constexpr std::uint64_t kNoEnd = UINT64_MAX;
constexpr std::size_t kReverseBytesMax = 4 << 20;  // beyond it the older ones are left to the next page

}  // namespace

/// The log is read forwards, in pages of the broker's choice: what comes first is what is wanted least.
struct NativeDialect::ReverseRead {
    Id command = 0;
    std::string topic;
    std::uint64_t next = 0;  // to be read
    std::uint64_t end = 0;   // not to be read
    native::History history;
    std::size_t bytes = 0;
};

void NativeDialect::history(Id id, const HistoryCommand& command) {
    const auto limit = static_cast<std::uint64_t>(command.limit);
    if (!command.reverse) {
        return ask_page(command.topic, command.after, limit, [this, id](const Result<FetchedPage>& page) {
            if (!page) return reply(id, page.error());
            native::History history{page->epoch, page->head, page->tail, {}};
            if (page->batch) history.batches.push_back(page->batch);
            reply(id, native::history_page(history, kNoEnd, false));
        });
    }
    // Only the broker knows where the newest are: a page behind every offset tells.
    ask_page(command.topic, kNoEnd, 1, [this, id, command, limit](const Result<FetchedPage>& page) {
        if (!page) return reply(id, page.error());
        const auto read = std::make_shared<ReverseRead>();
        read->command = id;
        read->topic = command.topic;
        read->end = command.after > 0 ? std::min(command.after, page->head + 1) : page->head + 1;
        read->next = std::max({std::uint64_t{1}, page->tail, read->end > limit ? read->end - limit : 0});
        read->history = {page->epoch, page->head, page->tail, {}};
        read_reverse(read);
    });
}

void NativeDialect::read_reverse(const std::shared_ptr<ReverseRead>& read) {
    if (read->next >= read->end) return answer_reverse(*read);
    ask_page(read->topic, read->next - 1, read->end - read->next, [this, read](const Result<FetchedPage>& page) {
        if (!page) return reply(read->command, page.error());
        const bool goes_on = page->batch && page->epoch == read->history.epoch;
        if (!goes_on) return answer_reverse(*read);  // trimmed, or begun anew, while it was read
        auto& batches = read->history.batches;
        read->next = page->batch->last() + 1;
        read->bytes += page->batch->bytes();
        batches.push_back(page->batch);
        while (read->bytes > kReverseBytesMax && batches.size() > 1) {
            read->bytes -= batches.front()->bytes();
            batches.erase(batches.begin());
        }
        read_reverse(read);
    });
}

void NativeDialect::answer_reverse(const ReverseRead& read) {
    reply(read.command, native::history_page(read.history, read.end, true));
}

}  // namespace longwire::edge
