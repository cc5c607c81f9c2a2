#include "services/rate_limiter.h"

#include <algorithm>
#include <arpa/inet.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "base/error.h"

namespace trellis::services {
namespace {

// When a place may have become free: calls take milliseconds, and whoever asks sooner only asks.
constexpr absl::Duration kPlaceDelay = absl::Milliseconds(100);

}  // namespace

absl::Duration RateLimiter::Refuse(Caller& caller, const RateLimit& limit, absl::Duration least) {
  const absl::Time now = caller.filled;
  // Also of a clock that was put back.
  caller.refused_until =
      std::clamp(caller.refused_until, now, now + kRetryMax) + absl::Seconds(1 / limit.per_second);
  return std::max(least, caller.refused_until - now);
}

absl::Status RateLimiter::TooFast(absl::string_view name, Caller& caller, const RateLimit& limit) {
  return WithRetryDelay(
      Error(absl::StatusCode::kResourceExhausted, "RATE_LIMITED",
            absl::StrCat(name, " calls too often, want at most ", limit.per_second, " a second"),
            {{"caller", std::string(name)}}),
      Refuse(caller, limit, absl::Seconds((1 - caller.tokens) / limit.per_second)));
}

absl::Status RateLimiter::TooMany(absl::string_view name, Caller& caller, const RateLimit& limit) {
  return WithRetryDelay(Error(absl::StatusCode::kResourceExhausted, "TOO_MANY_CALLS",
                              absl::StrCat(name, " has ", limit.at_once,
                                           " calls in progress, want no more at a time"),
                              {{"caller", std::string(name)}}),
                        Refuse(caller, limit, kPlaceDelay));
}

void RateLimiter::Place::Leave() {
  if (limiter_ != nullptr) limiter_->Leave(caller_);
  limiter_.reset();
}

RateLimiter::Caller& RateLimiter::Filled(absl::string_view caller, const RateLimit& limit) {
  const absl::Time now = clock_.Now();
  const auto [found, is_new] = callers_.try_emplace(caller);
  Caller& known = found->second;
  if (is_new) {
    known.tokens = limit.burst;
    known.filled = now;
    idle_.push_front(found->first);
    known.place = idle_.begin();
    if (idle_.size() > callers_max_) {
      callers_.erase(idle_.back());
      idle_.pop_back();
    }
    // Erasing leaves the others where they are.
    return known;
  }
  if (known.in_progress == 0) idle_.splice(idle_.begin(), idle_, known.place);
  // A clock that was put back fills nothing.
  if (now > known.filled) {
    const double flowed = absl::ToDoubleSeconds(now - known.filled) * limit.per_second;
    known.tokens = std::min(limit.burst, known.tokens + flowed);
  }
  known.filled = now;
  return known;
}

absl::StatusOr<std::shared_ptr<RateLimiter::Place>> RateLimiter::Enter(absl::string_view caller,
                                                                       const RateLimit& limit) {
  if (limit.is_none()) return nullptr;
  {
    MutexLock lock(mutex_);
    Caller& known = Filled(caller, limit);
    if (known.in_progress >= limit.at_once) return TooMany(caller, known, limit);
    if (known.tokens < 1) return TooFast(caller, known, limit);
    known.tokens -= 1;
    if (known.in_progress++ == 0) idle_.erase(known.place);
  }
  return std::make_shared<Place>(shared_from_this(), std::string(caller));
}

absl::Status RateLimiter::Check(absl::string_view caller, const RateLimit& limit) {
  if (limit.is_none()) return absl::OkStatus();
  MutexLock lock(mutex_);
  // Whoever was never counted is not remembered for having been asked about.
  if (!callers_.contains(caller)) return absl::OkStatus();
  Caller& known = Filled(caller, limit);
  return known.tokens < 1 ? TooFast(caller, known, limit) : absl::OkStatus();
}

absl::Status RateLimiter::Take(absl::string_view caller, const RateLimit& limit) {
  if (limit.is_none()) return absl::OkStatus();
  MutexLock lock(mutex_);
  Caller& known = Filled(caller, limit);
  if (known.tokens < 1) return TooFast(caller, known, limit);
  known.tokens -= 1;
  return absl::OkStatus();
}

void RateLimiter::Leave(const std::string& caller) {
  MutexLock lock(mutex_);
  const auto found = callers_.find(caller);
  CHECK(found != callers_.end() && found->second.in_progress > 0);
  if (--found->second.in_progress > 0) return;
  idle_.push_front(caller);
  found->second.place = idle_.begin();
  if (idle_.size() <= callers_max_) return;
  callers_.erase(idle_.back());
  idle_.pop_back();
}

size_t RateLimiter::size() const {
  MutexLock lock(mutex_);
  return callers_.size();
}

std::string AddressOf(absl::string_view peer) {
  if (absl::ConsumePrefix(&peer, "ipv4:")) return std::string(peer.substr(0, peer.rfind(':')));
  std::string address = absl::StrReplaceAll(peer, {{"%5B", "["}, {"%5D", "]"}, {"%25", "%"}});
  if (absl::StartsWith(address, "ipv6:")) address = address.substr(5, address.rfind(':') - 5);
  address = std::string(absl::StripSuffix(absl::StripPrefix(address, "["), "]"));
  // A zone such as %eth0 says over which card, and nothing of who it is.
  address = address.substr(0, address.find('%'));
  in6_addr v6{};
  if (inet_pton(AF_INET6, address.c_str(), &v6) != 1) return address;
  char text[INET6_ADDRSTRLEN] = {};
  if (IN6_IS_ADDR_V4MAPPED(&v6)) {
    inet_ntop(AF_INET, &v6.s6_addr[12], text, sizeof(text));
    return text;
  }
  std::fill(&v6.s6_addr[8], &v6.s6_addr[16], uint8_t{0});
  inet_ntop(AF_INET6, &v6, text, sizeof(text));
  return absl::StrCat(text, "/64");
}

}  // namespace trellis::services
