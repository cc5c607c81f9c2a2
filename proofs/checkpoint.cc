#include "proofs/checkpoint.h"

#include <algorithm>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "base/error.h"
#include "proofs/text.h"

namespace trellis::proofs {
namespace {

constexpr size_t kLines = 3;

absl::Status Malformed(absl::string_view message) {
  return Error(absl::StatusCode::kInvalidArgument, "CHECKPOINT_MALFORMED", message);
}

}  // namespace

std::string FormatCheckpoint(const Checkpoint& checkpoint) {
  std::string text = absl::StrCat(checkpoint.origin, "\n", checkpoint.size, "\n",
                                  absl::Base64Escape(AsBytes(checkpoint.root)), "\n");
  for (const std::string& line : checkpoint.extensions) absl::StrAppend(&text, line, "\n");
  const absl::StatusOr<Checkpoint> read = ParseCheckpoint(text);
  CHECK(read.ok() && *read == checkpoint);
  return text;
}

absl::StatusOr<Checkpoint> ParseCheckpoint(absl::string_view text) {
  if (!absl::ConsumeSuffix(&text, "\n")) return Malformed("checkpoint does not end its last line");
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  if (lines.size() < kLines) {
    return Malformed(absl::StrCat("checkpoint has ", lines.size(),
                                  " lines, want origin, size and "
                                  "root"));
  }
  if (std::any_of(lines.begin(), lines.end(), [](auto line) { return line.empty(); })) {
    return Malformed("checkpoint has an empty line");
  }
  const std::optional<uint64_t> size = ReadDecimal(lines[1]);
  if (!size.has_value()) {
    return Malformed("checkpoint's second line is no size: decimal, below 2^64, no leading zero");
  }
  const std::optional<Digest> root = ReadBase64Digest(lines[2]);
  if (!root.has_value()) return Malformed("checkpoint's third line is not base64 of 32 bytes");
  return Checkpoint{std::string(lines[0]), *size, *root,
                    std::vector<std::string>(lines.begin() + kLines, lines.end())};
}

}  // namespace trellis::proofs
