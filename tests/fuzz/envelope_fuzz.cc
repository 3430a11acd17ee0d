// Envelopes: what is read is written as an envelope that reads the same.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "protocol/envelope.h"
#include "protocol/limits.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace longwire;  // tidy: allow(using-namespace) a program of one function
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    MsgpackReader reader(input);
    while (!reader.at_end()) {
        const auto envelope = read_envelope(reader);
        if (!envelope) break;
        if (envelope->payload.empty() || envelope->payload.size() > kPayloadBytesMax) std::abort();
        static_cast<void>(envelope_header(*envelope, "key"));
        std::string bytes;
        write_envelope(*envelope, bytes);
        const auto again = parse_envelope(bytes);
        if (!again || again->producer != envelope->producer || again->sequence != envelope->sequence) std::abort();
        if (again->time_us != envelope->time_us || again->payload != envelope->payload) std::abort();
        if (again->task != envelope->task || again->headers != envelope->headers) std::abort();
    }
    return 0;
}
