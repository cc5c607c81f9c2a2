#include "queue/dead_letter_topic.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/timestamp.h"

namespace trellis::queue {
namespace {

// As Pub/Sub names them; the reason is ours.
constexpr char kSourceSubscription[] = "CloudPubSubDeadLetterSourceSubscription";
constexpr char kSourceProject[] = "CloudPubSubDeadLetterSourceSubscriptionProject";
constexpr char kSourceCount[] = "CloudPubSubDeadLetterSourceDeliveryCount";
constexpr char kSourcePublishTime[] = "CloudPubSubDeadLetterSourceTopicPublishTime";
constexpr char kSourceReason[] = "deadletterreason";

// `projects/{ledger}/subscriptions/{id}` in its two parts.
std::pair<std::string, std::string> PartsOf(const std::string& subscription) {
  const size_t project = subscription.find('/') + 1;
  const size_t id = subscription.rfind('/') + 1;
  return {subscription.substr(project, subscription.find('/', project) - project),
          subscription.substr(id)};
}

}  // namespace

DeadLetterTopic::DeadLetterTopic(std::string name, const QueueStore& store,
                                 const eventstore::EventLog& log, const EventFormat& format,
                                 Number last)
    : Topic(std::move(name)),
      store_(store),
      log_(log),
      format_(format),
      rows_(DeadLetterRows(this->name())),
      last_(last),
      next_(last + 1) {}

absl::StatusOr<std::shared_ptr<DeadLetterTopic>> DeadLetterTopic::Open(
    std::string name, const QueueStore& store, const eventstore::EventLog& log,
    const EventFormat& format) {
  ASSIGN_OR_RETURN(const std::optional<std::string> last,
                   store.Find(absl::StrCat(kTopicRows, name)));
  return std::shared_ptr<DeadLetterTopic>(new DeadLetterTopic(
      std::move(name), store, log, format, last.has_value() ? NumberAtEnd(*last) : 0));
}

void DeadLetterTopic::Bury(const v1::StoredDeadLetter& letter, Batch& batch) {
  Put(next_, letter, batch);
  batch.Put(absl::StrCat(kTopicRows, name()), NumberBytes(next_));
  ++next_;
}

absl::Status DeadLetterTopic::CutAbove(eventstore::Position last, Batch& batch) {
  absl::Status status;
  RETURN_IF_ERROR(store_.Scan(rows_, "", [&](absl::string_view key, absl::string_view value) {
    v1::StoredDeadLetter letter;
    status = ParseRow(key, value, letter);
    if (status.ok() && letter.position() > last) batch.Delete(key);
    return status.ok();
  }));
  return status;
}

absl::StatusOr<bool> DeadLetterTopic::FindLetter(Number number,
                                                 v1::StoredDeadLetter& letter) const {
  return store_.Find(absl::StrCat(rows_, NumberBytes(number)), letter);
}

void DeadLetterTopic::Put(Number number, const v1::StoredDeadLetter& letter, Batch& batch) const {
  batch.Put(absl::StrCat(rows_, NumberBytes(number)), letter);
}

absl::StatusOr<std::vector<MessagePointer>> DeadLetterTopic::Load(Number first, Number last) {
  std::vector<std::pair<Number, v1::StoredDeadLetter>> letters;
  absl::Status status;
  RETURN_IF_ERROR(store_.Scan(rows_, absl::StrCat(rows_, NumberBytes(first)),
                              [&](absl::string_view key, absl::string_view value) {
                                const Number number = NumberAtEnd(key);
                                if (number > last) return false;
                                v1::StoredDeadLetter letter;
                                status = ParseRow(key, value, letter);
                                letters.emplace_back(number, std::move(letter));
                                return status.ok();
                              }));
  RETURN_IF_ERROR(status);
  std::vector<MessagePointer> messages;
  for (const auto& [number, letter] : letters) {
    ASSIGN_OR_RETURN(MessagePointer message, MakeMessage(number, letter));
    if (message != nullptr) messages.push_back(std::move(message));
  }
  return messages;
}

absl::StatusOr<MessagePointer> DeadLetterTopic::MakeMessage(
    Number number, const v1::StoredDeadLetter& letter) const {
  MessagePointer message;
  // No structured binding: Clang 14 captures none.
  const auto parts = PartsOf(letter.subscription());
  RETURN_IF_ERROR(log_.ReadAll(
      letter.position(), letter.position(), [&](eventstore::Record& record) -> absl::Status {
        const absl::Status opened = format_.Open(record);
        if (!opened.ok()) return opened;
        Attributes attributes = format_.attributes(record);
        attributes.emplace_back(kSourceSubscription, parts.second);
        attributes.emplace_back(kSourceProject, parts.first);
        attributes.emplace_back(kSourceCount, absl::StrCat(letter.delivery_attempts()));
        attributes.emplace_back(
            kSourcePublishTime,
            absl::FormatTime(absl::RFC3339_full, record.header.recorded_at, absl::UTCTimeZone()));
        attributes.emplace_back(kSourceReason, letter.last_reason());
        std::sort(attributes.begin(), attributes.end());
        message = std::make_shared<const Message>(number, FromTimestamp(letter.dead_letter_time()),
                                                  record, std::move(attributes), format_);
        return absl::OkStatus();
      }));
  return message;
}

}  // namespace trellis::queue
