#include "proofs/note.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "proofs/text.h"

namespace trellis::proofs {
namespace {

// An em dash and a space.
constexpr char kSignaturePrefix[] = "\u2014 ";
constexpr char kBlankLine[] = "\n\n";
constexpr size_t kIdBytes = 4;

absl::Status Malformed(absl::string_view message) {
  return Error(absl::StatusCode::kInvalidArgument, "NOTE_MALFORMED", message);
}

absl::Status CheckCharacters(absl::string_view bytes) {
  const auto control = std::find_if(bytes.begin(), bytes.end(), [](char c) {
    return static_cast<uint8_t>(c) < 0x20 && c != '\n';
  });
  if (control != bytes.end()) {
    return Malformed(absl::StrCat("note has control character ", static_cast<int>(*control),
                                  " at byte ", control - bytes.begin()));
  }
  if (!IsUtf8(bytes)) return Malformed("note is not UTF-8");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Signature> ParseSignature(absl::string_view line) {
  if (!absl::ConsumeSuffix(&line, "\n") || !absl::ConsumePrefix(&line, kSignaturePrefix)) {
    return Malformed("note has a signature line without em dash, space and line feed");
  }
  const size_t space = line.find(' ');
  const absl::string_view name = line.substr(0, space);
  if (space == absl::string_view::npos || !IsKeyName(name)) {
    return Malformed("note has a signature line without the name of a key");
  }
  const std::optional<std::string> bytes = ReadBase64(line.substr(space + 1));
  if (!bytes.has_value() || bytes->size() <= kIdBytes) {
    return Malformed(absl::StrCat("note's signature of ", name,
                                  " is not base64 of a key id and at least one byte"));
  }
  Signature signature{std::string(name), 0, bytes->substr(kIdBytes)};
  for (size_t i = 0; i < kIdBytes; ++i) {
    signature.key_id = signature.key_id << 8 | static_cast<uint8_t>((*bytes)[i]);
  }
  return signature;
}

absl::StatusOr<Note> ParseNote(absl::string_view bytes) {
  if (bytes.size() > kNoteBytesMax) {
    return Malformed(absl::StrCat("note has ", bytes.size(), " bytes, limit ", kNoteBytesMax));
  }
  RETURN_IF_ERROR(CheckCharacters(bytes));
  const size_t blank = bytes.rfind(kBlankLine);
  if (blank == absl::string_view::npos) {
    return Malformed("note has no empty line between text and signatures");
  }
  Note note{std::string(bytes.substr(0, blank + 1)), {}};
  absl::string_view rest = bytes.substr(blank + 2);
  while (!rest.empty()) {
    if (note.signatures.size() == kNoteSignaturesMax) {
      return Malformed(absl::StrCat("note has over ", kNoteSignaturesMax, " signatures"));
    }
    const size_t end = rest.find('\n');
    const size_t size = end == absl::string_view::npos ? rest.size() : end + 1;
    ASSIGN_OR_RETURN(Signature signature, ParseSignature(rest.substr(0, size)));
    note.signatures.push_back(std::move(signature));
    rest.remove_prefix(size);
  }
  if (note.signatures.empty()) return Malformed("note has no signature");
  return note;
}

std::string FormatSignature(const Signature& signature) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(signature.key_id >> shift & 0xff));
  }
  bytes.append(signature.bytes);
  return absl::StrCat(kSignaturePrefix, signature.key_name, " ", absl::Base64Escape(bytes), "\n");
}

std::string FormatNote(const Note& note) {
  std::string bytes = absl::StrCat(note.text, "\n");
  for (const Signature& signature : note.signatures) {
    absl::StrAppend(&bytes, FormatSignature(signature));
  }
  const absl::StatusOr<Note> read = ParseNote(bytes);
  CHECK(read.ok() && read->text == note.text && read->signatures == note.signatures);
  return bytes;
}

absl::StatusOr<std::vector<bool>> VerifySignatures(const Note& note,
                                                   absl::Span<const VerifierKey> keys) {
  std::vector<bool> signed_by(keys.size());
  for (const Signature& signature : note.signatures) {
    for (size_t i = 0; i < keys.size(); ++i) {
      if (!keys[i].Made(signature)) continue;
      if (!keys[i].Verifies(note.text, signature)) {
        return Error(absl::StatusCode::kInvalidArgument, "SIGNATURE_INVALID",
                     absl::StrCat("signature: that of ", signature.key_name,
                                  " does not verify with its key"));
      }
      signed_by[i] = true;
    }
  }
  return signed_by;
}

}  // namespace trellis::proofs
