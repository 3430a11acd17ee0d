#include "broker/log/batch_row.h"

#include <algorithm>

#include "protocol/msgpack_reader.h"
#include "protocol/msgpack_writer.h"

namespace longwire::broker {
namespace {

constexpr std::size_t kKeyBytes = 16;  // of an event, beside its path

}  // namespace

Result<BatchRow> read_batch_row(std::string_view bytes) {
    MsgpackReader reader(bytes);
    BatchRow row;
    reader.array();
    row.time_us = reader.signed_integer();
    row.bytes = reader.unsigned_integer();
    const auto topics = reader.map();
    row.last_of.reserve(topics);
    for (std::uint32_t i = 0; i < topics && reader.ok(); ++i) {
        const auto path = reader.string();
        row.last_of.emplace_back(path, reader.unsigned_integer());
    }
    if (!reader.ok()) return Error{Errc::internal, "a row of the table of batches is damaged", "data-dir"};
    return row;
}

void BatchRowWriter::add(const Record& record) {
    const std::string_view path = *record.path;
    bytes_ += path.size() + record.envelope.bytes.size() + kKeyBytes;
    // Often many events of one topic come together.
    if (!last_of_.empty() && last_of_.back().first == path) {
        last_of_.back().second = record.offset;
    } else {
        last_of_.emplace_back(path, record.offset);
    }
}

std::string BatchRowWriter::take(std::int64_t time_us) {
    std::sort(last_of_.begin(), last_of_.end());
    const auto is_newest = [&](std::size_t i) {
        return i + 1 == last_of_.size() || last_of_[i + 1].first != last_of_[i].first;
    };
    std::size_t topics = 0;
    for (std::size_t i = 0; i < last_of_.size(); ++i) {
        if (is_newest(i)) last_of_[topics++] = last_of_[i];
    }
    std::string row;
    MsgpackWriter writer(row);
    writer.array(3);
    writer.signed_integer(time_us);
    writer.unsigned_integer(bytes_);
    writer.map(topics);
    for (std::size_t i = 0; i < topics; ++i) writer.field(last_of_[i].first, last_of_[i].second);
    last_of_.clear();
    bytes_ = 0;
    return row;
}

}  // namespace longwire::broker
