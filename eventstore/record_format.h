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

// The record's bytes: header, payload and leaf digest. Sets `record.leaf_digest`. Crashes if a text
// of the header is too long, which EventLog::Append has refused.
std::string EncodeRecord(Record& record);

// Sets `record` to the one that `bytes` hold; one that is used again keeps the memory of its texts.
// DATA_LOSS (RECORD_DAMAGED) if they are damaged: every digest is checked. `record` is undefined
// then.
absl::Status DecodeRecord(absl::string_view bytes, Record& record);

// SHA-256(0x00 followed by the leaf's entry), as in RFC 6962. The entry is of fixed size: the
// position and SHA-256(header bytes). It says nothing about the payload but its digest.
Digest LeafDigest(Position position, absl::string_view header_bytes);

}  // namespace trellis::eventstore
