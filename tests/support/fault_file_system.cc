#include "tests/support/fault_file_system.h"

#include <rocksdb/file_system.h>
#include <utility>

#include "tests/support/fault_disk.h"

namespace trellis::testing {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

class FaultFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultFile(std::unique_ptr<rocksdb::FSWritableFile> file, std::string name,
            std::shared_ptr<FaultDisk> disk)
      : FSWritableFileOwnerWrapper(std::move(file)),
        name_(std::move(name)),
        disk_(std::move(disk)) {}

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  IODebugContext* debug) override {
    const IOStatus status = disk_->Append(name_, data.size());
    return status.ok() ? target()->Append(data, options, debug) : status;
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo&, IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Truncate(uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    const IOStatus status = disk_->Truncate(name_, size);
    return status.ok() ? target()->Truncate(size, options, debug) : status;
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return disk_->Sync(name_); }
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return disk_->Sync(name_); }

 private:
  const std::string name_;
  const std::shared_ptr<FaultDisk> disk_;
};

class FaultDirectory final : public rocksdb::FSDirectoryWrapper {
 public:
  FaultDirectory(std::unique_ptr<rocksdb::FSDirectory> directory, std::string name,
                 std::shared_ptr<FaultDisk> disk)
      : FSDirectoryWrapper(std::move(directory)), name_(std::move(name)), disk_(std::move(disk)) {}

  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return disk_->SyncDirectory(name_); }
  IOStatus FsyncWithDirOptions(const IOOptions&, IODebugContext*,
                               const rocksdb::DirFsyncOptions&) override {
    return disk_->SyncDirectory(name_);
  }

 private:
  const std::string name_;
  const std::shared_ptr<FaultDisk> disk_;
};

// RocksDB asks for what it uses only: files are written from their beginning or at their end.
class FaultWrapper final : public rocksdb::FileSystemWrapper {
 public:
  explicit FaultWrapper(std::shared_ptr<FaultDisk> disk)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), disk_(std::move(disk)) {}

  const char* Name() const override { return "FaultFileSystem"; }

  IOStatus NewWritableFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                           IODebugContext* debug) override {
    const IOStatus status = disk_->Create(name);
    if (!status.ok()) return status;
    return Wrap(target()->NewWritableFile(name, options, result, debug), name, result);
  }
  IOStatus ReopenWritableFile(const std::string& name, const FileOptions& options,
                              std::unique_ptr<rocksdb::FSWritableFile>* result,
                              IODebugContext* debug) override {
    IOStatus status = target()->ReopenWritableFile(name, options, result, debug);
    if (status.ok()) disk_->Adopt(name);
    return Wrap(std::move(status), name, result);
  }
  IOStatus NewDirectory(const std::string& name, const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* result,
                        IODebugContext* debug) override {
    const IOStatus status = target()->NewDirectory(name, options, result, debug);
    if (status.ok()) {
      *result = std::make_unique<FaultDirectory>(std::move(*result), name, disk_);
    }
    return status;
  }
  IOStatus DeleteFile(const std::string& name, const IOOptions&, IODebugContext*) override {
    return disk_->Delete(name);
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions&,
                      IODebugContext*) override {
    return disk_->Rename(from, to);
  }

 private:
  IOStatus Wrap(IOStatus status, const std::string& name,
                std::unique_ptr<rocksdb::FSWritableFile>* file) {
    if (status.ok()) *file = std::make_unique<FaultFile>(std::move(*file), name, disk_);
    return status;
  }

  const std::shared_ptr<FaultDisk> disk_;
};

// Does not sleep: RocksDB waits a second after a flush that failed.
class FaultEnv final : public rocksdb::EnvWrapper {
 public:
  explicit FaultEnv(const std::shared_ptr<rocksdb::FileSystem>& files)
      : EnvWrapper(rocksdb::NewCompositeEnv(files)) {
    file_system_ = files;
  }
  void SleepForMicroseconds(int) override {}
};

}  // namespace

FaultFileSystem::FaultFileSystem(const std::string& trash)
    : disk_(std::make_shared<FaultDisk>(trash)),
      env_(std::make_unique<FaultEnv>(std::make_shared<FaultWrapper>(disk_))) {}

FaultFileSystem::~FaultFileSystem() = default;

int FaultFileSystem::wal_syncs() const { return disk_->wal_syncs(); }
void FaultFileSystem::HoldWalSyncs() { disk_->HoldWalSyncs(true); }
void FaultFileSystem::AwaitHeldWalSync() { disk_->AwaitHeldWalSync(); }
void FaultFileSystem::ReleaseWalSyncs() { disk_->HoldWalSyncs(false); }
void FaultFileSystem::FailWalSyncs() { disk_->FailWalSyncs(); }
void FaultFileSystem::FillDisk() { disk_->Fill(); }
void FaultFileSystem::CutPowerAfter(uint64_t more) { disk_->CutAfter(more); }
bool FaultFileSystem::power_is_cut() const { return disk_->is_cut(); }
void FaultFileSystem::Restart(uint64_t seed) { disk_->Restart(seed); }

}  // namespace trellis::testing
