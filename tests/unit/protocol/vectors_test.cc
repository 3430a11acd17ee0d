// The vectors in protocol/vectors/ are made by a script that shares no code with ours; here both directions are
// compared.

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "protocol/envelope.h"
#include "protocol/json.h"
#include "protocol/link/producer_messages.h"
#include "protocol/link/subscriber_messages.h"
#include "protocol/topic.h"
#include "protocol/topic_filter.h"
#include "tests/unit/protocol/bytes.h"

namespace longwire {
namespace {

using testing::from_hex;
using testing::to_hex;

boost::json::value vectors(const std::string& name) {
    std::ifstream file(std::string(LONGWIRE_VECTORS) + "/" + name, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    boost::json::parse_options options;
    options.max_depth = 100;
    return boost::json::parse(text, {}, options);
}

std::string_view text_of(const boost::json::value& value) {
    const auto& text = value.as_string();
    return {text.data(), text.size()};
}

template <class Number>
Number number_of(const boost::json::value& value) {
    return value.to_number<Number>();
}

/// Hex, or [hex, hex of a byte, times, hex] for what holds a long run.
std::string bytes_of(const boost::json::value& value) {
    if (value.is_string()) return from_hex(text_of(value));
    const auto& parts = value.as_array();
    const auto run = from_hex(text_of(parts[1]));
    return from_hex(text_of(parts[0])) + std::string(number_of<std::size_t>(parts[2]), run[0]) +
           from_hex(text_of(parts[3]));
}

TEST(TopicVectors, PartitionsAndKeys) {
    const auto file = vectors("topics.json");
    for (const auto& vector : file.at("topics").as_array()) {
        const auto path = text_of(vector.at("path"));
        for (const auto& [partitions, expected] : vector.at("partitions").as_object()) {
            const auto count = static_cast<std::uint32_t>(std::stoul(std::string(partitions)));
            EXPECT_EQ(partition_of(path, count), number_of<std::uint32_t>(expected)) << path << " of " << count;
        }
        const auto key = bytes_of(vector.at("key_of_256"));
        EXPECT_EQ(to_hex(topic_key(path, partition_of(path, 256))), to_hex(key));
        const auto parsed = parse_topic_key(key);
        ASSERT_TRUE(parsed) << path;
        EXPECT_EQ(parsed->path, path);
        EXPECT_EQ(parsed->partition, partition_of(path, 256));
    }
}

TEST(TopicVectors, RefusedKeys) {
    const auto file = vectors("topics.json");
    for (const auto& vector : file.at("refused_keys").as_array()) {
        EXPECT_FALSE(parse_topic_key(bytes_of(vector.at("key")))) << text_of(vector.at("why"));
    }
}

TEST(FilterVectors, Matches) {
    const auto file = vectors("filters.json");
    for (const auto& vector : file.at("matches").as_array()) {
        const auto filter = text_of(vector.at("filter"));
        const auto topic = text_of(vector.at("topic"));
        EXPECT_TRUE(check_topic_filter(filter)) << filter;
        EXPECT_TRUE(check_topic(topic)) << topic;
        EXPECT_EQ(filter_matches(filter, topic), vector.at("matches").as_bool()) << filter << " and " << topic;
    }
}

TEST(FilterVectors, Refused) {
    const auto file = vectors("filters.json");
    for (const auto& filter : file.at("refused").as_array())
        EXPECT_FALSE(check_topic_filter(text_of(filter))) << filter;
}

TEST(EnvelopeVectors, AreReadAndWritten) {
    const auto file = vectors("envelopes.json");
    for (const auto& vector : file.at("envelopes").as_array()) {
        SCOPED_TRACE(text_of(vector.at("name")));
        const auto bytes = bytes_of(vector.at("bytes"));
        const auto& fields = vector.at("fields");
        const auto read = parse_envelope(bytes);
        ASSERT_TRUE(read) << describe(read.error());
        EXPECT_EQ(read->producer, text_of(fields.at("producer")));
        EXPECT_EQ(read->incarnation, number_of<std::uint64_t>(fields.at("incarnation")));
        EXPECT_EQ(read->sequence, number_of<std::uint64_t>(fields.at("sequence")));
        EXPECT_EQ(read->time_us, number_of<std::int64_t>(fields.at("time_us")));
        EXPECT_EQ(read->type, text_of(fields.at("type")));
        EXPECT_EQ(read->task, text_of(fields.at("task")));
        EXPECT_EQ(read->attempt, number_of<std::uint32_t>(fields.at("attempt")));
        EXPECT_EQ(to_hex(read->headers), text_of(fields.at("headers")));
        EXPECT_EQ(to_hex(read->payload), text_of(fields.at("payload")));
        std::string written;
        write_envelope(*read, written);
        EXPECT_EQ(to_hex(written), to_hex(bytes));
    }
}

TEST(EnvelopeVectors, Refused) {
    const auto file = vectors("envelopes.json");
    for (const auto& vector : file.at("refused").as_array()) {
        const auto bytes = bytes_of(vector.at("bytes"));
        EXPECT_FALSE(parse_envelope(bytes)) << text_of(vector.at("why"));
    }
}

void expect_shown(const boost::json::value& vector) {
    std::string json;
    ASSERT_TRUE(append_json(bytes_of(vector.at("msgpack")), json)) << vector;
    EXPECT_EQ(json, text_of(vector.at("json")));
}

void expect_read(const boost::json::value& vector) {
    const auto msgpack = json_to_msgpack(text_of(vector.at("json")));
    ASSERT_TRUE(msgpack) << vector;
    EXPECT_EQ(to_hex(*msgpack), text_of(vector.at("msgpack")));
}

TEST(JsonVectors, BothDirections) {
    const auto file = vectors("json.json");
    for (const auto& vector : file.at("both").as_array()) {
        expect_shown(vector);
        expect_read(vector);
    }
}

TEST(JsonVectors, EachDirectionAlone) {
    const auto file = vectors("json.json");
    for (const auto& vector : file.at("shown").as_array()) expect_shown(vector);
    for (const auto& vector : file.at("read").as_array()) expect_read(vector);
}

TEST(JsonVectors, Refused) {
    const auto file = vectors("json.json");
    for (const auto& hex : file.at("not_msgpack").as_array()) {
        std::string json;
        EXPECT_FALSE(append_json(bytes_of(hex), json)) << hex;
    }
    for (const auto& json : file.at("not_json").as_array()) EXPECT_FALSE(json_to_msgpack(text_of(json))) << json;
}

/// Our decoder's fields as the vectors show them: a MessagePack array of them, as JSON.
template <class Message>
boost::json::value fields_as_json(const Message& message) {
    std::string bytes;
    MsgpackWriter writer(bytes);
    link::detail::write(writer, message);
    std::string json;
    EXPECT_TRUE(append_json(bytes, json));
    return boost::json::parse(json);
}

/// The vectors' fields with {"hex": …} as base64, which is how append_json shows bytes.
boost::json::value with_base64(const boost::json::value& value) {
    if (value.is_object() && value.as_object().contains("hex")) {
        std::string quoted;
        const auto bytes = bytes_of(value.at("hex"));
        EXPECT_TRUE(append_json(testing::packed([&](MsgpackWriter& w) { w.binary(bytes); }), quoted));
        return boost::json::parse(quoted);
    }
    if (!value.is_array()) return value;
    boost::json::array changed;
    for (const auto& element : value.as_array()) changed.push_back(with_base64(element));
    return changed;
}

template <class Variant>
void expect_link_messages(std::string_view direction) {
    const auto file = vectors("links.json");
    std::set<std::size_t> seen;
    for (const auto& vector : file.at(direction).as_array()) {
        SCOPED_TRACE(text_of(vector.at("message")));
        const auto bytes = bytes_of(vector.at("bytes"));
        const auto decoded = link::decode<Variant>(bytes);
        ASSERT_TRUE(decoded) << describe(decoded.error());
        seen.insert(decoded->message.index());
        EXPECT_EQ(decoded->number, number_of<std::uint64_t>(vector.at("number")));
        std::visit(
            [&](const auto& message) {
                EXPECT_EQ(message.kKind, number_of<std::uint32_t>(vector.at("kind")));
                EXPECT_EQ(fields_as_json(message), with_base64(vector.at("fields")));
                EXPECT_EQ(to_hex(link::encode(decoded->number, message)), to_hex(bytes));
            },
            decoded->message);
    }
    EXPECT_EQ(seen.size(), std::variant_size_v<Variant>) << "a message has no example";
}

TEST(LinkVectors, WorkerToBroker) {
    expect_link_messages<link::WorkerToBroker>("worker_to_broker");
}
TEST(LinkVectors, BrokerToWorker) {
    expect_link_messages<link::BrokerToWorker>("broker_to_worker");
}
TEST(LinkVectors, EdgeToBroker) {
    expect_link_messages<link::EdgeToBroker>("edge_to_broker");
}
TEST(LinkVectors, BrokerToEdge) {
    expect_link_messages<link::BrokerToEdge>("broker_to_edge");
}

}  // namespace
}  // namespace longwire
