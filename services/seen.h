// Lists that hold only what their caller may see: conditions such as an ECT or a tutor say whose
// records are wanted, and not where they are.
#pragma once

#include <utility>

#include "base/status_macros.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "services/aggregate_service.h"
#include "services/permission.h"

namespace trellis::services {

// Whether the caller may see the record of this name as it is now.
inline absl::StatusOr<bool> Sees(const Rooms& rooms, const Admission& admission,
                                 const std::string& record) {
  const v1::Capacity capacity =
      admission.caller.ok() ? admission.caller->capacity : v1::CAPACITY_UNSPECIFIED;
  return MaySee(rooms.views, rooms.clock, admission.principal, capacity, record);
}

// A list by `read`, of `items` that have a `name`; pages may be shorter than asked for.
template <typename Request, typename Response, typename Item>
Handler SeenHandler(const Rooms& rooms,
                    absl::StatusOr<Response> (*read)(const Rooms&, const Request&),
                    google::protobuf::RepeatedPtrField<Item>* (Response::*items)()) {
  return Unary<Request>([rooms, read, items](Call call, const Request& request) {
    const auto seen = [&]() -> absl::StatusOr<Response> {
      ASSIGN_OR_RETURN(Response response, read(rooms, request));
      google::protobuf::RepeatedPtrField<Item> kept;
      for (Item& item : *(response.*items)()) {
        ASSIGN_OR_RETURN(const bool sees, Sees(rooms, call.admission(), item.name()));
        if (sees) *kept.Add() = std::move(item);
      }
      (response.*items)()->Swap(&kept);
      return response;
    };
    call.Answer(seen());
  });
}

}  // namespace trellis::services
