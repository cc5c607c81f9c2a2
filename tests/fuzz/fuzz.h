// A fuzz target: a function that takes any bytes and crashes where what should hold does not.
//
// With the preset `fuzz` libFuzzer chooses the bytes; everywhere else replay_main.cc takes them
// from the corpus, as a test.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/check.h"
#include "base/error.h"
#include "proofs/text.h"

namespace trellis::fuzz {

// What each target defines, once.
void Try(absl::string_view bytes);

// `status` is OK, or an error that a caller can be told: with a reason, in text.
inline void CheckError(const absl::Status& status) {
  if (status.ok()) return;
  CHECK(!ErrorReason(status).empty());
  CHECK(!status.message().empty());
  CHECK(proofs::IsUtf8(status.message()));
}

}  // namespace trellis::fuzz
