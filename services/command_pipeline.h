// The life of a command, written once: validate, load, decide, append, wait for the views, reply.
// A second path from a request to the log is a bug.
//
// Concurrency. Thread-safe. The answer comes from another thread; nothing blocks while the disk
//              syncs.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "domain/support_plan.h"
#include "domain/validate.h"
#include "eventstore/event_log.h"
#include "projections/views.h"
#include "services/caller.h"

namespace trellis::services {

// How often a command is decided anew when others changed its plan meanwhile.
inline constexpr int kAttemptsMax = 3;

// A validated command, of whatever kind.
struct Command {
  Caller caller;
  // The plan it is about, which is also the stream's name.
  std::string plan;
  // The plan that it opens: `plan` itself, or the next one (RenewPlan).
  std::string new_plan;
  // The etag that the caller wants; empty: any.
  std::string etag;
  Uuid request_id{};
  Digest fingerprint{};
  std::function<domain::Decided(const domain::Plan&, const domain::Context&)> decide;
};

class CommandPipeline {
 public:
  // Takes the bytes of a SupportPlanReply, or the error.
  using Done = std::function<void(absl::StatusOr<std::string>)>;

  // All must outlive the pipeline and every command in it.
  CommandPipeline(eventstore::EventLog& log, projections::Views& views, const Clock& clock)
      : log_(log), views_(views), clock_(clock) {}

  // Executes `request` and calls `done` once.
  template <typename Request>
  void Execute(const Caller& caller, const Request& request, Done done) {
    if (absl::Status status = domain::Validate(request); !status.ok()) return done(status);
    Command command{.caller = caller,
                    .plan = NameIn(request),
                    .new_plan = NewPlanOf(request),
                    .etag = EtagIn(request),
                    .request_id = *ParseUuid(request.request_id()),
                    .fingerprint = FingerprintOf(caller, request),
                    .decide = [request](const domain::Plan& plan, const domain::Context& context) {
                      return domain::Decide(plan, request, context);
                    }};
    if (command.plan.empty()) command.plan = command.new_plan;
    Run(std::make_shared<const Command>(std::move(command)), std::move(done), kAttemptsMax);
  }

 private:
  template <typename Request>
  static std::string NameIn(const Request& request) {
    if constexpr (requires { request.name(); }) return request.name();
    return "";
  }
  template <typename Request>
  static std::string EtagIn(const Request& request) {
    if constexpr (requires { request.etag(); }) return request.etag();
    return "";
  }
  // The name of the plan that the request opens: the id the caller chose, or one that follows from
  // the request id, so that a repeated request opens no second plan.
  template <typename Request>
  static std::string NewPlanOf(const Request& request) {
    if constexpr (requires { request.support_plan_id(); }) {
      return NewPlanName(request.support_plan_id(), request.request_id());
    }
    return "";
  }

  static std::string NewPlanName(const std::string& chosen_id, const std::string& request_id);
  // Who asks for what: the same request id with another of these is another request.
  static Digest FingerprintOf(const Caller& caller, const google::protobuf::Message& request);

  using CommandPointer = std::shared_ptr<const Command>;
  void Run(CommandPointer command, Done done, int attempts_left);
  void Retry(CommandPointer command, Done done, int attempts_left, const absl::Status& mismatch);
  void Repeat(CommandPointer command, const eventstore::KnownRequest& known, Done done);
  // The answer to a command that has just been committed, once the views have applied it.
  absl::StatusOr<std::string> Answer(const Command& command, const domain::Decision& decision,
                                     const eventstore::Appended& appended);
  // The answer that a command got when it was committed, folded from the log.
  absl::StatusOr<std::string> FirstAnswer(const Command& command,
                                          const eventstore::KnownRequest& known);

  eventstore::EventLog& log_;
  projections::Views& views_;
  const Clock& clock_;
};

}  // namespace trellis::services
