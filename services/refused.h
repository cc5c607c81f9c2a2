// Ends a call that was not let in.
//
// Operation.   A refusal that says when to try again is held back until then: whoever does not wait
//              costs no more than whoever does. The caller's own deadline ends it sooner.
#pragma once

#include <grpcpp/alarm.h>
#include <utility>

#include "absl/status/status.h"
#include "services/grpc_status.h"

namespace trellis::services {

// Reactor: one of gRPC's for servers. Made by `new`; deletes itself.
template <typename Reactor>
class Refused final : public Reactor {
 public:
  explicit Refused(const absl::Status& status) : status_(ToGrpcStatus(status)) {
    const auto delay = RetryDelay(status);
    if (!delay.has_value()) {
      this->Finish(status_);
      return;
    }
    // Counts from now.
    const gpr_timespec wait = gpr_time_from_millis(absl::ToInt64Milliseconds(*delay), GPR_TIMESPAN);
    alarm_.Set(wait, [this](bool) { this->Finish(status_); });
  }
  void OnCancel() override { alarm_.Cancel(); }
  void OnDone() override { delete this; }

 private:
  const grpc::Status status_;
  grpc::Alarm alarm_;
};

}  // namespace trellis::services
