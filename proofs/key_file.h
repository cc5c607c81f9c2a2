// Private keys on disk: one line, for its owner's eyes alone.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proofs/key.h"

namespace trellis::proofs {

// The key in the file at `path`. No error holds anything of what is in the file. NOT_FOUND
// (KEY_FILE_MISSING); FAILED_PRECONDITION (KEY_FILE_EXPOSED) unless it is a regular file that
// belongs to who runs this program and has mode 0600 exactly; UNAVAILABLE (KEY_FILE_UNREADABLE) if
// the disk does not answer; KEY_MALFORMED if it holds anything but one line with a key.
absl::StatusOr<SignerKey> ReadKeyFile(absl::string_view path);

// Makes a file at `path` with `key`, mode 0600, and syncs it and its directory: once this is OK the
// key is there after a power cut. Never replaces a file: ALREADY_EXISTS (KEY_FILE_EXISTS).
// UNAVAILABLE (KEY_FILE_UNREADABLE) if the disk does not take it; no file is left then.
absl::Status WriteKeyFile(absl::string_view path, const SignerKey& key);

// Gives the file at `from` the name `to`, and syncs the directory of both: the key that was at `to`
// is gone then. UNAVAILABLE (KEY_FILE_UNREADABLE) if the disk does not take it; which of the two
// is at `to` shows after a restart then.
absl::Status RenameKeyFile(absl::string_view from, absl::string_view to);

}  // namespace trellis::proofs
