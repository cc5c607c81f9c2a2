#include "eventstore/torn_write.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <rocksdb/file_checksum.h>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "eventstore/big_endian.h"

namespace trellis::eventstore {
namespace {

// A write-ahead log is a sequence of blocks, a block one of fragments: a masked CRC-32C of all that
// follows but the length (4 bytes, little endian), the length (2), the type (1), the bytes.
constexpr size_t kBlockBytes = 32 * 1024;
constexpr size_t kHeaderBytes = 7;
enum Type : unsigned char { kNone, kFull, kFirst, kMiddle, kLast };

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

// The bytes of the fragment with its header that begins at `at`; none if there is no whole one.
std::optional<absl::string_view> FragmentAt(absl::string_view log, size_t at) {
  if (log.size() - at < kHeaderBytes) return std::nullopt;
  const size_t size = kHeaderBytes + LittleEndian(log.substr(at + 4, 2));
  const auto type = static_cast<unsigned char>(log[at + 6]);
  if (type < kFull || type > kLast) return std::nullopt;
  if (at % kBlockBytes + size > kBlockBytes || size > log.size() - at) return std::nullopt;
  const absl::string_view fragment = log.substr(at, size);
  if (LittleEndian(fragment.substr(0, 4)) != MaskedCrc(fragment.substr(6))) return std::nullopt;
  return fragment;
}

// A batch begins with the sequence number of its first row (8 bytes, little endian) and the number
// of rows (4).
constexpr size_t kBatchHeaderBytes = 12;

// The whole batches at the beginning of a log.
struct Batches {
  size_t end = 0;
  // The sequence number of the first, and the one that comes after the last; 0 if there is none.
  uint64_t first_sequence = 0;
  uint64_t next_sequence = 0;
};

Batches WholeBatches(absl::string_view log) {
  Batches batches;
  bool inside = false;
  uint64_t sequence = 0;
  uint64_t rows = 0;
  for (size_t at = 0; at < log.size();) {
    const size_t left = kBlockBytes - at % kBlockBytes;
    // Too little for a header: it is filled with zeros.
    if (left < kHeaderBytes) {
      at += left;
      continue;
    }
    const std::optional<absl::string_view> fragment = FragmentAt(log, at);
    if (!fragment.has_value()) break;
    const auto type = static_cast<unsigned char>((*fragment)[6]);
    if (inside != (type == kMiddle || type == kLast)) break;
    if (!inside) {
      if (fragment->size() < kHeaderBytes + kBatchHeaderBytes) break;
      sequence = LittleEndian(fragment->substr(kHeaderBytes, 8));
      rows = LittleEndian(fragment->substr(kHeaderBytes + 8, 4));
    }
    inside = type == kFirst || type == kMiddle;
    at += fragment->size();
    if (inside) continue;
    batches.end = at;
    batches.next_sequence = sequence + rows;
    if (batches.first_sequence == 0) batches.first_sequence = sequence;
  }
  return batches;
}

// Whether a batch begins at or after `from` with a fragment that is whole.
bool HasBatchFrom(absl::string_view log, size_t from) {
  for (size_t at = from; at + kHeaderBytes <= log.size(); ++at) {
    const auto type = static_cast<unsigned char>(log[at + 6]);
    if ((type == kFull || type == kFirst) && FragmentAt(log, at).has_value()) return true;
  }
  return false;
}

// The names of the write-ahead logs, in the order in which they were begun.
rocksdb::Status ListLogs(rocksdb::Env& env, const std::string& directory,
                         std::vector<std::string>& logs) {
  std::vector<std::string> names;
  const rocksdb::Status status = env.GetChildren(directory, &names);
  for (const std::string& name : names) {
    if (absl::EndsWith(name, ".log")) logs.push_back(directory + "/" + name);
  }
  // Numbers with leading zeros: the longer is the later.
  std::sort(logs.begin(), logs.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  return status;
}

}  // namespace

rocksdb::Status FindTornLogs(rocksdb::Env& env, const std::string& directory,
                             std::vector<TornLog>& torn) {
  torn.clear();
  std::vector<std::string> logs;
  if (rocksdb::Status status = ListLogs(env, directory, logs); !status.ok()) return status;
  std::vector<TornLog> found;
  uint64_t next_sequence = 0;
  for (const std::string& path : logs) {
    std::string log;
    if (rocksdb::Status status = rocksdb::ReadFileToString(&env, path, &log); !status.ok()) {
      return status;
    }
    const Batches batches = WholeBatches(log);
    // What begins where the last whole batch ends may have a first fragment that is whole.
    if (HasBatchFrom(log, batches.end + 1)) return rocksdb::Status::OK();
    if (batches.first_sequence != 0) {
      if (!found.empty() && batches.first_sequence != next_sequence) return rocksdb::Status::OK();
      next_sequence = batches.next_sequence;
    }
    if (batches.end < log.size()) found.push_back({path, batches.end});
  }
  torn = std::move(found);
  return rocksdb::Status::OK();
}

}  // namespace trellis::eventstore
