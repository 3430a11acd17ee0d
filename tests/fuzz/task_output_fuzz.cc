// Payloads that a task's output is folded from: it stays within its bounds, and what is written of it is well-formed
// and leaves room for what is wrapped around it.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "broker/core/task_output.h"
#include "protocol/msgpack_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace longwire;          // tidy: allow(using-namespace) a program of one function
    using namespace longwire::broker;  // tidy: allow(using-namespace) a program of one function
    MsgpackReader reader(std::string_view(reinterpret_cast<const char*>(data), size));
    TaskOutput output;
    for (std::uint64_t offset = 1; !reader.at_end(); ++offset) {
        const auto envelope = read_envelope(reader);
        if (!envelope) break;
        fold(output, offset, *envelope);
        for (const auto& text : output.texts) {
            if (text.text.size() > TaskOutput::kTextBytesMax || text.offset > offset) std::abort();
        }
    }
    if (output.texts.size() > TaskOutput::kTextsMax || output.logs.size() > TaskOutput::kLogsMax) std::abort();
    for (const auto& log : output.logs) {
        if (log.data_raw.size() > TaskOutput::kLogBytesMax) std::abort();
    }
    for (const auto& artifact : output.artifacts) {
        if (artifact.data_raw.size() > TaskOutput::kArtifactBytesMax) std::abort();
    }
    for (const auto& question : output.questions) {
        if (question.data_raw.size() > TaskOutput::kQuestionBytesMax) std::abort();
    }
    std::string written("\x91\x91\x91", 3);
    write_output(output, written);
    if (!is_one_msgpack_value(written)) std::abort();
    return 0;
}
