// Zip archives that have one spelling: what one program writes another writes byte for byte.
//
//   archive  := (local content)* central* end
//
// Members are stored, not compressed: a compressor's next version would write other bytes, and what
// is not compressed cannot swell. All times are 1 January 1980, there are no comments and no extra
// fields, and nothing lies between, before or behind. So every byte follows from the names and the
// contents, and an archive with any other byte is refused. Any zip program reads it.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace trellis::evidence {

// The largest archive, which is read into memory whole.
inline constexpr size_t kZipBytesMax = 64 * 1024 * 1024;
// Four for each event of the longest stream, and the rest. Below the 65,535 of a plain zip file.
inline constexpr size_t kZipMembersMax = 40'100;
// A name is letters, digits and `._-` in parts between single slashes, none of them `.` or `..`.
inline constexpr size_t kZipNameBytesMax = 100;

struct ZipMember {
  std::string name;
  std::string content;

  friend bool operator==(const ZipMember&, const ZipMember&) = default;
};

// The archive. Crashes if it is beyond the limits, or a name cannot be read back.
std::string WriteZip(const std::vector<ZipMember>& members);

// How many bytes WriteZip would write.
size_t ZipBytes(const std::vector<ZipMember>& members);

// The members of `bytes`, in their order. INVALID_ARGUMENT (EVIDENCE_MALFORMED) that says where and
// what: too large, too many, compressed, encrypted, a name twice or one that leads elsewhere, a
// checksum that is wrong, an end that is missing, bytes behind it, or anything else that WriteZip
// does not write.
absl::StatusOr<std::vector<ZipMember>> ReadZip(absl::string_view bytes);

}  // namespace trellis::evidence
