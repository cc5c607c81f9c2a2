// Dead letters: listed, looked at, delivered again.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "base/timestamp.h"
#include "queue/queue.h"

namespace trellis::queue {
namespace {

absl::string_view BytesOf(const Uuid& uuid) {
  return {reinterpret_cast<const char*>(uuid.data()), uuid.size()};
}

}  // namespace

absl::StatusOr<v1::StoredDeadLetter> Queue::FindDeadLetter(const std::string& topic,
                                                           Number number) const {
  ASSIGN_OR_RETURN(const std::shared_ptr<DeadLetterTopic> found, FindDeadLetterTopic(topic));
  v1::StoredDeadLetter letter;
  ASSIGN_OR_RETURN(const bool there, found->FindLetter(number, letter));
  if (there) return letter;
  return Error(absl::StatusCode::kNotFound, "DEAD_LETTER_NOT_FOUND",
               absl::StrCat(topic, " has no dead letter ", number, ", its last is ", found->last()),
               {{"topic", topic}, {"number", absl::StrCat(number)}});
}

absl::StatusOr<std::vector<NumberedDeadLetter>> Queue::ListDeadLetters(
    const std::string& topic, const std::string& subscription, Number after, size_t count) const {
  RETURN_IF_ERROR(FindDeadLetterTopic(topic).status());
  std::vector<NumberedDeadLetter> letters;
  absl::Status status;
  const std::string rows = DeadLetterRows(topic);
  RETURN_IF_ERROR(
      store_->Scan(rows, absl::StrCat(rows, NumberBytes(after + 1)),
                   [&](absl::string_view key, absl::string_view value) {
                     NumberedDeadLetter letter{.number = NumberAtEnd(key), .letter = {}};
                     status = ParseRow(key, value, letter.letter);
                     if (subscription.empty() || letter.letter.subscription() == subscription) {
                       letters.push_back(std::move(letter));
                     }
                     return status.ok() && letters.size() < count;
                   }));
  RETURN_IF_ERROR(status);
  return letters;
}

absl::StatusOr<size_t> Queue::Redrive(const std::string& topic, const std::vector<Number>& numbers,
                                      const Uuid& request_id) {
  MutexLock control(control_);
  ASSIGN_OR_RETURN(const std::shared_ptr<DeadLetterTopic> found, FindDeadLetterTopic(topic));
  ASSIGN_OR_RETURN(auto letters, LettersToRedrive(*found, numbers, request_id));
  for (auto& [subscription_name, of_subscription] : letters) {
    ASSIGN_OR_RETURN(const SubscriptionPointer subscription, Find(subscription_name));
    std::vector<Number> positions;
    Subscription::Rows rows;
    for (auto& [number, letter] : of_subscription) {
      *letter.mutable_redrive_time() = ToTimestamp(clock_.Now());
      letter.set_redrive_request_id(std::string(BytesOf(request_id)));
      positions.push_back(letter.position());
      rows.emplace_back(absl::StrCat(DeadLetterRows(topic), NumberBytes(number)),
                        letter.SerializeAsString());
    }
    RETURN_IF_ERROR(subscription->Redrive(positions, std::move(rows)));
  }
  return numbers.size();
}

absl::StatusOr<std::map<std::string, Queue::DeadLetters>> Queue::LettersToRedrive(
    DeadLetterTopic& topic, const std::vector<Number>& numbers, const Uuid& request_id) const {
  std::map<std::string, DeadLetters> letters;
  for (const Number number : numbers) {
    ASSIGN_OR_RETURN(v1::StoredDeadLetter letter, FindDeadLetter(topic.name(), number));
    if (letter.redrive_request_id() == BytesOf(request_id)) continue;
    const std::string subscription = letter.subscription();
    const auto source = Find(subscription);
    if (!source.ok() || (*source)->topic() != events_) {
      return Error(absl::StatusCode::kFailedPrecondition, "SUBSCRIPTION_GONE",
                   absl::StrCat("dead letter ", number, " of ", topic.name(), " came from ",
                                subscription, ", which does not exist"),
                   {{"subscription", subscription}, {"number", absl::StrCat(number)}});
    }
    letters[subscription].push_back({.number = number, .letter = std::move(letter)});
  }
  return letters;
}

}  // namespace trellis::queue
