#include "eventstore/write_ahead_log.h"

#include <algorithm>
#include <memory>
#include <rocksdb/file_checksum.h>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "eventstore/big_endian.h"

namespace trellis::eventstore {
namespace {

// A fragment: a masked CRC-32C of all that follows but the length (4 bytes, little endian), the
// length (2), the type (1), the bytes. It does not go beyond its block.
constexpr size_t kHeaderBytes = 7;
static_assert(kBlockTrailerBytesMax == kHeaderBytes - 1);
enum Type : unsigned char { kNone, kFull, kFirst, kMiddle, kLast };

// A batch begins with the sequence number of its first row (8 bytes, little endian) and the number
// of rows (4).
constexpr size_t kBatchHeaderBytes = 12;

uint64_t LittleEndian(absl::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i > 0; --i) {
    value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
  }
  return value;
}

uint32_t MaskedCrc(absl::string_view bytes) {
  const auto generator = rocksdb::GetFileChecksumGenCrc32cFactory()->CreateFileChecksumGenerator(
      rocksdb::FileChecksumGenContext());
  generator->Update(bytes.data(), bytes.size());
  generator->Finalize();
  const auto crc = LoadBigEndian<uint32_t>(generator->GetChecksum().data());
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8;
}

Type TypeAt(absl::string_view log, size_t at) {
  const auto type = static_cast<unsigned char>(log[at + 6]);
  return type > kLast ? kNone : static_cast<Type>(type);
}

// The bytes of the fragment with its header that begins at `at`; none if there is no whole one.
std::optional<absl::string_view> FragmentAt(absl::string_view log, size_t at) {
  if (at > log.size() || log.size() - at < kHeaderBytes) return std::nullopt;
  const size_t size = kHeaderBytes + LittleEndian(log.substr(at + 4, 2));
  if (TypeAt(log, at) == kNone) return std::nullopt;
  if (at % kLogBlockBytes + size > kLogBlockBytes || size > log.size() - at) return std::nullopt;
  const absl::string_view fragment = log.substr(at, size);
  if (LittleEndian(fragment.substr(0, 4)) != MaskedCrc(fragment.substr(6))) return std::nullopt;
  return fragment;
}

bool BeginsBatch(Type type) { return type == kFull || type == kFirst; }

}  // namespace

size_t NextBatchPlace(size_t at) {
  // What is left of a block may be too little for a fragment, and is filled with zeros.
  const size_t left = kLogBlockBytes - at % kLogBlockBytes;
  return left < kHeaderBytes ? at + left : at;
}

uint64_t LoggedBatch::first_sequence() const {
  return LittleEndian(absl::string_view(bytes).substr(0, 8));
}

uint64_t LoggedBatch::next_sequence() const {
  return first_sequence() + LittleEndian(absl::string_view(bytes).substr(8, 4));
}

std::optional<LoggedBatch> BatchAt(absl::string_view log, size_t at) {
  LoggedBatch batch;
  batch.begin = at = NextBatchPlace(at);
  while (true) {
    const std::optional<absl::string_view> fragment = FragmentAt(log, at);
    if (!fragment.has_value()) return std::nullopt;
    const Type type = TypeAt(log, at);
    if (BeginsBatch(type) != (at == batch.begin)) return std::nullopt;
    absl::StrAppend(&batch.bytes, fragment->substr(kHeaderBytes));
    batch.end = at + fragment->size();
    if (type == kFull || type == kLast) break;
    at = NextBatchPlace(batch.end);
  }
  if (batch.bytes.size() < kBatchHeaderBytes) return std::nullopt;
  return batch;
}

bool HasBatchFrom(absl::string_view log, size_t from) {
  for (size_t at = from; at + kHeaderBytes <= log.size(); ++at) {
    if (BeginsBatch(TypeAt(log, at)) && FragmentAt(log, at).has_value()) return true;
  }
  return false;
}

void ForEachBatch(absl::string_view log, absl::FunctionRef<void(const LoggedBatch&)> visit) {
  for (size_t at = 0; at + kHeaderBytes <= log.size(); at = NextBatchPlace(at)) {
    const std::optional<LoggedBatch> batch = BatchAt(log, at);
    if (batch.has_value()) visit(*batch);
    at = batch.has_value() ? batch->end : at + 1;
  }
}

rocksdb::Status ListWriteAheadLogs(rocksdb::Env& env, const std::string& directory,
                                   std::vector<std::string>& logs) {
  std::vector<std::string> names;
  const rocksdb::Status status = env.GetChildren(directory, &names);
  for (const std::string& name : names) {
    if (absl::EndsWith(name, ".log")) logs.push_back(absl::StrCat(directory, "/", name));
  }
  // Numbers with leading zeros: the longer is the later.
  std::sort(logs.begin(), logs.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  return status;
}

}  // namespace trellis::eventstore
