#include "protocol/envelope.h"

#include <gmock/gmock.h>

#include <limits>
#include <string>
#include <vector>

#include "protocol/limits.h"
#include "tests/unit/protocol/bytes.h"

namespace longwire {
namespace {

using testing::from_hex;
using ::testing::HasSubstr;
using testing::nested_arrays;
using testing::packed;

const std::string kHeaders = packed([](MsgpackWriter& w) {
    w.map(2);
    w.field("key", "once");
    w.field("user", "ada");
});

Envelope example() {
    Envelope envelope;
    envelope.producer = "worker-1";
    envelope.incarnation = 1'700'000'000'000'000;
    envelope.sequence = 42;
    envelope.time_us = 1'700'000'000'123'456;
    envelope.type = "task.progress";
    envelope.task = "8f3a";
    envelope.attempt = 2;
    envelope.headers = kHeaders;
    envelope.payload = "\x81\xA1p\x07";
    return envelope;
}

std::string written(const Envelope& envelope) {
    std::string bytes;
    write_envelope(envelope, bytes);
    return bytes;
}

/// The nine parts of an envelope as bytes, each to be replaced by a test.
struct Parts {
    std::string bytes[9] = {packed([](MsgpackWriter& w) { w.string("worker-1"); }),
                            from_hex("01"),
                            from_hex("02"),
                            from_hex("03"),
                            packed([](MsgpackWriter& w) { w.string("log"); }),
                            from_hex("c0"),
                            from_hex("00"),
                            from_hex("c0"),
                            from_hex("c0")};

    std::string joined() const {
        auto all = from_hex("99");
        for (const auto& part : bytes) all += part;
        return all;
    }
};

enum Part { kProducer, kIncarnation, kSequence, kTime, kType, kTask, kAttempt, kHeader, kPayload };

/// The error of an envelope in which one part is other bytes; code 0 where it is taken.
Error refusal(Part part, std::string bytes) {
    Parts parts;
    parts.bytes[part] = std::move(bytes);
    const auto all = parts.joined();
    const auto parsed = parse_envelope(all);
    return parsed ? Error{Errc{0}, ""} : parsed.error();
}

bool is_taken(Part part, std::string bytes) {
    return refusal(part, std::move(bytes)).code == Errc{0};
}

std::string text(std::size_t size) {
    return packed([&](MsgpackWriter& w) { w.string(std::string(size, 'n')); });
}

void expect_same(const Envelope& a, const Envelope& b) {
    EXPECT_EQ(a.producer, b.producer);
    EXPECT_EQ(a.incarnation, b.incarnation);
    EXPECT_EQ(a.sequence, b.sequence);
    EXPECT_EQ(a.time_us, b.time_us);
    EXPECT_EQ(a.type, b.type);
    EXPECT_EQ(a.task, b.task);
    EXPECT_EQ(a.attempt, b.attempt);
    EXPECT_EQ(a.headers, b.headers);
    EXPECT_EQ(a.payload, b.payload);
}

TEST(Envelope, ComesBackAsItWasWritten) {
    const auto bytes = written(example());
    const auto parsed = parse_envelope(bytes);
    ASSERT_TRUE(parsed) << describe(parsed.error());
    expect_same(*parsed, example());
}

TEST(Envelope, NumbersComeBackAtTheirEnds) {
    auto envelope = example();
    for (const auto number : {std::uint64_t{0}, std::numeric_limits<std::uint64_t>::max()}) {
        envelope.incarnation = envelope.sequence = number;
        envelope.attempt = static_cast<std::uint32_t>(number);
        envelope.time_us =
            number == 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
        const auto bytes = written(envelope);
        const auto parsed = parse_envelope(bytes);
        ASSERT_TRUE(parsed);
        expect_same(*parsed, envelope);
    }
}

TEST(Envelope, EmptyPartsAreNil) {
    Envelope envelope;
    envelope.producer = "p";
    envelope.type = "log";
    const auto bytes = written(envelope);
    EXPECT_EQ(testing::to_hex(bytes), "99a170000000a36c6f67c000c0c0");
    const auto parsed = parse_envelope(bytes);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->task, "");
    EXPECT_EQ(parsed->headers, "");
    EXPECT_EQ(parsed->payload, from_hex("c0"));
}

TEST(Envelope, ViewsAreIntoTheBytesRead) {
    const auto bytes = written(example());
    const auto parsed = parse_envelope(bytes);
    ASSERT_TRUE(parsed);
    for (const auto view : {parsed->producer, parsed->type, parsed->task, parsed->headers, parsed->payload}) {
        EXPECT_GE(view.data(), bytes.data());
        EXPECT_LE(view.data() + view.size(), bytes.data() + bytes.size());
    }
}

TEST(Envelope, SeveralStandBackToBack) {
    std::string bytes;
    std::vector<std::size_t> ends;
    for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
        auto envelope = example();
        envelope.sequence = sequence;
        write_envelope(envelope, bytes);
        ends.push_back(bytes.size());
    }
    MsgpackReader reader(bytes);
    for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
        const auto envelope = read_envelope(reader);
        ASSERT_TRUE(envelope);
        EXPECT_EQ(envelope->sequence, sequence);
        EXPECT_EQ(reader.offset(), ends[sequence - 1]);
    }
    EXPECT_TRUE(reader.at_end());
    EXPECT_FALSE(read_envelope(reader));
}

TEST(Envelope, OneIsFollowedByNothing) {
    const auto bytes = written(example()) + from_hex("c0");
    const auto parsed = parse_envelope(bytes);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error(), bad_request("envelope", "is followed by other bytes"));
}

TEST(Envelope, HasNineElements) {
    for (const auto count : {"90", "98", "9a", "dc0008", "80", "c0", "a0"}) {
        auto bytes = Parts().joined().replace(0, 1, from_hex(count));
        const auto parsed = parse_envelope(bytes);
        ASSERT_FALSE(parsed) << count;
        EXPECT_EQ(parsed.error().field, "envelope");
    }
    EXPECT_TRUE(parse_envelope(Parts().joined().replace(0, 1, from_hex("dc0009"))));
}

TEST(Envelope, CutAnywhereIsRefused) {
    const auto bytes = written(example());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto cut = bytes.substr(0, size);
        EXPECT_FALSE(parse_envelope(cut)) << size;
    }
}

TEST(Envelope, AByteChangedAnywhereIsReadOrRefused) {
    const auto bytes = written(example());
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (int byte = 0; byte <= 0xFF; ++byte) {
            auto changed = bytes;
            changed[at] = static_cast<char>(byte);
            const auto parsed = parse_envelope(changed);
            EXPECT_LE(parsed ? parsed->payload.size() : 0, changed.size());
        }
    }
}

TEST(Envelope, ProducerIsAName) {
    EXPECT_TRUE(is_taken(kProducer, text(kNameBytesMax)));
    EXPECT_EQ(refusal(kProducer, text(kNameBytesMax + 1)).field, "producer");
    EXPECT_EQ(refusal(kProducer, text(0)).field, "producer");
    EXPECT_EQ(refusal(kProducer, from_hex("a161 2f").substr(0, 1) + "/").field, "producer");
    EXPECT_FALSE(is_taken(kProducer, from_hex("c0")));
    EXPECT_FALSE(is_taken(kProducer, from_hex("c401 61")));
}

TEST(Envelope, TypeIsAName) {
    EXPECT_TRUE(is_taken(kType, text(kNameBytesMax)));
    EXPECT_EQ(refusal(kType, text(kNameBytesMax + 1)).field, "type");
    EXPECT_EQ(refusal(kType, text(0)).field, "type");
    EXPECT_EQ(refusal(kType, from_hex("a3") + "a b").field, "type");
    EXPECT_FALSE(is_taken(kType, from_hex("c0")));
}

TEST(Envelope, TaskIsANameOrNone) {
    EXPECT_TRUE(is_taken(kTask, text(kNameBytesMax)));
    EXPECT_TRUE(is_taken(kTask, text(0)));
    EXPECT_TRUE(is_taken(kTask, from_hex("c0")));
    EXPECT_EQ(refusal(kTask, text(kNameBytesMax + 1)).field, "task");
    EXPECT_EQ(refusal(kTask, from_hex("a1") + "/").field, "task");
    EXPECT_FALSE(is_taken(kTask, from_hex("01")));
}

TEST(Envelope, NumbersAreWholeAndOfTheirSign) {
    for (const auto part : {kIncarnation, kSequence, kAttempt}) {
        EXPECT_FALSE(is_taken(part, from_hex("ff"))) << part;
        EXPECT_FALSE(is_taken(part, from_hex("c0"))) << part;
        EXPECT_FALSE(is_taken(part, from_hex("cb3ff0000000000000"))) << part;
        EXPECT_TRUE(is_taken(part, from_hex("d37f").substr(0, 1) + from_hex("000000007fffffff"))) << part;
    }
    EXPECT_TRUE(is_taken(kTime, from_hex("d38000000000000000")));
    EXPECT_FALSE(is_taken(kTime, from_hex("cf8000000000000000")));
}

TEST(Envelope, AttemptHas32Bits) {
    EXPECT_TRUE(is_taken(kAttempt, from_hex("ceffffffff")));
    EXPECT_FALSE(is_taken(kAttempt, from_hex("cf0000000100000000")));
}

TEST(Envelope, HeadersAreAMapOrNil) {
    EXPECT_TRUE(is_taken(kHeader, from_hex("80")));
    for (const auto bad : {"90", "01", "a0", "c2"}) {
        EXPECT_EQ(refusal(kHeader, from_hex(bad)), bad_request("headers", "must be a map or nil")) << bad;
    }
    EXPECT_FALSE(is_taken(kHeader, from_hex("81 a161") + from_hex("c1")));
}

TEST(Envelope, HeadersHaveABound) {
    // Headers had no bound of their own: some of 8 MiB went into the log and then fitted no link message to any edge.
    const auto headers = [](std::size_t bytes) {
        return packed([&](MsgpackWriter& w) {
            w.map(1);
            w.field("k", std::string(bytes - 6, 'v'));  // 1 map, 2 key, 3 head of the text
        });
    };
    ASSERT_EQ(headers(kHeadersBytesMax).size(), kHeadersBytesMax);
    EXPECT_TRUE(is_taken(kHeader, headers(kHeadersBytesMax)));
    const auto error = refusal(kHeader, headers(kHeadersBytesMax + 1));
    EXPECT_EQ(error.code, Errc::too_large);
    EXPECT_EQ(error.field, "headers");
}

TEST(Envelope, PayloadHasABound) {
    const auto bin = [](std::size_t bytes) {
        return packed([&](MsgpackWriter& w) { w.binary(std::string(bytes - 5, 'b')); });
    };
    ASSERT_EQ(bin(kPayloadBytesMax).size(), kPayloadBytesMax);
    EXPECT_TRUE(is_taken(kPayload, bin(kPayloadBytesMax)));
    const auto error = refusal(kPayload, bin(kPayloadBytesMax + 1));
    EXPECT_EQ(error.code, Errc::too_large);
    EXPECT_EQ(error.field, "payload");
}

TEST(Envelope, PayloadHas64LevelsAtMost) {
    EXPECT_TRUE(is_taken(kPayload, nested_arrays(kPayloadDepthMax, from_hex("01"))));
    const auto error = refusal(kPayload, nested_arrays(kPayloadDepthMax + 1, from_hex("01")));
    EXPECT_EQ(error.field, "payload");
    EXPECT_THAT(error.message, HasSubstr("64 levels"));
}

TEST(Envelope, PayloadIsOneValueOfAnyType) {
    for (const auto hex : {"00", "c3", "a161", "c40161", "d6ff00000000", "80", "9301a16180", "cb3ff0000000000000"}) {
        EXPECT_TRUE(is_taken(kPayload, from_hex(hex))) << hex;
    }
    EXPECT_EQ(refusal(kPayload, "").field, "payload");
    EXPECT_EQ(refusal(kPayload, from_hex("c1")).field, "payload");
    EXPECT_EQ(refusal(kPayload, from_hex("0000")).message, "is followed by other bytes");
}

TEST(EnvelopeHeader, IsItsTextOrNothing) {
    auto envelope = example();
    EXPECT_EQ(envelope_header(envelope, "key"), "once");
    EXPECT_EQ(envelope_header(envelope, "user"), "ada");
    EXPECT_EQ(envelope_header(envelope, "other"), "");
    envelope.headers = {};
    EXPECT_EQ(envelope_header(envelope, "key"), "");
    const auto number = from_hex("81 a36b6579 01");
    envelope.headers = number;
    EXPECT_EQ(envelope_header(envelope, "key"), "");
    const auto strange_key = from_hex("81 01 01");
    envelope.headers = strange_key;
    EXPECT_EQ(envelope_header(envelope, "key"), "");
}

TEST(EventType, IsANameOfUpTo128Bytes) {
    EXPECT_TRUE(check_event_type("task.progress"));
    EXPECT_TRUE(check_event_type(std::string(kNameBytesMax, 't')));
    EXPECT_EQ(check_event_type(std::string(kNameBytesMax + 1, 't')).error().field, "type");
    EXPECT_EQ(check_event_type("").error().field, "type");
    EXPECT_EQ(check_event_type("a type").error().field, "type");
}

}  // namespace
}  // namespace longwire
