// Ed25519 keys of signed notes, and what they sign (C2SP signed-note, tlog-cosignature).
//
// A key has a name, a type and an id: the first four bytes of SHA-256 over name, type and public
// key. Name and id say whose a signature is. Immutable and thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "openssl/types.h"

namespace trellis::proofs {

// The byte in a key's text that says what is signed. Others exist and are refused: ECDSA, RFC 6962
// tree heads, and ML-DSA, which OpenSSL 3.0 has not.
enum class KeyType : uint8_t {
  kNote = 0x01,         // The text of the note: a log's key.
  kCosignature = 0x04,  // The text behind a time: the key of a witness.
};

// One signature of a note.
struct Signature {
  std::string key_name;
  uint32_t key_id = 0;
  // Of kNote: 64 bytes. Of kCosignature: the time as 8 bytes, seconds since 1970, then 64.
  std::string bytes;

  friend bool operator==(const Signature&, const Signature&) = default;
};

// The public half: checks signatures.
class VerifierKey {
 public:
  // Reads `name+id+key`: the id as 8 lower-case hex digits, the key as base64 of its type and 32
  // bytes. INVALID_ARGUMENT (KEY_MALFORMED) otherwise, or if the id is not the one that follows.
  static absl::StatusOr<VerifierKey> Parse(absl::string_view text);
  // What Parse reads.
  std::string ToString() const;

  const std::string& name() const { return name_; }
  uint32_t id() const { return id_; }
  KeyType type() const { return type_; }
  const std::array<uint8_t, 32>& bytes() const { return bytes_; }

  // Whether name and id of `signature` are this key's: nothing is verified.
  bool Made(const Signature& signature) const {
    return signature.key_id == id_ && signature.key_name == name_;
  }
  // Whether `signature` is this key's, and of `text`.
  bool Verifies(absl::string_view text, const Signature& signature) const;

  friend bool operator==(const VerifierKey&, const VerifierKey&) = default;

 private:
  friend class SignerKey;
  VerifierKey(absl::string_view name, KeyType type, const std::array<uint8_t, 32>& bytes);

  std::string name_;
  KeyType type_;
  std::array<uint8_t, 32> bytes_;
  uint32_t id_;
};

// The private half: signs. Copies share the key, whose memory is cleared with the last of them.
class SignerKey {
 public:
  // A new key. INVALID_ARGUMENT (KEY_MALFORMED) if `name` can be no key's (IsKeyName).
  static absl::StatusOr<SignerKey> Generate(absl::string_view name, KeyType type);

  // Reads `PRIVATE+KEY+name+id+key`, the form of Go's sumdb/note: like a public key, but with the
  // private one's 32 bytes. KEY_MALFORMED as there; no error says anything of `text` but its name.
  static absl::StatusOr<SignerKey> Parse(absl::string_view text);
  // What Parse reads: a secret. Write it with WriteKeyFile, never to a log.
  std::string ToSecretString() const;

  const VerifierKey& verifier() const { return verifier_; }

  // Signs the text of a note, which ends with a line feed. Crashes unless the key is of kNote.
  Signature Sign(absl::string_view text) const;

  // Signs the text of a checkpoint as witnessed at `time` (whole seconds, from 1970 on). Crashes
  // unless the key is of kCosignature.
  Signature Cosign(absl::string_view text, absl::Time time) const;

 private:
  SignerKey(VerifierKey verifier, std::shared_ptr<EVP_PKEY> key)
      : verifier_(std::move(verifier)), key_(std::move(key)) {}
  std::string SignBytes(absl::string_view message) const;

  VerifierKey verifier_;
  std::shared_ptr<EVP_PKEY> key_;  // Shared since OpenSSL counts references itself; never changed.
};

// The time that a witness signed with the text. Nothing if `signature`, of a key of kCosignature,
// is too short to hold one, or holds one beyond 2^63 - 1.
std::optional<absl::Time> CosignatureTime(const Signature& signature);

}  // namespace trellis::proofs
