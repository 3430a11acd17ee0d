#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/result.h"

/// Whether RocksDB's write-ahead log is whole. RocksDB itself stops at the first damage and takes it for the end, which
/// is right for the record that was being written when the process died and wrong for all others.
namespace longwire::broker {

/// A file of the write-ahead log: what its records are worth.
struct WalState {
    std::uint64_t records = 0;      // sound ones before the first damage, or all
    std::uint64_t sound_bytes = 0;  // up to their end
    std::uint64_t torn_bytes = 0;   // from there on, where that is no record; 0: the file is whole
    bool has_more_behind = false;   // a sound piece of a record lies behind the damage: it is not the end
};
WalState examine_wal(std::string_view file);

/// All files of the write-ahead log of a directory.
struct WalSummary {
    std::uint64_t files = 0;
    std::uint64_t records = 0;
    std::uint64_t torn_bytes = 0;  // of a last record that was never written to its end
};

/// Errors: a damage that has sound records behind it, with its file and place; a file that cannot be read.
Result<WalSummary> check_wals(const std::string& directory);

}  // namespace longwire::broker
