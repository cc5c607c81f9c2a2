#include "domain/codec.h"

#include "base/error.h"
#include "base/status_macros.h"

namespace trellis::domain {

const google::protobuf::Message& KindOf(const v1::SupportPlanEvent& event) {
  const auto* const kind =
      v1::SupportPlanEvent::descriptor()->FindFieldByNumber(static_cast<int>(event.kind_case()));
  return event.GetReflection()->GetMessage(event, kind);
}

const std::string& TypeOf(const v1::SupportPlanEvent& event) {
  return KindOf(event).GetDescriptor()->full_name();
}

absl::Status DecodeEvent(absl::string_view bytes, v1::SupportPlanEvent& event) {
  if (!event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Error(absl::StatusCode::kDataLoss, "EVENT_UNREADABLE",
                 "the stored bytes are no SupportPlanEvent");
  }
  if (event.kind_case() == v1::SupportPlanEvent::KIND_NOT_SET) {
    return Error(absl::StatusCode::kFailedPrecondition, "EVENT_TOO_NEW",
                 "the event is of a kind that this version does not know; run the newer one");
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::SupportPlanEvent> DecodeEvent(absl::string_view bytes) {
  v1::SupportPlanEvent event;
  RETURN_IF_ERROR(DecodeEvent(bytes, event));
  return event;
}

}  // namespace trellis::domain
