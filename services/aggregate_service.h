// What the services of all aggregates have in common: commands, reads, and a state as it is or was.
#pragma once

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "base/timestamp.h"
#include "domain/retention.h"
#include "domain/validate.h"
#include "google/protobuf/timestamp.pb.h"
#include "services/command_pipeline.h"
#include "services/rpc_service.h"

namespace trellis::services {

class Cosigner;
class SigningKeys;

// What the services work on. All must outlive every call.
struct Rooms {
  eventstore::EventLog& log;
  const vault::EventVault& vault;
  projections::Views& views;
  const Clock& clock;
  CommandPipeline& pipeline;
  SigningKeys& keys;
  // Null: no witnesses are asked.
  const Cosigner* cosigner = nullptr;
  // How many years records are kept (domain/retention.h).
  int retention_years = domain::kRetentionYearsMin;
};

// A command on an aggregate with this type of state; `elsewhere` says what else follows from it.
template <typename State, typename Request>
Handler CommandHandler(const Rooms& rooms, Elsewhere<State> elsewhere = nullptr) {
  return Unary<Request>([&pipeline = rooms.pipeline, elsewhere = std::move(elsewhere)](
                            Call call, const Request& request) {
    const absl::StatusOr<Caller>& caller = call.admission().caller;
    if (!caller.ok()) return call.Fail(caller.status());
    pipeline.Execute<State>(
        *caller, request,
        [call](const absl::StatusOr<std::string>& reply) {
          if (!reply.ok()) return call.Fail(reply.status());
          call.ReplyBytes(*reply);
        },
        elsewhere);
  });
}

// A read, answered by `read`.
template <typename Request, typename Response>
Handler ReadHandler(const Rooms& rooms,
                    absl::StatusOr<Response> (*read)(const Rooms&, const Request&)) {
  return Unary<Request>(
      [rooms, read](Call call, const Request& request) { call.Answer(read(rooms, request)); });
}

// Likewise, where it matters who calls.
template <typename Request, typename Response>
Handler ReadHandler(const Rooms& rooms,
                    absl::StatusOr<Response> (*read)(const Rooms&, const Caller&, const Request&)) {
  return Unary<Request>([rooms, read](Call call, const Request& request) {
    const absl::StatusOr<Caller>& caller = call.admission().caller;
    if (!caller.ok()) return call.Fail(caller.status());
    call.Answer(read(rooms, *caller, request));
  });
}

// The columns that a form in text has: `asked`, or 160 where nothing is asked for. INVALID_ARGUMENT
// below rendering::kFormWidthMin.
absl::StatusOr<int> FormWidth(int asked);

// Which state of a stream is wanted: the present one unless a revision or a time is given.
struct Moment {
  int64_t revision = 0;
  absl::Time as_of = absl::InfiniteFuture();
};

// The moment that a request with `revision` and `as_of_time` asks for; INVALID_ARGUMENT if it gives
// both.
absl::StatusOr<Moment> MomentIn(int64_t revision, bool has_time,
                                const google::protobuf::Timestamp& time);
template <typename Request>
absl::StatusOr<Moment> MomentOf(const Request& request) {
  return MomentIn(request.revision(), request.has_as_of_time(), request.as_of_time());
}

// The bytes of the state at that moment. NOT_FOUND if it does not exist, or did not then.
absl::StatusOr<std::string> StateBytesAt(const Rooms& rooms, const std::string& name,
                                         const Moment& moment);

// Likewise, as a message of this type, which is that of the stream's aggregate.
template <typename State>
absl::StatusOr<State> StateAt(const Rooms& rooms, const std::string& name, const Moment& moment) {
  const absl::StatusOr<std::string> bytes = StateBytesAt(rooms, name, moment);
  if (!bytes.ok()) return bytes.status();
  State state;
  state.ParseFromString(*bytes);
  return state;
}

// Answers a request with `name`, `revision` and `as_of_time`; the present state as its row holds
// it, byte for byte: what most readers ask for.
template <typename Request>
Handler GetHandler(const Rooms& rooms) {
  return Unary<Request>([rooms](Call call, const Request& request) {
    const absl::StatusOr<Moment> moment = MomentOf(request);
    if (!moment.ok()) return call.Fail(moment.status());
    const absl::StatusOr<std::string> bytes = StateBytesAt(rooms, request.name(), *moment);
    if (!bytes.ok()) return call.Fail(bytes.status());
    call.ReplyBytes(*bytes);
  });
}

}  // namespace trellis::services
