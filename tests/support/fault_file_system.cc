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
    uint64_t accepted = 0;
    const IOStatus status = disk_->Append(name_, data.size(), accepted);
    const IOStatus written = target()->Append({data.data(), accepted}, options, debug);
    return status.ok() ? written : status;
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

class FaultSequentialFile final : public rocksdb::FSSequentialFileOwnerWrapper {
 public:
  FaultSequentialFile(std::unique_ptr<rocksdb::FSSequentialFile> file,
                      std::shared_ptr<FaultDisk> disk)
      : FSSequentialFileOwnerWrapper(std::move(file)), disk_(std::move(disk)) {}

  IOStatus Read(size_t size, const IOOptions& options, rocksdb::Slice* result, char* scratch,
                IODebugContext* debug) override {
    const IOStatus status = disk_->Read();
    return status.ok() ? target()->Read(size, options, result, scratch, debug) : status;
  }

 private:
  const std::shared_ptr<FaultDisk> disk_;
};

class FaultRandomAccessFile final : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  FaultRandomAccessFile(std::unique_ptr<rocksdb::FSRandomAccessFile> file,
                        std::shared_ptr<FaultDisk> disk)
      : FSRandomAccessFileOwnerWrapper(std::move(file)), disk_(std::move(disk)) {}

  IOStatus Read(uint64_t offset, size_t size, const IOOptions& options, rocksdb::Slice* result,
                char* scratch, IODebugContext* debug) const override {
    const IOStatus status = disk_->Read();
    return status.ok() ? target()->Read(offset, size, options, result, scratch, debug) : status;
  }
  IOStatus MultiRead(rocksdb::FSReadRequest* requests, size_t count, const IOOptions& options,
                     IODebugContext* debug) override {
    const IOStatus status = disk_->Read();
    return status.ok() ? target()->MultiRead(requests, count, options, debug) : status;
  }
  IOStatus Prefetch(uint64_t offset, size_t size, const IOOptions& options,
                    IODebugContext* debug) override {
    const IOStatus status = disk_->Read();
    return status.ok() ? target()->Prefetch(offset, size, options, debug) : status;
  }

 private:
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
  IOStatus NewSequentialFile(const std::string& name, const FileOptions& options,
                             std::unique_ptr<rocksdb::FSSequentialFile>* result,
                             IODebugContext* debug) override {
    IOStatus status = target()->NewSequentialFile(name, options, result, debug);
    if (status.ok()) *result = std::make_unique<FaultSequentialFile>(std::move(*result), disk_);
    return status;
  }
  IOStatus NewRandomAccessFile(const std::string& name, const FileOptions& options,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                               IODebugContext* debug) override {
    IOStatus status = target()->NewRandomAccessFile(name, options, result, debug);
    if (status.ok()) *result = std::make_unique<FaultRandomAccessFile>(std::move(*result), disk_);
    return status;
  }
  IOStatus GetFreeSpace(const std::string&, const IOOptions&, uint64_t* free,
                        IODebugContext*) override {
    *free = disk_->free_bytes();
    return IOStatus::OK();
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
void FaultFileSystem::FillDisk() { disk_->Fill(true); }
void FaultFileSystem::FreeDisk() { disk_->Fill(false); }
void FaultFileSystem::FailCallAfter(uint64_t more, DiskFault fault) {
  disk_->FailCallAfter(more, fault);
}
void FaultFileSystem::FailReadAfter(uint64_t more) { disk_->FailReadAfter(more); }
bool FaultFileSystem::has_failed() const { return disk_->has_failed(); }
void FaultFileSystem::CutPowerAfter(uint64_t more) { disk_->CutAfter(more); }
bool FaultFileSystem::power_is_cut() const { return disk_->is_cut(); }
void FaultFileSystem::Restart(uint64_t seed) { disk_->Restart(seed); }

}  // namespace trellis::testing
