#include "bench/hot/inputs.h"

#include "protocol/envelope.h"
#include "protocol/msgpack_writer.h"

namespace longwire::bench {
namespace {

constexpr std::string_view kWords = "The quick brown fox said \"no\" to the lazy dog,\nand wrote it down. ";

std::string payload_of_text(std::size_t text_bytes) {
    std::string text;
    while (text.size() < text_bytes) text += kWords;
    text.resize(text_bytes);
    std::string bytes;
    MsgpackWriter writer(bytes);
    writer.map(4);
    writer.field("index", std::uint64_t{12'345});
    writer.field("share", 0.375);
    writer.field("final", false);
    writer.field("text", text);
    return bytes;
}

}  // namespace

std::string payload(std::size_t bytes) {
    std::size_t text_bytes = bytes;
    auto made = payload_of_text(text_bytes);
    while (made.size() > bytes) made = payload_of_text(--text_bytes);
    return made;
}

std::string envelope(std::uint64_t sequence, std::size_t payload_bytes) {
    const auto data = payload(payload_bytes);
    Envelope event;
    event.producer = "worker-7c21";
    event.incarnation = 1'699'999'000'000;
    event.sequence = sequence;
    event.time_us = kNowUs;
    event.type = "text.delta";
    event.attempt = 1;
    event.payload = data;
    std::string bytes;
    write_envelope(event, bytes);
    return bytes;
}

std::vector<std::string> envelopes(std::size_t count, std::size_t payload_bytes) {
    std::vector<std::string> all;
    for (std::size_t i = 1; i <= count; ++i) all.push_back(envelope(i, payload_bytes));
    return all;
}

}  // namespace longwire::bench
