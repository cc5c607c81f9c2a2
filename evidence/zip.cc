#include "evidence/zip.h"

#include <algorithm>
#include <set>
#include <zlib.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/check.h"
#include "base/error.h"
#include "base/status_macros.h"

namespace trellis::evidence {
namespace {

constexpr uint32_t kLocalSignature = 0x04034b50;
constexpr uint32_t kCentralSignature = 0x02014b50;
constexpr uint32_t kEndSignature = 0x06054b50;
constexpr size_t kLocalBytes = 30;
constexpr size_t kCentralBytes = 46;
constexpr size_t kEndBytes = 22;
constexpr uint16_t kVersionNeeded = 10;           // Stored files, no folders.
constexpr uint16_t kVersionMadeBy = 3 << 8 | 20;  // Unix, for the mode.
constexpr uint16_t kEncrypted = 1;
constexpr uint16_t kStored = 0;
constexpr uint32_t kFirstDay = 0x0021 << 16;       // 1 January 1980, midnight.
constexpr uint32_t kRegularFile = 0100644u << 16;  // rw-r--r--

void Append16(uint64_t number, std::string& bytes) {
  bytes.push_back(static_cast<char>(number & 0xff));
  bytes.push_back(static_cast<char>(number >> 8 & 0xff));
}

void Append32(uint64_t number, std::string& bytes) {
  Append16(number & 0xffff, bytes);
  Append16(number >> 16, bytes);
}

uint32_t ChecksumOf(absl::string_view content) {
  return static_cast<uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())));
}

// What the local and the central header say alike, from the version on.
void AppendFacts(absl::string_view name, absl::string_view content, std::string& bytes) {
  Append16(kVersionNeeded, bytes);
  Append16(0, bytes);
  Append16(kStored, bytes);
  Append32(kFirstDay, bytes);
  Append32(ChecksumOf(content), bytes);
  Append32(content.size(), bytes);
  Append32(content.size(), bytes);
  Append16(name.size(), bytes);
  Append16(0, bytes);
}

std::string LocalHeader(absl::string_view name, absl::string_view content) {
  std::string bytes;
  Append32(kLocalSignature, bytes);
  AppendFacts(name, content, bytes);
  absl::StrAppend(&bytes, name);
  return bytes;
}

void AppendCentral(const ZipMember& member, size_t offset, std::string& bytes) {
  Append32(kCentralSignature, bytes);
  Append16(kVersionMadeBy, bytes);
  AppendFacts(member.name, member.content, bytes);
  Append16(0, bytes);  // No comment,
  Append16(0, bytes);  // the first disk,
  Append16(0, bytes);  // nothing known of its kind.
  Append32(kRegularFile, bytes);
  Append32(offset, bytes);
  absl::StrAppend(&bytes, member.name);
}

// The central headers and the end, which say again what the local ones said.
std::string Directory(const std::vector<ZipMember>& members) {
  std::string bytes;
  size_t offset = 0;
  for (const ZipMember& member : members) {
    AppendCentral(member, offset, bytes);
    offset += kLocalBytes + member.name.size() + member.content.size();
  }
  const size_t size = bytes.size();
  Append32(kEndSignature, bytes);
  Append32(0, bytes);
  Append16(members.size(), bytes);
  Append16(members.size(), bytes);
  Append32(size, bytes);
  Append32(offset, bytes);
  Append16(0, bytes);
  return bytes;
}

bool IsPlainName(absl::string_view name) {
  if (name.size() > kZipNameBytesMax) return false;
  for (const absl::string_view part : absl::StrSplit(name, '/')) {
    if (part.empty() || part == "." || part == "..") return false;
    if (!std::all_of(part.begin(), part.end(), [](char c) {
          return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' ||
                 c == '-';
        })) {
      return false;
    }
  }
  return true;
}

absl::Status Malformed(absl::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "EVIDENCE_MALFORMED",
               absl::StrCat("bundle: ", what));
}

// Reads what WriteZip writes, from the front.
class ZipReader {
 public:
  explicit ZipReader(absl::string_view bytes) : bytes_(bytes) {}

  absl::StatusOr<std::vector<ZipMember>> Read() {
    if (bytes_.size() > kZipBytesMax) {
      return Malformed(absl::StrCat("has ", bytes_.size(), " bytes, limit ", kZipBytesMax));
    }
    while (Number(0, 4) == kLocalSignature) RETURN_IF_ERROR(ReadMember());
    if (members_.empty()) return Malformed("is no zip file");
    const std::string directory = Directory(members_);
    const absl::string_view rest = bytes_.substr(at_);
    if (rest == directory) return std::move(members_);
    if (absl::StartsWith(rest, directory)) {
      return Malformed(
          absl::StrCat("has ", rest.size() - directory.size(), " bytes after its end"));
    }
    return Malformed(absl::StrCat("from byte ", at_, " on is not the list of the ", members_.size(),
                                  " members before it"));
  }

 private:
  // The number in `size` bytes, the lowest first, at `offset` from here; what is not there is 0.
  uint32_t Number(size_t offset, size_t size) const {
    uint32_t number = 0;
    for (size_t i = size; i-- > 0;) {
      const size_t at = at_ + offset + i;
      number = number << 8 | (at < bytes_.size() ? static_cast<uint8_t>(bytes_[at]) : 0);
    }
    return number;
  }

  absl::Status ReadMember() {
    if (members_.size() == kZipMembersMax) {
      return Malformed(absl::StrCat("has more than ", kZipMembersMax, " members"));
    }
    const std::string where = absl::StrCat("member at byte ", at_, " ");
    if (const uint32_t flags = Number(6, 2); flags != 0) {
      return Malformed(absl::StrCat(where, flags & kEncrypted ? "is encrypted" : "has flags ",
                                    flags & kEncrypted ? "" : absl::StrCat(flags, ", want 0")));
    }
    if (const uint32_t method = Number(8, 2); method != kStored) {
      return Malformed(absl::StrCat(where, "is compressed by method ", method, ", want stored"));
    }
    const size_t size = Number(22, 4);
    const size_t name_size = Number(26, 2);
    const size_t left = bytes_.size() - at_;
    if (left < kLocalBytes || left - kLocalBytes < name_size ||
        left - kLocalBytes - name_size < size) {
      return Malformed(absl::StrCat(where, "ends after the bundle does"));
    }
    const absl::string_view name = bytes_.substr(at_ + kLocalBytes, name_size);
    const absl::string_view content = bytes_.substr(at_ + kLocalBytes + name_size, size);
    if (!IsPlainName(name)) {
      return Malformed(absl::StrCat(where, "is called \"",
                                    absl::CHexEscape(name.substr(0, kZipNameBytesMax)),
                                    "\", want a plain relative name"));
    }
    if (!names_.insert(std::string(name)).second) {
      return Malformed(absl::StrCat(where, "is a second ", name));
    }
    if (Number(14, 4) != ChecksumOf(content)) {
      return Malformed(absl::StrCat(name, " has not the content that its checksum is of"));
    }
    const std::string header = LocalHeader(name, content);
    if (bytes_.substr(at_, header.size()) != header) {
      return Malformed(absl::StrCat(where, "has a header with other times, sizes or fields"));
    }
    members_.push_back({std::string(name), std::string(content)});
    at_ += header.size() + content.size();
    return absl::OkStatus();
  }

  const absl::string_view bytes_;
  size_t at_ = 0;
  std::vector<ZipMember> members_;
  std::set<std::string> names_;
};

}  // namespace

size_t ZipBytes(const std::vector<ZipMember>& members) {
  size_t bytes = kEndBytes;
  for (const ZipMember& member : members) {
    bytes += kLocalBytes + kCentralBytes + 2 * member.name.size() + member.content.size();
  }
  return bytes;
}

std::string WriteZip(const std::vector<ZipMember>& members) {
  CHECK(members.size() <= kZipMembersMax && ZipBytes(members) <= kZipBytesMax);
  std::string bytes;
  bytes.reserve(ZipBytes(members));
  for (const ZipMember& member : members) {
    CHECK(IsPlainName(member.name));
    absl::StrAppend(&bytes, LocalHeader(member.name, member.content), member.content);
  }
  bytes += Directory(members);
  return bytes;
}

absl::StatusOr<std::vector<ZipMember>> ReadZip(absl::string_view bytes) {
  return ZipReader(bytes).Read();
}

}  // namespace trellis::evidence
