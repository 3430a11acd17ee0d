#include "protocol/envelope.h"

#include "bench/hot/hot_function.h"
#include "bench/hot/inputs.h"

namespace longwire::bench {
namespace {

/// A published frame, read as a broker does.
std::unique_ptr<Work> read(std::size_t batch) {
    std::string frame;
    for (const auto& bytes : envelopes(batch)) frame += bytes;
    return work_of([frame] {
        MsgpackReader reader(frame);
        bool is_right = true;
        while (!reader.at_end() && is_right) is_right = read_envelope(reader).has_value();
        return is_right;
    });
}

std::unique_ptr<Work> write(std::size_t batch) {
    return work_of([batch, data = payload(), frame = std::string()]() mutable {
        frame.clear();
        Envelope event;
        event.producer = "worker-7c21";
        event.incarnation = 1'699'999'000'000;
        event.time_us = kNowUs;
        event.type = "text.delta";
        event.attempt = 1;
        event.payload = data;
        while (event.sequence < batch) {
            ++event.sequence;
            write_envelope(event, frame);
        }
        return frame.size() > batch * data.size();
    });
}

}  // namespace

void add_envelopes(HotFunctions& all) {
    add_batches(all, "envelope.read", "read the envelopes of a frame", read);
    add_batches(all, "envelope.write", "write envelopes", write);
}

}  // namespace longwire::bench
