// Tokens that were verified, so that each is verified once and not for every call.
#pragma once

#include <array>
#include <list>
#include <memory>
#include <unordered_map>
#include <utility>

#include "absl/time/time.h"
#include "base/digest.h"
#include "base/mutex.h"
#include "identity/claims.h"

namespace trellis::identity {

// Each has about a KiB. Beyond them the one that was not asked for the longest gives way, and is
// verified again when it comes again.
inline constexpr size_t kTokensKept = 10'000;

// What is known of a token that was verified.
struct Verified {
  Claims claims;
  // Which key signed it: it is good as long as that is in force.
  Digest key;
};

// Thread-safe. In shards by the token's digest, each with a lock that is held for a look-up.
class TokenCache {
 public:
  // The token of this digest; null if it is not kept, or has expired.
  std::shared_ptr<const Verified> Find(const Digest& token, absl::Time now);
  void Put(const Digest& token, std::shared_ptr<const Verified> verified);
  void Erase(const Digest& token);

 private:
  static constexpr size_t kShards = 16;
  static constexpr size_t kKeptInShard = kTokensKept / kShards;

  struct Entry {
    Digest token;
    std::shared_ptr<const Verified> verified;
  };
  struct HashDigest {
    size_t operator()(const Digest& digest) const;
  };
  struct Shard {
    Mutex mutex;
    // The one that was asked for last is first.
    std::list<Entry> entries ABSL_GUARDED_BY(mutex);
    std::unordered_map<Digest, std::list<Entry>::iterator, HashDigest> by_token
        ABSL_GUARDED_BY(mutex);
  };

  Shard& ShardOf(const Digest& token) { return shards_[token.back() % kShards]; }

  std::array<Shard, kShards> shards_;
};

}  // namespace trellis::identity
