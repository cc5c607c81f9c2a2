// A small OpenID provider, for tests and for trying things offline: it believes everybody.
//
//   GET  /.well-known/openid-configuration   where its keys are
//   GET  /keys                               the JSON Web Key Set
//   POST /token                              grant_type=client_credentials, with client_id and
//                                            client_secret; or grant_type=subject, with subject:
//                                            the token of a person, no password asked
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/clock.h"
#include "nlohmann/json.hpp"
#include "tests/support/signing_key.h"

namespace trellis::testing {

// Whom it gives tokens.
struct Registered {
  // A program for itself, with the secret that it must know; else a person.
  std::optional<std::string> secret;
  // The `scope` of its tokens.
  std::string scope;
};

// Lines `user SUBJECT [SCOPE...]` and `client ID SECRET [SCOPE...]`; empty ones and those that
// begin with # are passed over. INVALID_ARGUMENT says which line is wrong.
absl::StatusOr<std::map<std::string, Registered>> ParseRegister(absl::string_view text);

// An answer instead of the true one.
struct Answer {
  int status = 200;
  std::string body;
  std::string location;
};

// Thread-safe.
class OpenIdProvider {
 public:
  struct Options {
    std::string host = "127.0.0.1";
    // 0: any that is free.
    int port = 0;
    std::string audience = "trellis";
    absl::Duration lifetime = absl::Minutes(5);
    std::map<std::string, Registered> registered = {};
  };

  // `clock` must outlive it. UNAVAILABLE if it cannot listen there.
  static absl::StatusOr<std::unique_ptr<OpenIdProvider>> Start(const Clock& clock, Options options);
  // Lets go whom it holds, and goes away.
  ~OpenIdProvider();
  OpenIdProvider(const OpenIdProvider&) = delete;
  OpenIdProvider& operator=(const OpenIdProvider&) = delete;

  // http://HOST:PORT
  std::string issuer() const;
  std::string keys_address() const;

  // A good token of `subject` for `client`, signed with the first key.
  std::string Issue(const std::string& subject, const std::string& client,
                    const std::string& scope = "") const;

  // Publishes these, and signs with the first; at the start it is one new key.
  void SetKeys(std::vector<SigningKey> keys);
  // Publishes and signs with a new key, of P-256, and with no other.
  void Rotate();
  void SetCacheControl(const std::string& value);
  // How it answers whoever wants its keys, or its discovery document; none: truly.
  void AnswerKeys(std::optional<Answer> answer);
  void AnswerDiscovery(std::optional<Answer> answer);

  // Keeps those who want its keys waiting, until they are released.
  void Hold();
  void Release();
  // How often somebody has wanted its keys, whatever the answer; and waits until it is so often.
  int fetches() const;
  void AwaitFetches(int count) const;

 private:
  class Impl;
  explicit OpenIdProvider(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace trellis::testing
