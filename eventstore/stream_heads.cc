#include "eventstore/stream_heads.h"

namespace trellis::eventstore {

std::optional<Revision> StreamHeads::Find(absl::string_view stream) {
  const auto found = heads_.find(stream);
  if (found == heads_.end()) return std::nullopt;
  by_use_.splice(by_use_.begin(), by_use_, found->second);
  return found->second->revision;
}

void StreamHeads::Set(absl::string_view stream, Revision revision) {
  const auto found = heads_.find(stream);
  if (found != heads_.end()) {
    by_use_.splice(by_use_.begin(), by_use_, found->second);
    found->second->revision = revision;
    return;
  }
  if (by_use_.size() == capacity_) {
    heads_.erase(by_use_.back().stream);
    by_use_.pop_back();
  }
  by_use_.push_front({std::string(stream), revision});
  heads_.emplace(by_use_.front().stream, by_use_.begin());
}

}  // namespace trellis::eventstore
