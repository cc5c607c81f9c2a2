// Messages written down: as JSON or as protobuf's text format, in a file or on standard input.
#pragma once

#include <istream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

namespace trellis::cli {

enum class Encoding { kJson, kText };

// The largest file read, in bytes: far more than any request or play, little enough for memory.
inline constexpr size_t kFileBytesMax = 16 * 1024 * 1024;

// Fills `message`, which is empty, from `text`. A usage error says where in `origin` it is wrong.
absl::Status ParseMessage(const std::string& text, Encoding encoding, const std::string& origin,
                          google::protobuf::Message& message);

// Fills `message` from `file`, or from `in` if it is `-`. The ending `.json`, `.txtpb` or
// `.textproto` says how it is written; else JSON is told by its opening brace. A usage error if the
// file cannot be read, is too large or is wrong.
absl::Status ReadMessage(const std::string& file, std::istream& in,
                         google::protobuf::Message& message);

}  // namespace trellis::cli
