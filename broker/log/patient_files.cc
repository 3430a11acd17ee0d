#include "broker/log/patient_files.h"

#include <rocksdb/file_system.h>

#include <string>
#include <utility>

namespace longwire::broker {
namespace {

using rocksdb::FileOptions;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

/// Tries again for as long as there is no room. `write` must have no effect when it fails, or the same one again.
template <class Write>
IOStatus when_there_is_room(DiskRoom& room, Write write) {
    auto status = write();
    if (!status.IsNoSpace()) return status;
    for (DiskRoom::Wait wait(room); status.IsNoSpace(); status = write()) wait.pause();
    return status;
}

/// Writes at the place where it is itself: a write that ran out of room half way begins again at its beginning.
class PatientFile final : public rocksdb::FSWritableFileOwnerWrapper {
  public:
    PatientFile(std::unique_ptr<FSWritableFile> file, DiskRoom& room)
        : FSWritableFileOwnerWrapper(std::move(file)), room_(room) {}

    IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
        auto status =
            when_there_is_room(room_, [&] { return target()->PositionedAppend(data, size_, options, debug); });
        if (status.ok()) size_ += data.size();
        return status;
    }
    IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                    IODebugContext* debug) override {
        return Append(data, options, debug);
    }
    IOStatus PositionedAppend(const Slice& data, std::uint64_t offset, const IOOptions& options,
                              IODebugContext* debug) override {
        auto status =
            when_there_is_room(room_, [&] { return target()->PositionedAppend(data, offset, options, debug); });
        if (status.ok()) size_ = offset + data.size();
        return status;
    }
    IOStatus PositionedAppend(const Slice& data, std::uint64_t offset, const IOOptions& options,
                              const rocksdb::DataVerificationInfo&, IODebugContext* debug) override {
        return PositionedAppend(data, offset, options, debug);
    }
    IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* debug) override {
        auto status = target()->Truncate(size, options, debug);
        if (status.ok()) size_ = size;
        return status;
    }

  private:
    DiskRoom& room_;
    std::uint64_t size_ = 0;
};

class PatientFiles final : public rocksdb::FileSystemWrapper {
  public:
    explicit PatientFiles(DiskRoom& room) : FileSystemWrapper(rocksdb::FileSystem::Default()), room_(room) {}

    const char* Name() const override { return "PatientFiles"; }

    IOStatus NewWritableFile(const std::string& path, const FileOptions& options, std::unique_ptr<FSWritableFile>* file,
                             IODebugContext* debug) override {
        auto status = when_there_is_room(room_, [&] { return target()->NewWritableFile(path, options, file, debug); });
        if (status.ok()) *file = std::make_unique<PatientFile>(std::move(*file), room_);
        return status;
    }
    IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                        IODebugContext* debug) override {
        return when_there_is_room(room_, [&] { return target()->RenameFile(from, to, options, debug); });
    }

  private:
    DiskRoom& room_;
};

}  // namespace

std::unique_ptr<rocksdb::Env> patient_files(DiskRoom& room) {
    return rocksdb::NewCompositeEnv(std::make_shared<PatientFiles>(room));
}

}  // namespace longwire::broker
