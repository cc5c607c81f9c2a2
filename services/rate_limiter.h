// How much one caller may ask for: so many calls a second, and so many at a time. One noisy client
// then takes from the others no more than its share.
//
// Operation.   A bucket of tokens for each caller, refilled all the time, from which a call takes
//              one; and a count of the calls that are not answered yet. A refused call takes
//              nothing. Those refused are told to come back one after the other, at the pace that
//              the limit allows: each waits longer than the one before, up to kRetryMax.
// Concurrency. Thread-safe.
// Limits.      Remembers `callers_max` callers with no call in progress, the last ones; one that
//              was forgotten begins with a full bucket.
#pragma once

#include <cstddef>
#include <limits>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"

namespace trellis::services {

struct RateLimit {
  // Calls a second that can go on for ever.
  double per_second = std::numeric_limits<double>::infinity();
  // Calls that can come at once after a time without any; at least 1.
  double burst = std::numeric_limits<double>::infinity();
  // Calls that are not answered yet, streams among them.
  int at_once = std::numeric_limits<int>::max();

  bool is_none() const { return *this == RateLimit(); }
  bool operator==(const RateLimit&) const = default;
};

struct RateLimits {
  // A person's programs make some ten calls for each page they show.
  RateLimit person = {.per_second = 200, .burst = 1'000, .at_once = 64};
  // A nightly synchronisation sends a school's records one by one and wants an end before morning;
  // its consumers hold a stream each.
  RateLimit service = {.per_second = 2'000, .burst = 10'000, .at_once = 256};
  // Calls with credentials that are none, of one network address: checking a signature costs 0.1 ms
  // of a processor. A whole school may be behind one address, hence more than anybody needs.
  RateLimit failures = {.per_second = 50, .burst = 500};
  // Requests to the HTTP port of one address: whoever audits the tree asks for a tile for every 256
  // records. At once: connections, of which a browser has six.
  RateLimit pages = {.per_second = 1'000, .burst = 2'000, .at_once = 32};

  static RateLimits None() { return {{}, {}, {}, {}}; }
};

class RateLimiter : public std::enable_shared_from_this<RateLimiter> {
 public:
  // Of each list below; a caller takes about 200 bytes.
  static constexpr size_t kCallersMax = 10'000;
  // Beyond it nobody waits for the others; whoever has a deadline should still hear the reason.
  static constexpr absl::Duration kRetryMax = absl::Seconds(5);

  // One call in progress; gives its place back when it is left or goes. Keeps its limiter.
  class Place {
   public:
    Place(std::shared_ptr<RateLimiter> limiter, std::string caller)
        : limiter_(std::move(limiter)), caller_(std::move(caller)) {}
    ~Place() { Leave(); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    // The call is answered. Not thread-safe.
    void Leave();

   private:
    std::shared_ptr<RateLimiter> limiter_;
    const std::string caller_;
  };

  // `clock` must outlive all calls of Enter, Check and Take.
  static std::shared_ptr<RateLimiter> Create(const Clock& clock, size_t callers_max = kCallersMax) {
    return std::shared_ptr<RateLimiter>(new RateLimiter(clock, callers_max));
  }

  // A call of `caller`, an id that errors name; null if the limit is none. RESOURCE_EXHAUSTED, with
  // a RetryInfo that says when to try again: RATE_LIMITED if there were too many a second,
  // TOO_MANY_CALLS if too many are not answered yet.
  absl::StatusOr<std::shared_ptr<Place>> Enter(absl::string_view caller, const RateLimit& limit);

  // RATE_LIMITED if the caller's bucket is empty. Takes nothing.
  absl::Status Check(absl::string_view caller, const RateLimit& limit);
  // Takes a token, if there is one: of what is known only afterwards to have been a call to count.
  absl::Status Take(absl::string_view caller, const RateLimit& limit);

  // Callers that are remembered now.
  size_t size() const;

 private:
  struct Caller {
    double tokens = 0;
    absl::Time filled;
    int in_progress = 0;
    // When the last one that was refused may come back.
    absl::Time refused_until = absl::InfinitePast();
    // Where in `idle_` it stands, if nothing is in progress.
    std::list<std::string>::iterator place;
  };

  RateLimiter(const Clock& clock, size_t callers_max) : clock_(clock), callers_max_(callers_max) {}

  // The caller with what flowed into its bucket since; its place is the last to be forgotten.
  Caller& Filled(absl::string_view caller, const RateLimit& limit)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // A refused call of the caller, who was filled just now: when it may come back, `least` at least.
  static absl::Duration Refuse(Caller& caller, const RateLimit& limit, absl::Duration least);
  static absl::Status TooFast(absl::string_view name, Caller& caller, const RateLimit& limit);
  static absl::Status TooMany(absl::string_view name, Caller& caller, const RateLimit& limit);
  void Leave(const std::string& caller);

  const Clock& clock_;
  const size_t callers_max_;
  mutable Mutex mutex_;
  absl::flat_hash_map<std::string, Caller> callers_ ABSL_GUARDED_BY(mutex_);
  // Those with nothing in progress; who called last stands first.
  std::list<std::string> idle_ ABSL_GUARDED_BY(mutex_);
};

// What an address counts as: gRPC's `ipv4:10.0.0.1:4711` or a bare one without its port, and of
// IPv6 the network of 64 bits, of which whoever has one address has all.
std::string AddressOf(absl::string_view peer);

}  // namespace trellis::services
