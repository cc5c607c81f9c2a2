#include "tests/simulation/world.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace trellis::testing {
namespace {

using queue::Number;

constexpr uint64_t kKeys = 12;
// As many as make long queues behind a message that fails, and are looked at quickly.
constexpr size_t kBacklog = 60;
constexpr size_t kLateMax = 200;
constexpr Number kSeekBack = 80;

std::string CursorBytes(const queue::Progress& progress) {
  return queue::ToCursor(progress).SerializeAsString();
}

queue::Progress ProgressOf(const std::string& bytes) {
  queue::v1::Cursor cursor;
  CHECK(cursor.ParseFromString(bytes));
  return queue::FromCursor(cursor);
}

}  // namespace

World::World(const queue::DeliveryRules& rules, uint64_t seed)
    : rules_(rules), random_(seed), oracle_(rules) {
  Begin({}, {});
}

void World::Begin(queue::Progress progress, Oracle::Lasting lasting) {
  session_ = random_();
  const std::vector<Number> redriven(progress.redriven.begin(), progress.redriven.end());
  deliveries_ = std::make_unique<queue::Deliveries>(rules_, std::move(progress));
  oracle_.Load(std::move(lasting));
  for (const Number number : redriven) {
    deliveries_->Redrive(number, At(number).bytes);
    oracle_.Redriven(number, At(number).bytes);
  }
  for (Consumer& consumer : consumers_) Arrive(consumer);
}

// A consumer that vanishes comes back as another one, and its leases go on for a while.
void World::Arrive(Consumer& consumer) {
  consumer.id = ++last_consumer_;
  const queue::FlowLimits limits{.messages = 1 + Draw(12), .bytes = 200 + Draw(2000)};
  deliveries_->AddConsumer(consumer.id, limits);
  oracle_.AddConsumer(consumer.id, limits);
  for (const AckId& id : consumer.held) late_.push_back(id);
  consumer.held.clear();
  while (late_.size() > kLateMax) late_.pop_front();
}

void World::Append() {
  if (oracle_.lasting().undone.size() >= kBacklog) return;
  log_.push_back({.key = Chance(20) ? "" : absl::StrCat("plan", Draw(kKeys)),
                  .bytes = 1 + Draw(300),
                  .wanted = !Chance(10),
                  .poison = Chance(40)});
  oracle_.Appended();
}

void World::Look() {
  for (uint64_t i = Draw(8); i > 0 && deliveries_->next() <= log_.size(); --i) {
    const Number number = deliveries_->next();
    const Event& event = At(number);
    if (event.wanted) {
      deliveries_->Offer(event.key, event.bytes);
      oracle_.Offered(number, event.key, event.bytes);
    } else {
      deliveries_->Skip();
      oracle_.Skipped(number);
    }
  }
}

void World::Take(Consumer& consumer) {
  const absl::Time deadline = now_ + absl::Seconds(10 + Draw(5));
  for (uint64_t i = 1 + Draw(4); i > 0; --i) {
    const std::optional<queue::Lease> lease = deliveries_->Take(consumer.id, now_, deadline);
    oracle_.Took(consumer.id, lease, now_, deadline);
    if (!lease.has_value()) return;
    ++happened_.delivered;
    consumer.held.push_back({.session = session_, .number = lease->number, .lease = lease->id});
  }
}

void World::Acknowledge(const AckId& id) {
  // As Subscription does: a session is all that an ack id of before has.
  if (id.session != session_) return;
  const queue::AckResult result = deliveries_->Acknowledge(id.number, id.lease, now_);
  oracle_.Acknowledged(id.number, id.lease, result);
}

// A consumer does something with one of its messages; often with the one it has had longest.
void World::Answer(Consumer& consumer) {
  if (consumer.held.empty()) return;
  const size_t index = Chance(3) ? Draw(consumer.held.size()) : 0;
  const AckId id = consumer.held[index];
  const uint64_t what = Draw(20);
  if (what == 0) {
    const absl::Time deadline = now_ + absl::Seconds(10 + Draw(60));
    if (id.session != session_) return;
    oracle_.Extended(id.number, id.lease, deliveries_->Extend(id.number, id.lease, deadline),
                     deadline);
    return;
  }
  consumer.held.erase(consumer.held.begin() + static_cast<std::ptrdiff_t>(index));
  if (what <= 3 || At(id.number).poison) {
    late_.push_back(id);
    if (id.session != session_) return;
    ++happened_.nacked;
    oracle_.Nacked(id.number, id.lease, deliveries_->Nack(id.number, id.lease, now_), now_);
  } else if (what <= 5) {
    // Lost on the way, or only late.
    late_.push_back(id);
  } else {
    ++happened_.acknowledged;
    Acknowledge(id);
    if (Chance(10)) late_.push_back(id);
  }
}

void World::Forge() {
  if (!late_.empty() && !Chance(4)) {
    ++happened_.late;
    const AckId id = late_[Draw(late_.size())];
    if (Chance(3) && id.session == session_) {
      oracle_.Nacked(id.number, id.lease, deliveries_->Nack(id.number, id.lease, now_), now_);
    } else {
      Acknowledge(id);
    }
    return;
  }
  // One that was never given out.
  Acknowledge({.session = session_, .number = 1 + Draw(log_.size() + 5), .lease = 1ULL << 60U});
}

void World::Wait(absl::Duration time) {
  now_ += time;
  deliveries_->Tick(now_);
  oracle_.Ticked(now_);
}

void World::BeginWrite() {
  if (write_.has_value()) return;
  write_.emplace();
  write_->cursor = CursorBytes(deliveries_->progress());
  for (const queue::DeadLetter& letter : deliveries_->dead_letters()) {
    write_->graves.emplace_back(letter.number, letter.attempts);
  }
  write_->burying = write_->graves.size();
  write_->redriven = std::exchange(redriven_, {});
  write_->expected = oracle_.lasting();
}

void World::EndWrite() {
  if (!write_.has_value()) return;
  disk_.cursor = write_->cursor;
  disk_.graves.insert(disk_.graves.end(), write_->graves.begin(), write_->graves.end());
  happened_.dead += static_cast<int64_t>(write_->graves.size());
  disk_.redriven.resize(disk_.graves.size());
  for (const size_t grave : write_->redriven) disk_.redriven[grave] = true;
  disk_.expected = std::move(write_->expected);
  deliveries_->Buried(write_->burying);
  write_.reset();
  oracle_.Must(disk_.graves == disk_.expected.graves, "other dead letters are stored");
}

// As the control calls of a subscription do: what comes after it is on the disk.
void World::WriteAll() {
  EndWrite();
  BeginWrite();
  EndWrite();
}

void World::Crash() {
  ++happened_.crashes;
  // It may have come to the disk or not.
  if (write_.has_value() && Chance(2)) EndWrite();
  if (write_.has_value()) ++happened_.lost_writes;
  write_.reset();
  redriven_.clear();
  Begin(ProgressOf(disk_.cursor), disk_.expected);
}

void World::Seek() {
  ++happened_.seeks;
  WriteAll();
  Oracle::Lasting lasting;
  queue::Progress progress;
  if (snapshot_.has_value() && Chance(2)) {
    progress = ProgressOf(snapshot_->cursor);
    progress.failures.clear();
    lasting = snapshot_->expected;
    lasting.failures.clear();
  } else {
    const Number end = log_.size();
    const Number floor = end - std::min(end, Draw(kSeekBack));
    progress.done = queue::NumberSet(floor);
    lasting.end = floor;
  }
  lasting.graves = disk_.graves;
  Begin(std::move(progress), std::move(lasting));
  if (!Chance(3)) WriteAll();
}

void World::MakeSnapshot() {
  WriteAll();
  snapshot_ = {.cursor = disk_.cursor, .expected = disk_.expected};
}

void World::Redrive() {
  if (disk_.graves.empty()) return;
  const size_t grave = disk_.graves.size() - 1 - Draw(std::min<size_t>(disk_.graves.size(), 8));
  const Number number = disk_.graves[grave].first;
  // A person may do it twice.
  if (disk_.redriven[grave] && !Chance(4)) return;
  ++happened_.redriven;
  deliveries_->Redrive(number, At(number).bytes);
  oracle_.Redriven(number, At(number).bytes);
  redriven_.push_back(grave);
  if (!Chance(3)) WriteAll();
}

void World::Delete() {
  ++happened_.deletions;
  write_.reset();
  redriven_.clear();
  snapshot_.reset();
  disk_ = {};
  // The new one of its name begins at the end of the log.
  Oracle::Lasting lasting;
  lasting.end = log_.size();
  disk_.expected = lasting;
  disk_.cursor =
      CursorBytes({.done = queue::NumberSet(log_.size()), .failures = {}, .redriven = {}});
  Begin(ProgressOf(disk_.cursor), lasting);
}

void World::Incident() {
  const uint64_t what = Draw(100);
  if (what < 30) return Crash();
  if (what < 45) return Seek();
  if (what < 55) return MakeSnapshot();
  if (what < 75) return Redrive();
  if (what < 76) return Delete();
  Consumer& consumer = consumers_[Draw(kConsumers)];
  deliveries_->RemoveConsumer(consumer.id);
  oracle_.RemoveConsumer(consumer.id);
  Arrive(consumer);
}

const std::string& World::Step() {
  Consumer& consumer = consumers_[Draw(kConsumers)];
  const uint64_t what = Draw(100);
  if (what < 15) {
    Append();
  } else if (what < 25) {
    Look();
  } else if (what < 45) {
    Take(consumer);
  } else if (what < 80) {
    Answer(consumer);
  } else if (what < 85) {
    Forge();
  } else if (what < 91) {
    Wait(absl::Milliseconds(Draw(2000)));
  } else if (what < 95) {
    BeginWrite();
  } else if (what < 99) {
    EndWrite();
  } else if (Chance(2)) {
    Incident();
  }
  if (Chance(50)) oracle_.Compare(*deliveries_);
  return oracle_.fault();
}

const std::string& World::Drain() {
  // The longest back-off and lease pass in each round; each brings at least one message further.
  for (int round = 0; round < 1000 && !oracle_.lasting().undone.empty(); ++round) {
    Look();
    for (Consumer& consumer : consumers_) {
      Take(consumer);
      for (const AckId& id : std::exchange(consumer.held, {})) Acknowledge(id);
    }
    Wait(absl::Minutes(2));
  }
  WriteAll();
  oracle_.Compare(*deliveries_);
  oracle_.Must(oracle_.lasting().undone.empty(), "not everything is done in the end");
  oracle_.Must(deliveries_->progress().done.floor() == log_.size(), "the floor is not the end");
  return oracle_.fault();
}

}  // namespace trellis::testing
