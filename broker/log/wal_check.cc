#include "broker/log/wal_check.h"

#include <algorithm>
#include <boost/crc.hpp>
#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

#include "protocol/node/file.h"

namespace longwire::broker {
namespace {

// RocksDB's log format: blocks of 32 KiB, in each of them pieces of records. A piece has its checksum (4 bytes), length
// (2), type (1), in recycled files the file's number (4), and then its bytes.
constexpr std::size_t kBlockBytes = 32 << 10;
constexpr std::size_t kHeaderBytes = 7;
constexpr std::size_t kRecycledHeaderBytes = 11;
constexpr std::size_t kFileBytesMax = std::size_t{64} << 30;  // RocksDB begins a new file long before

enum class Part : std::uint8_t { whole, first, middle, last, other };

struct Piece {
    Part part = Part::other;
    std::size_t size = 0;  // with its header
};

std::uint32_t read_u32(std::string_view bytes) {
    std::uint32_t number = 0;
    for (int i = 3; i >= 0; --i) number = (number << 8) | static_cast<std::uint8_t>(bytes[static_cast<std::size_t>(i)]);
    return number;
}

std::uint32_t masked_crc32c(std::string_view bytes) {
    boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
    crc.process_bytes(bytes.data(), bytes.size());
    const std::uint32_t sum = crc.checksum();
    return ((sum >> 15) | (sum << 17)) + 0xA282EAD8U;
}

std::optional<Part> part_of(std::uint8_t type) {
    if (type >= 1 && type <= 8) return static_cast<Part>((type - 1) % 4);
    if (type >= 9 && type <= 12) return Part::other;  // what says how the rest is to be read
    return std::nullopt;
}

/// The sound piece at the beginning of what is left of a block.
std::optional<Piece> piece_at(std::string_view rest) {
    if (rest.size() < kHeaderBytes) return std::nullopt;
    const auto type = static_cast<std::uint8_t>(rest[6]);
    const auto part = part_of(type);
    if (!part) return std::nullopt;
    const bool is_recycled = (type >= 5 && type <= 8) || type == 11;
    const auto header = is_recycled ? kRecycledHeaderBytes : kHeaderBytes;
    const auto length =
        static_cast<std::uint8_t>(rest[4]) | static_cast<std::size_t>(static_cast<std::uint8_t>(rest[5])) << 8;
    const auto size = header + length;
    if (size > rest.size()) return std::nullopt;
    if (masked_crc32c(rest.substr(6, size - 6)) != read_u32(rest)) return std::nullopt;
    return Piece{*part, size};
}

std::string_view rest_of_block(std::string_view file, std::size_t at) {
    return file.substr(at, kBlockBytes - at % kBlockBytes);
}

bool is_all_zero(std::string_view bytes) {
    return bytes.find_first_not_of('\0') == std::string_view::npos;
}

/// In the block of the damage a piece may begin anywhere, in later ones there is always one at the beginning.
bool has_piece_behind(std::string_view file, std::size_t at) {
    const auto damaged = rest_of_block(file, at);
    for (std::size_t skip = 1; skip + kHeaderBytes < damaged.size(); ++skip) {
        if (piece_at(damaged.substr(skip))) return true;
    }
    for (auto next = at + damaged.size(); next < file.size(); next += kBlockBytes) {
        if (piece_at(rest_of_block(file, next))) return true;
    }
    return false;
}

}  // namespace

WalState examine_wal(std::string_view file) {
    WalState state;
    bool is_within = false;  // a record that has begun and not ended
    std::size_t at = 0;
    while (at < file.size()) {
        const auto rest = rest_of_block(file, at);
        if (rest.size() < kHeaderBytes && at + rest.size() < file.size()) {
            at += rest.size();  // filled up
            continue;
        }
        const auto piece = piece_at(rest);
        const bool continues = piece && (piece->part == Part::middle || piece->part == Part::last);
        if (!piece || (piece->part != Part::other && continues != is_within)) break;
        at += piece->size;
        if (piece->part == Part::other) continue;
        is_within = piece->part == Part::first || piece->part == Part::middle;
        if (is_within) continue;
        ++state.records;
        state.sound_bytes = at;
    }
    if (at >= file.size() && !is_within) {
        state.sound_bytes = file.size();
        return state;
    }
    // Room that was reserved for the file and never written to.
    if (!is_within && is_all_zero(file.substr(at))) return state;
    state.torn_bytes = file.size() - state.sound_bytes;
    state.has_more_behind = at < file.size() && has_piece_behind(file, at);
    return state;
}

Result<WalSummary> check_wals(const std::string& directory) {
    std::error_code error;
    std::vector<std::filesystem::path> files;
    for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
        const auto name = entry->path().stem().string();
        const bool is_numbered = name.find_first_not_of("0123456789") == std::string::npos;
        if (entry->path().extension() == ".log" && is_numbered) files.push_back(entry->path());
    }
    if (error) return Error{Errc::unavailable, directory + ": " + error.message(), "data-dir"};
    std::sort(files.begin(), files.end());
    WalSummary summary;
    std::string torn;  // where the records before ended, if not at the end of their file
    for (const auto& path : files) {
        const auto file = read_file(path, kFileBytesMax);
        if (!file) return Error{Errc::unavailable, file.error().message, "data-dir"};
        const auto state = examine_wal(*file);
        const bool is_not_the_end = state.has_more_behind || (!torn.empty() && state.records > 0);
        if (torn.empty() && state.torn_bytes > 0) {
            torn = path.string() + " is damaged behind byte " + std::to_string(state.sound_bytes);
        }
        if (is_not_the_end) {
            return Error{Errc::internal,
                         torn + ", and there are sound records behind it; --recover gives up what lies behind",
                         "data-dir"};
        }
        ++summary.files;
        summary.records += state.records;
        summary.torn_bytes += state.torn_bytes;
    }
    return summary;
}

}  // namespace longwire::broker
