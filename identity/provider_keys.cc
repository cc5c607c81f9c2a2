#include "identity/provider_keys.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/error.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "identity/encoding.h"
#include "identity/http_get.h"

namespace trellis::identity {
namespace {

// OpenID Connect Discovery 1.0, section 4.
constexpr char kDiscoveryPath[] = "/.well-known/openid-configuration";

// The thread looks at the clock now and then, which may have been set.
constexpr absl::Duration kLongestNap = absl::Minutes(1);

}  // namespace

absl::Duration RefreshAfter(absl::string_view cache_control) {
  absl::Duration age = absl::ZeroDuration();
  for (absl::string_view directive : absl::StrSplit(cache_control, ',')) {
    directive = absl::StripAsciiWhitespace(directive);
    if (absl::EqualsIgnoreCase(directive, "no-store") ||
        absl::EqualsIgnoreCase(directive, "no-cache")) {
      return kRefreshMin;
    }
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(directive, '=');
    int64_t seconds = 0;
    if (absl::EqualsIgnoreCase(parts.first, "max-age") &&
        absl::SimpleAtoi(parts.second, &seconds)) {
      age = absl::Seconds(seconds);
    }
  }
  return std::clamp(age, kRefreshMin, kRefreshMax);
}

ProviderKeys::ProviderKeys(std::string issuer, std::string keys, const Clock& clock)
    : issuer_(std::move(issuer)),
      keys_address_(std::move(keys)),
      clock_(clock),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

ProviderKeys::~ProviderKeys() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
  }
  wake_.NotifyAll();
  ended_.NotifyAll();
  thread_.request_stop();
  thread_.join();
}

absl::StatusOr<KeySetPointer> ProviderKeys::Keys() {
  MutexLock lock(mutex_);
  const absl::Time now = clock_.Now();
  // The thread wakes by itself, but knows only of the time that passes while it waits.
  if (now >= due_) wake_.NotifyOne();
  if (!InForce(now)) AwaitFetch();
  return Current();
}

absl::StatusOr<KeySetPointer> ProviderKeys::NewerKeys() {
  MutexLock lock(mutex_);
  AwaitFetch();
  return Current();
}

bool ProviderKeys::InForce(absl::Time now) const {
  return keys_ != nullptr && now - as_of_ < kInForceMax;
}

absl::Duration ProviderKeys::TriesApart(absl::Time now) const {
  return InForce(now) ? kTriesApart : kTriesApartWithoutKeys;
}

void ProviderKeys::AwaitFetch() {
  const absl::Time now = clock_.Now();
  if (!fetching_ && !wanted_) {
    // A clock that was set back is no reason not to ask.
    if (now >= began_ && now - began_ < TriesApart(now)) return;
    wanted_ = true;
    wake_.NotifyOne();
  }
  // What is waited for is the network, in the machine's own time.
  const SystemClock machine;
  const absl::Time patience = machine.Now() + kFetchPatience;
  const uint64_t before = fetches_;
  while (fetches_ == before && !stopped_ && machine.Now() < patience) {
    ended_.WaitFor(mutex_, patience - machine.Now());
  }
}

absl::StatusOr<KeySetPointer> ProviderKeys::Current() const {
  if (InForce(clock_.Now())) return keys_;
  return WithRetryDelay(Error(absl::StatusCode::kUnavailable, "KEYS_UNAVAILABLE",
                              absl::StrCat("the keys of issuer ", issuer_, " cannot be had")),
                        kTriesApartWithoutKeys);
}

bool ProviderKeys::AwaitTurn() {
  MutexLock lock(mutex_);
  while (!stopped_ && !wanted_ && clock_.Now() < due_) {
    wake_.WaitFor(mutex_, std::min(due_ - clock_.Now(), kLongestNap));
  }
  if (stopped_) return false;
  wanted_ = false;
  fetching_ = true;
  began_ = clock_.Now();
  return true;
}

void ProviderKeys::Run(const std::stop_token& stop) {
  while (AwaitTurn()) Keep(Fetch(stop));
}

absl::StatusOr<ProviderKeys::Fetched> ProviderKeys::Fetch(const std::stop_token& stop) const {
  ASSIGN_OR_RETURN(const std::string address, KeysAddress(stop));
  ASSIGN_OR_RETURN(const Document document, HttpGet(address, stop));
  Fetched fetched{nullptr, Sha256(document.body), RefreshAfter(document.cache_control)};
  {
    // The same document again: the log has heard of its faults.
    MutexLock lock(mutex_);
    if (keys_ != nullptr && digest_ == fetched.digest) fetched.keys = keys_;
  }
  if (fetched.keys == nullptr) {
    ASSIGN_OR_RETURN(fetched.keys, KeySet::Parse(document.body));
  }
  return fetched;
}

absl::StatusOr<std::string> ProviderKeys::KeysAddress(const std::stop_token& stop) const {
  if (!keys_address_.empty()) return keys_address_;
  ASSIGN_OR_RETURN(const Document document,
                   HttpGet(absl::StrCat(absl::StripSuffix(issuer_, "/"), kDiscoveryPath), stop));
  const auto provider = ParseObject(document.body);
  const std::string* const issuer =
      provider.has_value() ? StringMember(*provider, "issuer") : nullptr;
  // Another's document would bring another's keys (Discovery, section 4.3).
  if (issuer == nullptr || *issuer != issuer_) {
    return absl::UnavailableError("discovery document: issuer: want the one that was asked");
  }
  const std::string* const address = StringMember(*provider, "jwks_uri");
  if (address == nullptr) return absl::UnavailableError("discovery document: want a jwks_uri");
  return *address;
}

void ProviderKeys::Keep(absl::StatusOr<Fetched> fetched) {
  MutexLock lock(mutex_);
  fetching_ = false;
  ++fetches_;
  if (fetched.ok()) {
    if (keys_ != fetched->keys) Log("identity.keys_read", {{"from", issuer_}});
    keys_ = std::move(fetched->keys);
    digest_ = fetched->digest;
    as_of_ = began_;
    due_ = began_ + fetched->refresh_after;
  } else {
    due_ = began_ + TriesApart(began_);
    if (!stopped_) {
      Log("identity.keys_not_read",
          {{"from", issuer_}, {"why", std::string(fetched.status().message())}});
    }
  }
  ended_.NotifyAll();
}

}  // namespace trellis::identity
