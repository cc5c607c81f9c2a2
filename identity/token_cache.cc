#include "identity/token_cache.h"

#include <cstring>

namespace trellis::identity {

size_t TokenCache::HashDigest::operator()(const Digest& digest) const {
  // Its bits are as good as any; only tokens that an issuer signed come here.
  size_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof(hash));
  return hash;
}

std::shared_ptr<const Verified> TokenCache::Find(const Digest& token, absl::Time now) {
  Shard& shard = ShardOf(token);
  MutexLock lock(shard.mutex);
  const auto found = shard.by_token.find(token);
  if (found == shard.by_token.end()) return nullptr;
  if (now >= found->second->verified->claims.expires) {
    shard.entries.erase(found->second);
    shard.by_token.erase(found);
    return nullptr;
  }
  shard.entries.splice(shard.entries.begin(), shard.entries, found->second);
  return found->second->verified;
}

void TokenCache::Put(const Digest& token, std::shared_ptr<const Verified> verified) {
  Shard& shard = ShardOf(token);
  MutexLock lock(shard.mutex);
  const auto found = shard.by_token.find(token);
  // Two calls with one token verified it at the same time, or its key's entry was renewed.
  if (found != shard.by_token.end()) {
    found->second->verified = std::move(verified);
    return;
  }
  if (shard.entries.size() == kKeptInShard) {
    shard.by_token.erase(shard.entries.back().token);
    shard.entries.pop_back();
  }
  shard.entries.push_front({token, std::move(verified)});
  shard.by_token.emplace(token, shard.entries.begin());
}

void TokenCache::Erase(const Digest& token) {
  Shard& shard = ShardOf(token);
  MutexLock lock(shard.mutex);
  const auto found = shard.by_token.find(token);
  if (found == shard.by_token.end()) return;
  shard.entries.erase(found->second);
  shard.by_token.erase(found);
}

}  // namespace trellis::identity
