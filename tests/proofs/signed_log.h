// A log with witnesses, and what becomes of a text by one mistake.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "proofs/checkpoint.h"
#include "proofs/key.h"
#include "proofs/merkle.h"
#include "proofs/note.h"

namespace trellis::proofs::testing {

// Keys of these tests alone.
inline const SignerKey& LogKey() {
  static const SignerKey key = *SignerKey::Parse(
      "PRIVATE+KEY+ledger.example/log+371426bd+Ac4lbPkJF3lnlPyHFChR/4dLOwcJpsCFiXW0/XXfw7XT");
  return key;
}

inline const SignerKey& WitnessKey(size_t number) {
  static const std::array<SignerKey, 3> keys = {
      *SignerKey::Parse("PRIVATE+KEY+witness.example/governor+ff6cf07d+"
                        "BAXkBX90hRWemYb80axU94jXtdnC7gPJBpJxmy9Gq/0/"),
      *SignerKey::Parse("PRIVATE+KEY+witness.example/trust+b6b37423+"
                        "BNziHfkoppd4qXBMb1L3g2kHAT5kRroreVL6MU6jcaOY"),
      *SignerKey::Parse("PRIVATE+KEY+witness.example/body+183770cd+"
                        "BK/dgtV1rwpi2lsa42C6xLJ3mWfM9GNLdGZdyGtJz6xj")};
  return keys[number];
}

// Signs as nobody that these tests know.
inline const SignerKey& StrangerKey() {
  static const SignerKey key = *SignerKey::Generate("stranger.example", KeyType::kNote);
  return key;
}

inline absl::Time SomeTime() { return absl::FromUnixSeconds(1'679'315'147); }

// `checkpoint`, signed by the log and then by witnesses.
inline Note Signed(const Checkpoint& checkpoint, const std::vector<size_t>& witnesses = {}) {
  Note note;
  note.text = FormatCheckpoint(checkpoint);
  note.signatures.push_back(LogKey().Sign(note.text));
  for (const size_t witness : witnesses) {
    note.signatures.push_back(WitnessKey(witness).Cosign(note.text, SomeTime()));
  }
  return note;
}

// Calls `visit` with each text that `text` becomes by one mistake, and where the mistake is: bytes
// that are changed, missing, doubled, inserted or swapped, an end that is missing, lines that are
// missing, doubled or swapped.
inline void ForEachMistake(const std::string& text,
                           const std::function<void(const std::string&, size_t)>& visit) {
  const auto put = [&](size_t at, size_t removed, const std::string& instead) {
    std::string wrong = text;
    wrong.replace(at, removed, instead);
    if (wrong != text) visit(wrong, at);
  };
  for (size_t i = 0; i < text.size(); ++i) {
    for (const int flip : {0x01, 0x02, 0x20, 0x80}) {
      put(i, 1, std::string(1, static_cast<char>(text[i] ^ flip)));
    }
    for (const char c : {'\n', ' ', '+', '0', 'A', '=', '\0', '\r', '\xff'}) {
      put(i, 1, std::string(1, c));
      put(i, 0, std::string(1, c));
    }
    put(i, 1, "");
    put(i, 1, std::string(2, text[i]));
    if (i > 0) put(i - 1, 2, {text[i], text[i - 1]});
    put(i, text.size() - i, "");
  }
  std::vector<size_t> starts = {0};
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') starts.push_back(i + 1);
  }
  for (size_t i = 0; i + 1 < starts.size(); ++i) {
    const size_t size = starts[i + 1] - starts[i];
    const std::string line = text.substr(starts[i], size);
    put(starts[i], size, "");
    put(starts[i], 0, line);
    for (size_t j = i + 1; j + 1 < starts.size(); ++j) {
      std::string swapped = text;
      const size_t other = starts[j + 1] - starts[j];
      swapped.replace(starts[j], other, line);
      swapped.replace(starts[i], size, text.substr(starts[j], other));
      if (swapped != text) visit(swapped, starts[i]);
    }
  }
}

}  // namespace trellis::proofs::testing
