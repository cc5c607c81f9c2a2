#include "tests/simulation/oracle.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace trellis::testing {

using queue::AckResult;
using queue::ConsumerId;
using queue::Number;

namespace {

const char* NameOf(AckResult result) {
  switch (result) {
    case AckResult::kDone:
      return "done";
    case AckResult::kEarly:
      return "early";
    case AckResult::kUnordered:
      return "unordered";
    case AckResult::kInvalid:
      return "invalid";
  }
  return "unknown";
}

}  // namespace

void Oracle::Must(bool holds, const std::string& what) {
  if (!holds && fault_.empty()) fault_ = what;
}

void Oracle::Load(Lasting lasting) {
  const Number end = lasting_.end;
  lasting_ = std::move(lasting);
  while (lasting_.end < end) lasting_.undone.insert(++lasting_.end);
  known_.clear();
  limits_.clear();
}

void Oracle::Appended() { lasting_.undone.insert(++lasting_.end); }

void Oracle::Offered(Number number, const std::string& key, size_t bytes) {
  Must(lasting_.undone.contains(number), absl::StrCat(number, " is looked at though it is done"));
  known_[number] = {.key = key, .alone = !rules_.ordered || key.empty(), .bytes = bytes};
}

void Oracle::Redriven(Number number, size_t bytes) {
  // After a seek it may be on its way again already.
  if (lasting_.undone.contains(number) && !lasting_.redriven.contains(number)) return;
  lasting_.undone.insert(number);
  lasting_.redriven.insert(number);
  known_.try_emplace(number, Known{.alone = true, .bytes = bytes});
}

void Oracle::AddConsumer(ConsumerId consumer, const queue::FlowLimits& limits) {
  limits_[consumer] = limits;
}

bool Oracle::SameOrder(const Known& a, const Known& b) const {
  return !a.alone && !b.alone && a.key == b.key;
}

bool Oracle::HasRoom(ConsumerId consumer) const {
  const auto limits = limits_.find(consumer);
  if (limits == limits_.end()) return false;
  size_t messages = 0;
  size_t bytes = 0;
  for (const auto& [number, message] : known_) {
    if (message.holder != consumer) continue;
    ++messages;
    bytes += message.bytes;
  }
  return messages < limits->second.messages && bytes < limits->second.bytes;
}

bool Oracle::InOrder(Number number, const Known& message, ConsumerId consumer) const {
  for (const auto& [other, earlier] : known_) {
    if (other == number || !SameOrder(message, earlier)) continue;
    if (earlier.holder != 0 && earlier.holder != consumer) return false;
    if (other < number && earlier.holder != consumer && !earlier.early) return false;
  }
  return true;
}

bool Oracle::MayTake(Number number, const Known& message, ConsumerId consumer,
                     absl::Time now) const {
  return message.holder == 0 && !message.early && message.rests_until <= now &&
         InOrder(number, message, consumer);
}

void Oracle::Took(ConsumerId consumer, const std::optional<queue::Lease>& lease, absl::Time now,
                  absl::Time deadline) {
  const bool room = HasRoom(consumer);
  if (!lease.has_value()) {
    if (!room) return;
    for (const auto& [number, message] : known_) {
      Must(!MayTake(number, message, consumer, now),
           absl::StrCat(number, " waits, and consumer ", consumer, " does not get it"));
    }
    return;
  }
  const Number number = lease->number;
  Must(room, absl::StrCat("consumer ", consumer, " gets ", number, " and has no room"));
  const auto found = known_.find(number);
  Must(found != known_.end(), absl::StrCat(number, " is delivered though it is done"));
  if (found == known_.end()) return;
  Known& message = found->second;
  Must(MayTake(number, message, consumer, now),
       absl::StrCat(number, " of key '", message.key, "' is delivered out of its turn"));
  const auto failures = lasting_.failures.find(number);
  const uint32_t failed = failures == lasting_.failures.end() ? 0 : failures->second;
  Must(lease->attempt == failed + 1,
       absl::StrCat(number, " has attempt ", lease->attempt, " after ", failed, " failures"));
  message.holder = consumer;
  message.lease = lease->id;
  message.deadline = deadline;
  message.open.insert(lease->id);
}

void Oracle::Finish(Number number) {
  known_.erase(number);
  lasting_.undone.erase(number);
  lasting_.failures.erase(number);
  lasting_.redriven.erase(number);
}

void Oracle::Settle() {
  std::vector<Number> finished;
  for (const auto& [number, message] : known_) {
    if (!message.early) continue;
    const bool first = std::none_of(known_.begin(), known_.end(), [&](const auto& other) {
      return other.first < number && !other.second.early && SameOrder(message, other.second);
    });
    if (first) finished.push_back(number);
  }
  for (const Number number : finished) Finish(number);
}

void Oracle::Acknowledged(Number number, uint64_t lease, AckResult result) {
  const bool counted = result == AckResult::kDone || result == AckResult::kEarly;
  const auto found = known_.find(number);
  if (found == known_.end()) {
    const bool done = !lasting_.undone.contains(number) && number <= lasting_.end;
    // Exactly once, whose lease it was not may hear so, although it is done.
    Must(done ? result == AckResult::kDone || (rules_.exactly_once && result == AckResult::kInvalid)
              : result == AckResult::kInvalid,
         absl::StrCat("acknowledgement of ", number, ", which nobody has, is ", NameOf(result)));
    return;
  }
  Known& message = found->second;
  if (message.early) {
    Must(!counted || result == AckResult::kEarly,
         absl::StrCat(number, " is acknowledged early, and then done by another acknowledgement"));
    return;
  }
  const bool present = message.holder != 0 && message.lease == lease;
  Must(counted || !present, absl::StrCat("acknowledgement of ", number, " by its lease is lost"));
  if (!counted) return;
  Must(message.open.contains(lease),
       absl::StrCat("acknowledgement of ", number, " by lease ", lease, ", revoked, counts"));
  Must(present || !rules_.exactly_once,
       absl::StrCat("acknowledgement of ", number, " by lease ", lease, ", over, counts"));
  message.early = true;
  message.holder = 0;
  Settle();
  Must((result == AckResult::kEarly) == known_.contains(number),
       absl::StrCat("acknowledgement of ", number, " is ", NameOf(result)));
}

void Oracle::Extended(Number number, uint64_t lease, bool held, absl::Time deadline) {
  const auto found = known_.find(number);
  const bool present =
      found != known_.end() && found->second.holder != 0 && found->second.lease == lease;
  Must(held == present, absl::StrCat("lease ", lease, " of ", number, " is extended: ", held));
  if (present) found->second.deadline = deadline;
}

void Oracle::Nacked(Number number, uint64_t lease, bool held, absl::Time now) {
  const auto found = known_.find(number);
  const bool present =
      found != known_.end() && found->second.holder != 0 && found->second.lease == lease;
  Must(held == present, absl::StrCat("lease ", lease, " of ", number, " is given back: ", held));
  if (!present) return;
  found->second.open.erase(lease);
  Fail(number, now);
}

void Oracle::Fail(Number number, absl::Time now) {
  Known& failed = known_[number];
  failed.holder = 0;
  for (auto& [other, later] : known_) {
    if (other <= number || !SameOrder(failed, later)) continue;
    later.holder = 0;
    later.early = false;
    // Whoever had it had it too early: it comes again, after the one that failed.
    later.open.clear();
  }
  const uint32_t failures = ++lasting_.failures[number];
  if (failures == rules_.max_attempts) {
    lasting_.graves.emplace_back(number, failures);
    Finish(number);
    return;
  }
  absl::Duration rest = rules_.minimum_backoff;
  for (uint32_t i = 1; i < failures && rest < rules_.maximum_backoff; ++i) rest *= 2;
  failed.rests_until = now + std::min(rest, rules_.maximum_backoff);
}

void Oracle::Ticked(absl::Time now) {
  while (true) {
    // Whose deadline comes first fails first, and revokes what was handed out after it.
    auto first = known_.end();
    for (auto it = known_.begin(); it != known_.end(); ++it) {
      if (it->second.holder == 0 || it->second.deadline > now) continue;
      if (first == known_.end() || it->second.deadline < first->second.deadline) first = it;
    }
    if (first == known_.end()) return;
    Fail(first->first, now);
  }
}

void Oracle::Compare(const queue::Deliveries& deliveries) {
  const queue::Progress& progress = deliveries.progress();
  for (Number number = lasting_.end; number > 0 && number + 3000 > lasting_.end; --number) {
    const bool done = progress.done.Contains(number) && !progress.redriven.contains(number);
    Must(done != lasting_.undone.contains(number),
         absl::StrCat(number, done ? " is done, and nobody acknowledged it" : " is not done"));
  }
  Must(progress.done.floor() <= lasting_.end, "the floor is beyond the log");
  Must(progress.failures.size() == lasting_.failures.size(), "other messages have failed");
  for (const auto& [number, failures] : progress.failures) {
    const auto found = lasting_.failures.find(number);
    Must(found != lasting_.failures.end() && found->second == failures.count,
         absl::StrCat(number, " has ", failures.count, " failures"));
  }
  Must(deliveries.known() == known_.size(),
       absl::StrCat(deliveries.known(), " are known, want ", known_.size()));
  const auto leased = std::count_if(known_.begin(), known_.end(),
                                    [](const auto& message) { return message.second.holder != 0; });
  Must(deliveries.leased() == static_cast<size_t>(leased),
       absl::StrCat(deliveries.leased(), " are leased, want ", leased));
}

}  // namespace trellis::testing
