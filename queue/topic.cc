#include "queue/topic.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"

namespace trellis::queue {

Topic::Topic(std::string name) : name_(std::move(name)), kept_(kKeptMessages) {}

absl::StatusOr<std::vector<MessagePointer>> Topic::Read(Number first, size_t count) {
  std::vector<MessagePointer> messages;
  uint64_t forgotten = 0;
  {
    MutexLock lock(mutex_);
    forgotten = forgotten_;
    for (Number number = first; messages.size() < count; ++number) {
      const MessagePointer& kept = kept_[number % kKeptMessages];
      if (kept == nullptr || kept->number() != number) break;
      messages.push_back(kept);
    }
  }
  const Number end = last();
  // A stretch of numbers may be empty: what follows it counts.
  for (Number number = first; messages.empty() && number <= end; number += kReadMessages) {
    ASSIGN_OR_RETURN(messages, Load(number, std::min(end, number + kReadMessages - 1)));
    Keep(messages, forgotten);
  }
  if (messages.size() > count) messages.resize(count);
  return messages;
}

absl::StatusOr<MessagePointer> Topic::Find(Number number) {
  {
    MutexLock lock(mutex_);
    const MessagePointer& kept = kept_[number % kKeptMessages];
    if (kept != nullptr && kept->number() == number) return kept;
  }
  if (number == 0 || number > last()) return MessagePointer();
  // Not kept: one that is looked for by itself says nothing of what comes next.
  ASSIGN_OR_RETURN(const std::vector<MessagePointer> messages, Load(number, number));
  return messages.empty() ? MessagePointer() : messages.front();
}

absl::StatusOr<Number> Topic::FirstSince(absl::Time time) {
  // Times never go back, so that the first can be searched for.
  Number low = 1;
  Number high = last() + 1;
  while (low < high) {
    const Number middle = low + (high - low) / 2;
    ASSIGN_OR_RETURN(const std::vector<MessagePointer> found, Read(middle, 1));
    if (found.empty() || found.front()->publish_time() >= time) {
      high = middle;
    } else {
      low = found.front()->number() + 1;
    }
  }
  return low;
}

void Topic::Forget() {
  MutexLock lock(mutex_);
  ++forgotten_;
  std::fill(kept_.begin(), kept_.end(), nullptr);
  kept_bytes_ = 0;
}

void Topic::Keep(const std::vector<MessagePointer>& messages, uint64_t forgotten) {
  MutexLock lock(mutex_);
  if (forgotten != forgotten_) return;
  for (const MessagePointer& message : messages) {
    if (kept_bytes_ + message->bytes().size() > kKeptBytes) {
      std::fill(kept_.begin(), kept_.end(), nullptr);
      kept_bytes_ = 0;
    }
    MessagePointer& place = kept_[message->number() % kKeptMessages];
    if (place != nullptr) kept_bytes_ -= place->bytes().size();
    kept_bytes_ += message->bytes().size();
    place = message;
  }
}

}  // namespace trellis::queue
