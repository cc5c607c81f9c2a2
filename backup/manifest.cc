#include "backup/manifest.h"

#include <algorithm>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "proofs/note.h"
#include "proofs/text.h"

namespace trellis::backup {
namespace {

constexpr char kTitle[] = "trellis backup 1";
constexpr char kTimeFormat[] = "%Y-%m-%dT%H:%M:%E6SZ";
// What a note has beside its text: a signature's line, whose name has 255 bytes at most.
constexpr size_t kSignatureBytesMax = 512;

absl::Status Malformed(absl::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "MANIFEST_MALFORMED",
               absl::StrCat("the manifest ", what));
}

// Nothing that would lead out of its directory.
bool IsPath(absl::string_view path) {
  if (path == kCheckpointPath) return true;
  if (!absl::ConsumePrefix(&path, "log/") && !absl::ConsumePrefix(&path, "queue/") &&
      !absl::ConsumePrefix(&path, "access/")) {
    return false;
  }
  return !path.empty() && path[0] != '.' && std::all_of(path.begin(), path.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
  });
}

std::string Text(const Manifest& manifest) {
  std::string text = absl::StrCat(
      kTitle, "\nledger ", manifest.ledger, "\nkey ", manifest.key->ToString(), "\nnumber ",
      manifest.number, "\ntime ", absl::FormatTime(kTimeFormat, manifest.time, absl::UTCTimeZone()),
      "\nposition ", manifest.position, "\nroot ", absl::Base64Escape(AsBytes(manifest.root)),
      "\ncopied ", manifest.copied_files, " ", manifest.copied_bytes, "\n");
  for (const ManifestFile& file : manifest.files) {
    absl::StrAppend(&text, "file ", absl::BytesToHexString(AsBytes(file.digest)), " ", file.bytes,
                    " ", file.modified_nanos, " ", file.path, "\n");
  }
  return text;
}

// Reads what it understands; whether that is all shows when it is written again.
class Reader {
 public:
  explicit Reader(absl::string_view text) : lines_(absl::StrSplit(text, '\n')) {}

  // What stands behind `word` in the next line; empty if that is another one.
  absl::string_view Take(absl::string_view word) {
    if (next_ == lines_.size()) return {};
    absl::string_view line = lines_[next_++];
    if (!absl::ConsumePrefix(&line, word) || !absl::ConsumePrefix(&line, " ")) return {};
    return line;
  }
  uint64_t TakeNumber(absl::string_view word) {
    return proofs::ReadDecimal(Take(word)).value_or(0);
  }
  // False after the last line, behind which nothing stands but its line feed.
  bool more() const { return next_ + 1 < lines_.size(); }

 private:
  const std::vector<absl::string_view> lines_;
  size_t next_ = 1;
};

ManifestFile ReadFileLine(absl::string_view line) {
  const std::vector<absl::string_view> fields = absl::StrSplit(line, absl::MaxSplits(' ', 3));
  ManifestFile file;
  if (fields.size() != 4 || fields[0].size() != 2 * sizeof(Digest)) return file;
  const std::string digest = absl::HexStringToBytes(fields[0]);
  std::copy(digest.begin(), digest.end(), file.digest.begin());
  file.bytes = proofs::ReadDecimal(fields[1]).value_or(0);
  file.modified_nanos = static_cast<int64_t>(proofs::ReadDecimal(fields[2]).value_or(0));
  file.path = std::string(fields[3]);
  return file;
}

absl::StatusOr<Manifest> ReadText(absl::string_view text) {
  Reader reader(text);
  Manifest manifest;
  manifest.ledger = std::string(reader.Take("ledger"));
  ASSIGN_OR_RETURN(manifest.key, proofs::VerifierKey::Parse(reader.Take("key")));
  manifest.number = reader.TakeNumber("number");
  std::string wrong;
  if (!absl::ParseTime(kTimeFormat, reader.Take("time"), &manifest.time, &wrong)) {
    return Malformed("has no time");
  }
  manifest.position = reader.TakeNumber("position");
  manifest.root = proofs::ReadBase64Digest(reader.Take("root")).value_or(Digest{});
  const std::pair<absl::string_view, absl::string_view> copied =
      absl::StrSplit(reader.Take("copied"), absl::MaxSplits(' ', 1));
  manifest.copied_files = proofs::ReadDecimal(copied.first).value_or(0);
  manifest.copied_bytes = proofs::ReadDecimal(copied.second).value_or(0);
  while (reader.more()) {
    manifest.files.push_back(ReadFileLine(reader.Take("file")));
    if (!IsPath(manifest.files.back().path)) return Malformed("names a file that can be none");
  }
  if (Text(manifest) != text) return Malformed("is not as it is written");
  return manifest;
}

}  // namespace

uint64_t Manifest::bytes() const {
  uint64_t sum = 0;
  for (const ManifestFile& file : files) sum += file.bytes;
  return sum;
}

absl::StatusOr<std::string> SignManifest(Manifest& manifest, const proofs::SignerKey& key) {
  manifest.key = key.verifier();
  const std::string text = Text(manifest);
  if (text.size() + kSignatureBytesMax > proofs::kNoteBytesMax) {
    return Error(absl::StatusCode::kResourceExhausted, "BACKUP_TOO_LARGE",
                 absl::StrCat("the manifest of ", manifest.files.size(), " files has ", text.size(),
                              " bytes, limit ", proofs::kNoteBytesMax - kSignatureBytesMax));
  }
  return proofs::FormatNote({text, {key.Sign(text)}});
}

absl::StatusOr<Manifest> ReadManifest(absl::string_view bytes,
                                      absl::Span<const proofs::VerifierKey> keys) {
  ASSIGN_OR_RETURN(const proofs::Note note, proofs::ParseNote(bytes));
  ASSIGN_OR_RETURN(Manifest manifest, ReadText(note.text));
  ASSIGN_OR_RETURN(const std::vector<bool> signed_by,
                   proofs::VerifySignatures(note, absl::MakeConstSpan(&*manifest.key, 1)));
  const bool known =
      keys.empty() || std::find(keys.begin(), keys.end(), *manifest.key) != keys.end();
  if (signed_by[0] && known) return manifest;
  const auto text = [](std::string* out, const auto& one) { *out += one.ToString(); };
  return Error(absl::StatusCode::kInvalidArgument, "SIGNATURE_MISSING",
               absl::StrCat("the manifest is not signed by ",
                            known ? manifest.key->ToString() : absl::StrJoin(keys, " or ", text)));
}

}  // namespace trellis::backup
