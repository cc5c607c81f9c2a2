#include "domain/codec.h"

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "domain/aggregate.h"
#include "domain/dates.h"

namespace trellis::domain {
namespace {

namespace pb = google::protobuf;

// The field of the event's kind that is set; null if none is.
const pb::FieldDescriptor* KindField(const pb::Message& event) {
  return event.GetReflection()->GetOneofFieldDescriptor(event,
                                                        event.GetDescriptor()->oneof_decl(0));
}

// The fields that every event begins with.
constexpr int kOccurredOn = 1;
constexpr int kLateReason = 2;
constexpr int kActorName = 3;
constexpr int kWarnings = 4;

}  // namespace

const pb::Message& KindOf(const pb::Message& event) {
  return event.GetReflection()->GetMessage(event, KindField(event));
}

const std::string& TypeOf(const pb::Message& event) {
  return KindField(event)->message_type()->full_name();
}

EventHead HeadOf(const pb::Message& event) {
  const pb::Descriptor& descriptor = *event.GetDescriptor();
  const pb::Reflection& reflection = *event.GetReflection();
  const auto text = [&](int number) -> const std::string& {
    return reflection.GetStringReference(event, descriptor.FindFieldByNumber(number), nullptr);
  };
  return {.occurred_on = text(kOccurredOn),
          .late_reason = text(kLateReason),
          .actor_name = text(kActorName)};
}

void AddWarnings(const pb::Message& event, pb::RepeatedPtrField<v1::Warning>& warnings) {
  const pb::FieldDescriptor* const field = event.GetDescriptor()->FindFieldByNumber(kWarnings);
  const pb::Reflection& reflection = *event.GetReflection();
  for (int i = 0; i < reflection.FieldSize(event, field); ++i) {
    *warnings.Add() =
        static_cast<const v1::Warning&>(reflection.GetRepeatedMessage(event, field, i));
  }
}

int LateDays(const std::string& occurred_on, const std::string& late_reason,
             absl::Time recorded_at) {
  const std::optional<absl::CivilDay> day = ParseDate(occurred_on);
  if (!day.has_value() || late_reason.empty()) return 0;
  return static_cast<int>(LondonDay(recorded_at) - *day);
}

absl::Status DecodeEvent(absl::string_view bytes, pb::Message& event) {
  if (!event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Error(absl::StatusCode::kDataLoss, "EVENT_UNREADABLE",
                 absl::StrCat("the stored bytes are no ", event.GetDescriptor()->name()));
  }
  if (KindField(event) == nullptr) {
    return Error(absl::StatusCode::kFailedPrecondition, "EVENT_TOO_NEW",
                 "the event is of a kind that this version does not know; run the newer one");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<pb::Message>> DecodeEventOf(absl::string_view stream,
                                                           absl::string_view bytes) {
  ASSIGN_OR_RETURN(const Aggregate* const aggregate, KnownAggregateOf(stream));
  std::unique_ptr<pb::Message> event(aggregate->event.New());
  RETURN_IF_ERROR(DecodeEvent(bytes, *event));
  return event;
}

}  // namespace trellis::domain
