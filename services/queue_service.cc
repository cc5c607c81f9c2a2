#include "services/queue_service.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/check.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "base/timestamp.h"
#include "base/uuid.h"
#include "domain/validate.h"
#include "queue/names.h"
#include "queue/settings.h"
#include "services/pages.h"
#include "trellis/v1/queue_service.pb.h"

namespace trellis::services {
namespace {

using queue::NumberedDeadLetter;
using queue::Queue;

constexpr char kDeadLetters[] = "/deadLetters/";

template <typename Request, typename Answer>
Handler Answered(Answer answer) {
  return Unary<Request>([answer](Call call, const Request& request) {
    if (const absl::Status status = domain::Validate(request); !status.ok()) {
      return call.Fail(status);
    }
    call.Answer(answer(request));
  });
}

template <typename Number>
int64_t Signed(Number number) {
  return static_cast<int64_t>(number);
}

v1::SubscriptionStatus StatusOf(queue::Subscription& subscription, absl::Time now) {
  const queue::SubscriptionStatus counted = subscription.Status();
  const google::pubsub::v1::Subscription settings = subscription.settings();
  v1::SubscriptionStatus status;
  status.set_subscription(settings.name());
  status.set_topic(settings.topic());
  status.set_filter(settings.filter());
  status.set_backlog_messages(Signed(counted.backlog));
  if (counted.oldest != absl::InfiniteFuture()) {
    *status.mutable_oldest_unacknowledged_time() = ToTimestamp(counted.oldest);
    // The clock may have been set back since.
    const absl::Duration age = std::max(absl::ZeroDuration(), now - counted.oldest);
    status.mutable_oldest_unacknowledged_age()->set_seconds(absl::ToInt64Seconds(age));
    status.mutable_oldest_unacknowledged_age()->set_nanos(
        static_cast<int>(absl::ToInt64Nanoseconds(age % absl::Seconds(1))));
  }
  status.set_outstanding_messages(Signed(counted.leased));
  status.set_waiting_messages(Signed(counted.backing_off));
  status.set_consumers(Signed(counted.consumers));
  status.set_deliveries(counted.counts.delivered);
  status.set_redeliveries(counted.counts.redelivered);
  status.set_acknowledgements(counted.counts.acknowledged);
  status.set_dead_letters(counted.counts.dead_lettered);
  status.set_cursor(Signed(counted.floor));
  status.set_last_number(Signed(counted.topic_last));
  if (const auto rewinds = subscription.rewinds(); !rewinds.empty()) {
    status.set_rewound_from(Signed(rewinds.back().from()));
    status.set_rewound_to(Signed(rewinds.back().to()));
    *status.mutable_rewind_time() = rewinds.back().time();
  }
  return status;
}

absl::StatusOr<v1::ListSubscriptionStatusesResponse> ListStatuses(
    const Queue& queue, const Clock& clock, const v1::ListSubscriptionStatusesRequest& request) {
  RETURN_IF_ERROR(queue::CheckProject(queue.ledger(), request.parent()));
  RETURN_IF_ERROR(CheckPageSize(request.page_size()));
  ASSIGN_OR_RETURN(const std::string after, PageCursor(request));
  const int size = PageSize(request.page_size(), kPageSizeByDefault);
  v1::ListSubscriptionStatusesResponse response;
  auto& statuses = *response.mutable_subscription_statuses();
  for (const auto& subscription : queue.List()) {
    if (subscription->settings().name() <= after) continue;
    if (statuses.size() == size) {
      response.set_next_page_token(PageToken(request, statuses[size - 1].subscription()));
      break;
    }
    *statuses.Add() = StatusOf(*subscription, clock.Now());
  }
  return response;
}

// The event of a dead letter, as the topic of the events has it.
absl::StatusOr<queue::MessagePointer> EventOf(const Queue& queue,
                                              const NumberedDeadLetter& letter) {
  ASSIGN_OR_RETURN(const auto events, queue.FindTopic(queue::EventsTopic(queue.ledger())));
  ASSIGN_OR_RETURN(queue::MessagePointer message, events->Find(letter.letter.position()));
  if (message != nullptr) return message;
  return Error(absl::StatusCode::kDataLoss, "RECORD_MISSING",
               absl::StrCat("dead letter ", letter.number, " is of position ",
                            letter.letter.position(), ", which the log does not have"),
               {{"position", absl::StrCat(letter.letter.position())}});
}

v1::DeadLetter DeadLetterOf(const std::string& topic, const NumberedDeadLetter& numbered,
                            const queue::Message& event) {
  const queue::v1::StoredDeadLetter& stored = numbered.letter;
  const eventstore::Header& header = event.record().header;
  v1::DeadLetter letter;
  letter.set_name(absl::StrCat(topic, kDeadLetters, numbered.number));
  letter.set_number(Signed(numbered.number));
  letter.set_position(Signed(stored.position()));
  letter.set_event_id(UuidText(header.event_id));
  letter.set_stream(header.stream);
  letter.set_event_type(header.type);
  letter.set_subscription(stored.subscription());
  letter.set_delivery_attempts(static_cast<int>(stored.delivery_attempts()));
  letter.set_last_reason(stored.last_reason());
  *letter.mutable_dead_letter_time() = stored.dead_letter_time();
  if (stored.has_redrive_time()) *letter.mutable_redrive_time() = stored.redrive_time();
  return letter;
}

// Whether the subscription that gave a letter up, if it is still there, has its data as JSON.
bool HasJson(const Queue& queue, const std::string& subscription) {
  const auto found = queue.Find(subscription);
  if (!found.ok()) return false;
  const auto settings = (*found)->settings();
  const auto format = settings.labels().find(queue::kFormatLabel);
  return format != settings.labels().end() && format->second == "json";
}

absl::StatusOr<v1::DeadLetter> GetDeadLetter(const Queue& queue,
                                             const v1::GetDeadLetterRequest& request) {
  const size_t end = request.name().rfind(kDeadLetters);
  queue::Number number = 0;
  if (end == std::string::npos ||
      !absl::SimpleAtoi(request.name().substr(end + sizeof(kDeadLetters) - 1), &number)) {
    return InvalidRequest({{"name",
                            "got no name of a dead letter, want "
                            "projects/{ledger}/topics/{topic}/deadLetters/{number}"}},
                          "NAME_INVALID");
  }
  const std::string topic = request.name().substr(0, end);
  NumberedDeadLetter numbered{.number = number, .letter = {}};
  ASSIGN_OR_RETURN(numbered.letter, queue.FindDeadLetter(topic, number));
  ASSIGN_OR_RETURN(const queue::MessagePointer event, EventOf(queue, numbered));
  v1::DeadLetter letter = DeadLetterOf(topic, numbered, *event);
  const std::string& bytes =
      HasJson(queue, letter.subscription()) ? event->json_bytes() : event->bytes();
  CHECK(letter.mutable_message()->ParseFromString(bytes));
  return letter;
}

absl::Status CheckSubscription(const Queue& queue, const std::string& name) {
  if (name.empty()) return absl::OkStatus();
  return queue::CheckName(queue.ledger(), queue::kSubscriptions, name);
}

absl::StatusOr<v1::ListDeadLettersResponse> ListDeadLetters(
    const Queue& queue, const v1::ListDeadLettersRequest& request) {
  RETURN_IF_ERROR(CheckSubscription(queue, request.subscription()));
  RETURN_IF_ERROR(CheckPageSize(request.page_size()));
  ASSIGN_OR_RETURN(const std::string cursor, PageCursor(request));
  queue::Number after = 0;
  if (!cursor.empty() && !absl::SimpleAtoi(cursor, &after)) after = 0;
  const auto size = static_cast<size_t>(PageSize(request.page_size(), kPageSizeByDefault));
  ASSIGN_OR_RETURN(
      std::vector<NumberedDeadLetter> letters,
      queue.ListDeadLetters(request.parent(), request.subscription(), after, size + 1));
  v1::ListDeadLettersResponse response;
  if (letters.size() > size) {
    letters.pop_back();
    response.set_next_page_token(PageToken(request, absl::StrCat(letters.back().number)));
  }
  for (const NumberedDeadLetter& letter : letters) {
    ASSIGN_OR_RETURN(const queue::MessagePointer event, EventOf(queue, letter));
    *response.add_dead_letters() = DeadLetterOf(request.parent(), letter, *event);
  }
  return response;
}

absl::Status CheckRedrive(const v1::RedriveDeadLettersRequest& request) {
  std::vector<FieldViolation> violations;
  if (request.numbers().empty() && !request.all()) {
    violations.push_back({"numbers", "got none, want some, or all"});
  }
  if (!request.numbers().empty() && request.all()) {
    violations.push_back({"numbers", "got some and all, want one of them"});
  }
  for (int i = 0; i < request.numbers_size(); ++i) {
    if (request.numbers(i) > 0) continue;
    violations.push_back({absl::StrCat("numbers[", i, "]"),
                          absl::StrCat("got ", request.numbers(i), ", want 1 or more")});
  }
  if (!request.subscription().empty() && !request.all()) {
    violations.push_back({"subscription", "got one without all, want none: numbers say which"});
  }
  return violations.empty() ? absl::OkStatus() : InvalidRequest(violations);
}

// Those that the request means. With `all` it finds what it sent before as well, to be counted.
absl::StatusOr<std::vector<queue::Number>> NumbersOf(const Queue& queue, const Uuid& request_id,
                                                     const v1::RedriveDeadLettersRequest& request) {
  std::set<queue::Number> numbers;
  for (const int64_t number : request.numbers()) {
    numbers.insert(static_cast<queue::Number>(number));
  }
  if (request.all()) {
    const std::string id(request_id.begin(), request_id.end());
    ASSIGN_OR_RETURN(const std::vector<NumberedDeadLetter> letters,
                     queue.ListDeadLetters(request.parent(), request.subscription(), 0,
                                           std::numeric_limits<size_t>::max()));
    for (const auto& [number, letter] : letters) {
      if (!letter.has_redrive_time() || letter.redrive_request_id() == id) numbers.insert(number);
    }
  }
  return std::vector<queue::Number>(numbers.begin(), numbers.end());
}

absl::StatusOr<v1::RedriveDeadLettersResponse> Redrive(
    Queue& queue, const v1::RedriveDeadLettersRequest& request) {
  RETURN_IF_ERROR(CheckRedrive(request));
  RETURN_IF_ERROR(CheckSubscription(queue, request.subscription()));
  // Validated.
  const Uuid request_id = *ParseUuid(request.request_id());
  ASSIGN_OR_RETURN(const std::vector<queue::Number> numbers, NumbersOf(queue, request_id, request));
  ASSIGN_OR_RETURN(const size_t count, queue.Redrive(request.parent(), numbers, request_id));
  v1::RedriveDeadLettersResponse response;
  response.set_redriven_count(Signed(count));
  return response;
}

}  // namespace

std::map<std::string, Handler> QueueHandlers(Queue& queue, const Clock& clock) {
  return {
      {"GetSubscriptionStatus",
       Answered<v1::GetSubscriptionStatusRequest>(
           [&queue, &clock](const auto& request) -> absl::StatusOr<v1::SubscriptionStatus> {
             ASSIGN_OR_RETURN(const auto subscription, queue.Find(request.subscription()));
             return StatusOf(*subscription, clock.Now());
           })},
      {"ListSubscriptionStatuses",
       Answered<v1::ListSubscriptionStatusesRequest>(
           [&queue, &clock](const auto& request) { return ListStatuses(queue, clock, request); })},
      {"GetDeadLetter", Answered<v1::GetDeadLetterRequest>([&queue](const auto& request) {
         return GetDeadLetter(queue, request);
       })},
      {"ListDeadLetters", Answered<v1::ListDeadLettersRequest>([&queue](const auto& request) {
         return ListDeadLetters(queue, request);
       })},
      {"RedriveDeadLetters", Answered<v1::RedriveDeadLettersRequest>([&queue](const auto& request) {
         return Redrive(queue, request);
       })},
  };
}

}  // namespace trellis::services
