// The bytes of a record. The grammar stands at the top of record_format.cc.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/digest.h"
#include "eventstore/record.h"

namespace trellis::eventstore {

// The limits of a header's texts, in bytes; each is stored behind one length byte.
inline constexpr size_t kStreamBytesMax = 255;
inline constexpr size_t kTypeBytesMax = 255;
inline constexpr size_t kActorBytesMax = 255;

// The record's bytes: header, payload and leaf digest. Sets the record's digests of header and
// leaf. Crashes if a text of the header is too long, which EventLog::Append has refused.
std::string EncodeRecord(Record& record);

// The header's bytes alone.
std::string EncodeHeader(const Header& header);

// Sets `record` to one without its payload: the header that `bytes` are, and its digests. DATA_LOSS
// (RECORD_DAMAGED) if they are none; nothing says that this is the record's header but its leaf.
absl::Status DecodeHeader(absl::string_view bytes, Record& record);

// Sets `record` to the one that `bytes` hold; one that is used again keeps the memory of its texts.
// DATA_LOSS (RECORD_DAMAGED) if they are damaged: every digest is checked. `record` is undefined
// then.
absl::Status DecodeRecord(absl::string_view bytes, Record& record);

// The leaf digest at the end of a record's bytes, which have at least 32; not checked.
absl::string_view LeafBytesOf(absl::string_view bytes);

// What a leaf of the tree is made of: the position, 8 bytes, and the digest of the header's bytes.
// It says nothing about the payload but, through the header, its digest.
inline constexpr size_t kEntryBytes = sizeof(Position) + sizeof(Digest);
std::string EntryOf(const Record& record);

// SHA-256(0x00 followed by the entry), as in RFC 6962.
Digest LeafDigest(Position position, const Digest& header_digest);

}  // namespace trellis::eventstore
