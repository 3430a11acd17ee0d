#pragma once

#include <rocksdb/env.h>

#include <memory>

#include "broker/log/disk_room.h"

namespace longwire::broker {

/// The operating system's files, on which a full disk makes a writer wait until there is room. All else is as ever.
///
/// RocksDB 7.8 never gets over a write to its write-ahead log that has failed (and Debian's build of it ends the
/// process at the next one, if only to a log file of its own), so it must not see one that time will mend.
///
/// `room` must outlive what is returned.
std::unique_ptr<rocksdb::Env> patient_files(DiskRoom& room);

}  // namespace longwire::broker
