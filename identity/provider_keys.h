// An issuer's keys, fetched from its provider and kept.
//
// Operation.   A thread of its own fetches the key set: at once, then whenever the provider's
//              Cache-Control says (at least kRefreshMin, at most kRefreshMax later), and when a
//              token names a key that is not in it (kTriesApart at most). So a call waits only if
//              there are no keys in force, or its key is unknown; all that wait, wait for one
//              fetch.
// Away.        While the provider cannot be reached, or sends no key set, the last one stays in
//              force until it is kInForceMax old.
// Concurrency. Thread-safe.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/digest.h"
#include "base/mutex.h"
#include "identity/key_source.h"

namespace trellis::identity {

// The bounds of a max-age of Cache-Control; without one, the lower bound. The upper one is an hour
// less than kInForceMax, so that there is time for a further attempt.
inline constexpr absl::Duration kRefreshMin = absl::Minutes(5);
inline constexpr absl::Duration kRefreshMax = absl::Hours(23);
inline constexpr absl::Duration kInForceMax = absl::Hours(24);
// From the beginning of one fetch to that of the next, whoever asks: with keys in force, so that
// made-up names of keys are no load on the provider; and without.
inline constexpr absl::Duration kTriesApart = absl::Seconds(30);
inline constexpr absl::Duration kTriesApartWithoutKeys = absl::Seconds(5);

// How long a key set may be used without asking again, by its Cache-Control (RFC 9111).
absl::Duration RefreshAfter(absl::string_view cache_control);

class ProviderKeys final : public KeySource {
 public:
  // As KeySource::Open's, with addresses that may be asked (http_get.h).
  ProviderKeys(std::string issuer, std::string keys, const Clock& clock);
  // Does not wait for an answer of the provider.
  ~ProviderKeys() override;

  absl::StatusOr<KeySetPointer> Keys() override;
  absl::StatusOr<KeySetPointer> NewerKeys() override;

 private:
  struct Fetched {
    KeySetPointer keys;
    Digest digest;
    absl::Duration refresh_after;
  };

  void Run(const std::stop_token& stop);
  // Waits until it is time for a fetch; false if it is time to stop.
  bool AwaitTurn();
  absl::StatusOr<Fetched> Fetch(const std::stop_token& stop) const;
  absl::StatusOr<std::string> KeysAddress(const std::stop_token& stop) const;
  void Keep(absl::StatusOr<Fetched> fetched);

  bool InForce(absl::Time now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Duration TriesApart(absl::Time now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Waits for the fetch under way, or for a new one if it is time for that.
  void AwaitFetch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<KeySetPointer> Current() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string issuer_;
  const std::string keys_address_;
  const Clock& clock_;

  mutable Mutex mutex_;
  CondVar wake_;
  CondVar ended_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  bool fetching_ ABSL_GUARDED_BY(mutex_) = false;
  // Somebody waits for a fetch that has not begun.
  bool wanted_ ABSL_GUARDED_BY(mutex_) = true;
  // Fetches that have ended.
  uint64_t fetches_ ABSL_GUARDED_BY(mutex_) = 0;
  // When the last one began, and when the next is due.
  absl::Time began_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Time due_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  // The last key set, the digest of its document, and when the fetch began that brought it.
  KeySetPointer keys_ ABSL_GUARDED_BY(mutex_);
  Digest digest_ ABSL_GUARDED_BY(mutex_){};
  absl::Time as_of_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  std::jthread thread_;
};

}  // namespace trellis::identity
