#include "tests/vault/crash_disk.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"

namespace trellis::vault::testing {
namespace {

class CrashFile final : public File {
 public:
  CrashFile(CrashDisk& disk, std::shared_ptr<DiskFile> file)
      : disk_(disk), file_(std::move(file)) {}

  absl::StatusOr<uint64_t> Size() const override { return file_->now.size(); }

  absl::StatusOr<std::string> Read(uint64_t offset, size_t bytes_max) const override {
    if (offset >= file_->now.size()) return std::string();
    return file_->now.substr(offset, bytes_max);
  }

  absl::Status Write(uint64_t offset, absl::string_view bytes) override {
    RETURN_IF_ERROR(disk_.Change("write"));
    if (file_->now.size() < offset + bytes.size()) file_->now.resize(offset + bytes.size());
    std::copy(bytes.begin(), bytes.end(), file_->now.begin() + static_cast<ptrdiff_t>(offset));
    return absl::OkStatus();
  }

  absl::Status Sync() override {
    RETURN_IF_ERROR(disk_.Change("sync"));
    file_->synced = file_->now;
    return absl::OkStatus();
  }

 private:
  CrashDisk& disk_;
  const std::shared_ptr<DiskFile> file_;
};

class CrashDirectory final : public Directory {
 public:
  CrashDirectory(CrashDisk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}

  const std::string& path() const override { return path_; }

  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& name) override {
    const auto found = disk_.names().find(PathOf(name));
    if (found == disk_.names().end()) return std::unique_ptr<File>();
    return std::make_unique<CrashFile>(disk_, found->second);
  }

  absl::StatusOr<std::unique_ptr<File>> Create(const std::string& name) override {
    RETURN_IF_ERROR(disk_.Change("create"));
    disk_.NoteNames();
    auto& file = disk_.names()[PathOf(name)];
    file = std::make_shared<DiskFile>();
    return std::make_unique<CrashFile>(disk_, file);
  }

  absl::Status Rename(const std::string& from, const std::string& to) override {
    RETURN_IF_ERROR(disk_.Change("rename"));
    disk_.NoteNames();
    disk_.names()[PathOf(to)] = disk_.names().at(PathOf(from));
    disk_.names().erase(PathOf(from));
    return absl::OkStatus();
  }

  absl::Status Remove(const std::string& name) override {
    if (!disk_.names().contains(PathOf(name))) return absl::OkStatus();
    RETURN_IF_ERROR(disk_.Change("remove"));
    disk_.NoteNames();
    disk_.names().erase(PathOf(name));
    return absl::OkStatus();
  }

  absl::Status Sync() override {
    RETURN_IF_ERROR(disk_.Change("sync directory"));
    disk_.SyncNames();
    return absl::OkStatus();
  }

 private:
  std::string PathOf(const std::string& name) const { return absl::StrCat(path_, "/", name); }

  CrashDisk& disk_;
  const std::string path_;
};

// Some of the sectors in which the two differ are as they are now.
std::string Torn(const DiskFile& file, std::mt19937_64& random) {
  std::string bytes = file.synced;
  const size_t size = std::max(file.now.size(), file.synced.size());
  // A file grows by what is in the end of it.
  for (size_t at = 0; at < size; at += kSectorBytes) {
    if (random() % 2 == 0 || at >= file.now.size()) continue;
    const std::string sector = file.now.substr(at, kSectorBytes);
    if (bytes.size() < at + sector.size()) bytes.resize(at + sector.size());
    bytes.replace(at, sector.size(), sector);
  }
  return bytes;
}

}  // namespace

std::unique_ptr<Directory> CrashDisk::OpenDirectory(const std::string& path) {
  return std::make_unique<CrashDirectory>(*this, path);
}

absl::Status CrashDisk::Change(absl::string_view what) {
  ++changes_;
  if (cut_at_ != 0 && changes_ >= cut_at_) cut_ = true;
  if (!cut_ && changes_ != fail_at_) return absl::OkStatus();
  return Error(absl::StatusCode::kUnavailable, "KEY_STORE_UNWRITABLE",
               absl::StrCat("cannot ", what, ": the disk fails"));
}

void CrashDisk::Restart(std::mt19937_64& random) {
  const size_t lost = random() % (earlier_names_.size() + 1);
  if (lost > 0) names_ = earlier_names_[earlier_names_.size() - lost];
  earlier_names_.clear();
  std::set<DiskFile*> torn;
  for (auto& [path, file] : names_) {
    if (!torn.insert(file.get()).second) continue;
    file->now = Torn(*file, random);
    file->synced = file->now;
  }
  cut_ = false;
  cut_at_ = fail_at_ = changes_ = 0;
}

std::string CrashDisk::AllBytes() const {
  std::string bytes;
  const auto add = [&](const Names& names) {
    for (const auto& [path, file] : names) absl::StrAppend(&bytes, file->now, file->synced);
  };
  add(names_);
  for (const Names& names : earlier_names_) add(names);
  return bytes;
}

}  // namespace trellis::vault::testing
