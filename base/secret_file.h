// Secrets on disk: small texts for their owner's eyes alone, such as private keys.
//
// Errors call the file a key file and give its path; none holds anything of what is in it.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace trellis {

// A text that is overwritten before its memory is given back.
class SecretText {
 public:
  explicit SecretText(std::string text) : text_(std::move(text)) {}
  SecretText(SecretText&&) = default;
  SecretText& operator=(SecretText&&) = delete;
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
  ~SecretText();

  absl::string_view view() const { return text_; }

 private:
  std::string text_;
};

// No secret is longer.
inline constexpr size_t kSecretFileBytesMax = 1024;

// The first kSecretFileBytesMax bytes of the file at `path`. NOT_FOUND (KEY_FILE_MISSING);
// FAILED_PRECONDITION (KEY_FILE_EXPOSED) unless it is a regular file that belongs to who runs this
// program and has mode 0600 exactly; UNAVAILABLE (KEY_FILE_UNREADABLE) if the disk does not answer.
absl::StatusOr<SecretText> ReadSecretFile(absl::string_view path);

// Makes a file at `path` with `text`, mode 0600, and syncs it and its directory: once this is OK
// the secret is there after a power cut. Never replaces a file: ALREADY_EXISTS (KEY_FILE_EXISTS).
// UNAVAILABLE (KEY_FILE_UNREADABLE) if the disk does not take it; no file is left then.
absl::Status WriteSecretFile(absl::string_view path, absl::string_view text);

// Gives the file at `from` the name `to`, and syncs the directory of both: what was at `to` is gone
// then. UNAVAILABLE (KEY_FILE_UNREADABLE) if the disk does not take it; which of the two is at `to`
// shows after a restart then.
absl::Status RenameSecretFile(absl::string_view from, absl::string_view to);

}  // namespace trellis
