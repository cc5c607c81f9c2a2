#include "relay/relay.h"

#include <algorithm>
#include <google/protobuf/field_mask.pb.h>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/error.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "queue/names.h"
#include "queue/settings.h"
#include "relay/outgoing.h"

namespace trellis::relay {
namespace {

using google::pubsub::v1::Subscription;

// The longest that there are; they are renewed long before they end.
constexpr absl::Duration kLease = absl::Seconds(600);
constexpr absl::Duration kRenewal = absl::Seconds(200);
// A broker that answers nothing for so long is given up.
constexpr absl::Duration kAnswerPatience = absl::Seconds(30);
// How often that is looked at, and whether leases are to be renewed.
constexpr absl::Duration kLook = absl::Seconds(5);
// The label of a subscription that is not at the log's beginning yet.
constexpr char kNewLabel[] = "relay-begins";

Subscription NewSettings(const std::string& ledger, const std::string& name) {
  Subscription settings;
  settings.set_name(name);
  settings.set_topic(queue::EventsTopic(ledger));
  settings.set_ack_deadline_seconds(static_cast<int>(absl::ToInt64Seconds(kLease)));
  // There and empty: it never expires.
  settings.mutable_expiration_policy();
  (*settings.mutable_labels())[kNewLabel] = "yes";
  return settings;
}

}  // namespace

Relay::Relay(Brokers brokers, queue::Queue& queue, const Clock& clock)
    : brokers_(std::move(brokers)), queue_(queue), clock_(clock) {}

absl::StatusOr<std::unique_ptr<Relay>> Relay::Start(Brokers brokers, queue::Queue& queue,
                                                    const Clock& clock) {
  std::unique_ptr<Relay> relay(new Relay(std::move(brokers), queue, clock));
  RETURN_IF_ERROR(relay->OpenSubscription());
  relay->thread_ = std::thread([raw = relay.get()] { raw->Run(); });
  return relay;
}

Relay::~Relay() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
    stopping_.NotifyAll();
  }
  bell_->Ring();
  if (thread_.joinable()) thread_.join();
  if (consumer_ != 0) subscription()->Detach(consumer_);
}

queue::Queue::SubscriptionPointer Relay::subscription() const {
  MutexLock lock(mutex_);
  return subscription_;
}

RelayStatus Relay::Status() const {
  RelayStatus status;
  {
    MutexLock lock(mutex_);
    status = status_;
  }
  const queue::SubscriptionStatus waiting = subscription()->Status();
  status.lag_events = waiting.backlog;
  if (waiting.backlog > 0) {
    status.lag = std::max(clock_.Now() - waiting.oldest, absl::ZeroDuration());
  }
  return status;
}

absl::Status Relay::OpenSubscription() {
  const std::string name =
      queue::ResourceName(queue_.ledger(), queue::kSubscriptions, kSubscriptionId);
  if (!queue_.Find(name).ok()) {
    RETURN_IF_ERROR(queue_.Create(NewSettings(queue_.ledger(), name)).status());
  }
  ASSIGN_OR_RETURN(queue::Queue::SubscriptionPointer found, queue_.Find(name));
  // A new one stands at the log's end. The label goes when it stands at the beginning, so that a
  // crash in between cannot leave events out.
  if (Subscription settings = found->settings(); settings.labels().contains(kNewLabel)) {
    RETURN_IF_ERROR(queue_.SeekToTime(name, absl::UnixEpoch()));
    settings.mutable_labels()->erase(kNewLabel);
    google::protobuf::FieldMask mask;
    mask.add_paths("labels");
    RETURN_IF_ERROR(queue_.Update(settings, mask).status());
  }
  queue::Queue::SubscriptionPointer before;
  {
    MutexLock lock(mutex_);
    before = std::exchange(subscription_, found);
  }
  if (before == found) return absl::OkStatus();
  if (before != nullptr) before->Detach(consumer_);
  held_.clear();
  consumer_ = found->Attach({.messages = kHeldMessages, .bytes = kHeldBytes},
                            [bell = bell_] { bell->Ring(); });
  return absl::OkStatus();
}

bool Relay::Stopped() const {
  MutexLock lock(mutex_);
  return stopped_;
}

uint64_t Relay::relayed() const {
  MutexLock lock(mutex_);
  return status_.relayed;
}

void Relay::Run() {
  absl::Duration wait = kFirstWait;
  while (!Stopped()) {
    const uint64_t before = relayed();
    const absl::Status status = Forward();
    if (status.ok() || ErrorReason(status) == "SHUTTING_DOWN") return;
    NoteFailure(status);
    KeepLeases();
    if (relayed() > before) wait = kFirstWait;
    MutexLock lock(mutex_);
    if (!stopped_) stopping_.WaitFor(mutex_, wait);
    wait = std::min(2 * wait, kLongestWait);
  }
}

absl::Status Relay::Forward() {
  // Somebody may have deleted it.
  RETURN_IF_ERROR(OpenSubscription());
  ASSIGN_OR_RETURN(const std::unique_ptr<JetStream> stream,
                   JetStream::Connect(brokers_, queue_.ledger(), [this] { bell_->Ring(); }));
  Flight flight;
  flight.heard = clock_.Now();
  RETURN_IF_ERROR(Take(flight));
  RETURN_IF_ERROR(SkipStored(*stream));
  NoteConnected();
  while (!Stopped()) {
    RETURN_IF_ERROR(Hear(*stream, flight));
    RETURN_IF_ERROR(Take(flight));
    RETURN_IF_ERROR(Send(*stream, flight));
    RETURN_IF_ERROR(stream->Lost());
    KeepLeases();
    bell_->Wait(kLook);
  }
  return absl::OkStatus();
}

absl::Status Relay::SkipStored(JetStream& stream) {
  ASSIGN_OR_RETURN(const std::string text, stream.LastId());
  const std::optional<Uuid> id = ParseUuid(text);
  const auto last = std::find_if(held_.begin(), held_.end(), [&id](const auto& held) {
    return held.second.message->record().header.event_id == id;
  });
  if (last == held_.end()) return absl::OkStatus();
  // They were sent in this order, so those before it are there, too.
  std::vector<queue::Number> stored;
  for (auto it = held_.begin(); it != std::next(last); ++it) stored.push_back(it->first);
  Acknowledge(stored);
  return absl::OkStatus();
}

absl::Status Relay::Hear(JetStream& stream, Flight& flight) {
  const absl::Time now = clock_.Now();
  absl::Status refused;
  std::vector<queue::Number> stored;
  for (const Answer& answer : stream.TakeAnswers()) {
    flight.heard = now;
    flight.unanswered.erase(answer.number);
    if (answer.status.ok()) {
      stored.push_back(answer.number);
    } else if (absl::IsAborted(answer.status)) {
      flight.rewinding = true;
    } else if (refused.ok()) {
      refused = answer.status;
    }
  }
  Acknowledge(stored);
  RETURN_IF_ERROR(refused);
  if (flight.unanswered.empty() && flight.rewinding) flight = Flight{};
  if (!flight.unanswered.empty() && now - flight.heard > kAnswerPatience) {
    return absl::UnavailableError(
        absl::StrCat("no answer for ", absl::FormatDuration(kAnswerPatience)));
  }
  return absl::OkStatus();
}

absl::Status Relay::Take(Flight& flight) {
  ASSIGN_OR_RETURN(std::vector<queue::Received> received,
                   subscription()->Take(consumer_, kHeldMessages, kHeldBytes, kLease));
  if (held_.empty()) leased_ = clock_.Now();
  for (queue::Received& one : received) {
    const queue::Number number = one.message->number();
    const bool added = held_.insert_or_assign(number, std::move(one)).second;
    // Its lease had expired, or the subscription was set back.
    if (added && number <= flight.sent_through) flight.rewinding = true;
  }
  return absl::OkStatus();
}

absl::Status Relay::Send(JetStream& stream, Flight& flight) {
  if (flight.rewinding) return absl::OkStatus();
  const Subscription settings = subscription()->settings();
  const auto format = settings.labels().find(queue::kFormatLabel);
  const bool json = format != settings.labels().end() && format->second == "json";
  for (auto it = held_.upper_bound(flight.sent_through); it != held_.end(); ++it) {
    ASSIGN_OR_RETURN(const Outgoing outgoing,
                     OutgoingOf(queue_.ledger(), *it->second.message, json));
    if (flight.unanswered.empty()) flight.heard = clock_.Now();
    RETURN_IF_ERROR(stream.Publish(it->first, outgoing, flight.last_id));
    flight.unanswered.insert(it->first);
    flight.sent_through = it->first;
    flight.last_id = outgoing.id;
  }
  return absl::OkStatus();
}

void Relay::Acknowledge(const std::vector<queue::Number>& numbers) {
  std::vector<std::string> ids;
  for (const queue::Number number : numbers) {
    const auto held = held_.find(number);
    if (held == held_.end()) continue;
    ids.push_back(std::move(held->second.ack_id));
    held_.erase(held);
  }
  if (ids.empty()) return;
  subscription()->Acknowledge({ids.begin(), ids.end()}, nullptr);
  MutexLock lock(mutex_);
  status_.relayed += ids.size();
}

void Relay::KeepLeases() {
  const absl::Time now = clock_.Now();
  if (held_.empty() || now - leased_ < kRenewal) return;
  leased_ = now;
  std::vector<absl::string_view> ids;
  for (const auto& [number, held] : held_) ids.push_back(held.ack_id);
  subscription()->ModifyLeases(ids, kLease);
}

void Relay::NoteConnected() {
  {
    MutexLock lock(mutex_);
    status_.connected = true;
  }
  Log("relay.connected", {{"broker", brokers_.shown}, {"stream", StreamName(queue_.ledger())}});
}

void Relay::NoteFailure(const absl::Status& status) {
  const std::string why(status.message());
  {
    MutexLock lock(mutex_);
    ++status_.failures;
    const bool known = !status_.connected && status_.last_error == why;
    status_.connected = false;
    status_.last_error = why;
    // A line for each change, not for each attempt.
    if (known) return;
  }
  Log("relay.away", {{"broker", brokers_.shown}, {"why", why}});
}

}  // namespace trellis::relay
