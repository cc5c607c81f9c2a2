#include "eventstore/checkpoint_file.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "proofs/note.h"

namespace trellis::eventstore {
namespace {

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

rocksdb::Status WriteSynced(rocksdb::Env& env, const std::string& path, absl::string_view bytes) {
  std::unique_ptr<rocksdb::WritableFile> file;
  rocksdb::Status status = env.NewWritableFile(path, &file, rocksdb::EnvOptions());
  if (status.ok()) status = file->Append({bytes.data(), bytes.size()});
  if (status.ok()) status = file->Sync();
  if (status.ok()) status = file->Close();
  return status;
}

}  // namespace

CheckpointFile CheckpointFileAt(std::string path) {
  return CheckpointFile(*rocksdb::Env::Default(), std::move(path));
}

CheckpointFile CheckpointFileOf(const EventLogOptions& options) {
  rocksdb::Env& env = options.env == nullptr ? *rocksdb::Env::Default() : *options.env;
  return CheckpointFile(env, options.directory + ".checkpoint");
}

absl::Status CheckpointFile::Failed(const rocksdb::Status& status) const {
  return Error(absl::StatusCode::kUnavailable, "LOG_UNREADABLE",
               absl::StrCat("the file of the newest checkpoint, ", path_, ": ", status.ToString()),
               {{"file", path_}});
}

absl::StatusOr<std::optional<std::string>> CheckpointFile::Read() const {
  const rocksdb::Status there = env_.FileExists(path_);
  if (there.IsNotFound()) return std::nullopt;
  std::unique_ptr<rocksdb::SequentialFile> file;
  rocksdb::Status status = env_.NewSequentialFile(path_, &file, rocksdb::EnvOptions());
  if (!status.ok()) return Failed(status);
  // More than a note may have is none: what is read then cannot be read as one.
  std::string buffer(proofs::kNoteBytesMax + 1, '\0');
  rocksdb::Slice bytes;
  status = file->Read(buffer.size(), &bytes, buffer.data());
  if (!status.ok()) return Failed(status);
  return bytes.ToString();
}

absl::Status CheckpointFile::Write(absl::string_view note) const {
  const std::string next = path_ + ".next";
  rocksdb::Status status = WriteSynced(env_, next, note);
  if (status.ok()) status = env_.RenameFile(next, path_);
  std::unique_ptr<rocksdb::Directory> directory;
  if (status.ok()) status = env_.NewDirectory(DirectoryOf(path_), &directory);
  if (status.ok()) status = directory->Fsync();
  return status.ok() ? absl::OkStatus() : Failed(status);
}

}  // namespace trellis::eventstore
