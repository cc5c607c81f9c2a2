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
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "domain/aggregate.h"
#include "domain/decision.h"
#include "domain/validate.h"
#include "eventstore/event_log.h"
#include "google/protobuf/message.h"
#include "projections/views.h"
#include "services/caller.h"

namespace trellis::services {

// How often a command is decided anew when others changed its state meanwhile.
inline constexpr int kAttemptsMax = 3;

// What follows from a command, as the log takes it.
struct Outcome {
  std::vector<eventstore::NewEvent> events;
  // For the stream that the command makes beside its own.
  std::vector<eventstore::NewEvent> successor_events;
  google::protobuf::RepeatedPtrField<v1::Warning> warnings;
};

// A validated command, of whatever kind and aggregate.
struct Command {
  Caller caller;
  const domain::Aggregate* aggregate = nullptr;
  // The stream it is about, which is also the resource's name.
  std::string stream;
  // What it makes: `stream` itself, or another of the same aggregate (RenewPlan); else empty.
  std::string new_name;
  // The etag that the caller wants; empty: any.
  std::string etag;
  Uuid request_id{};
  Digest fingerprint{};
  std::function<absl::StatusOr<Outcome>(const google::protobuf::Message& state,
                                        const domain::Context&)>
      decide;
};

class CommandPipeline {
 public:
  // Takes the bytes of the command's reply, or the error.
  using Done = std::function<void(absl::StatusOr<std::string>)>;

  // All must outlive the pipeline and every command in it.
  CommandPipeline(eventstore::EventLog& log, projections::Views& views, const Clock& clock)
      : log_(log), views_(views), clock_(clock) {}

  // Executes `request` on an aggregate with this type of state, and calls `done` once.
  template <typename State, typename Request>
  void Execute(const Caller& caller, const Request& request, Done done) {
    if (absl::Status status = domain::Validate(request); !status.ok()) return done(status);
    Command command = CommandFor(caller, State::descriptor(), request);
    command.decide = [request](const google::protobuf::Message& state,
                               const domain::Context& context) -> absl::StatusOr<Outcome> {
      const domain::DecidedOn<State> decided =
          Decide(static_cast<const State&>(state), request, context);
      if (!decided.ok()) return decided.status();
      Outcome outcome;
      for (const auto& event : decided->events) AddEvent(event, outcome.events, outcome);
      for (const auto& event : decided->successor_events) {
        AddEvent(event, outcome.successor_events, outcome);
      }
      return outcome;
    };
    Run(std::make_shared<const Command>(std::move(command)), std::move(done), kAttemptsMax);
  }

 private:
  // All of the command but how it is decided.
  static Command CommandFor(const Caller& caller, const google::protobuf::Descriptor* state,
                            const google::protobuf::Message& request);
  static void AddEvent(const google::protobuf::Message& event,
                       std::vector<eventstore::NewEvent>& events, Outcome& outcome);

  using CommandPointer = std::shared_ptr<const Command>;
  void Run(CommandPointer command, Done done, int attempts_left);
  void Retry(CommandPointer command, Done done, int attempts_left, const absl::Status& mismatch);
  void Repeat(CommandPointer command, const eventstore::KnownRequest& known, Done done);
  // The answer to a command that has just been committed, once the views have applied it.
  absl::StatusOr<std::string> Answer(
      const Command& command, const google::protobuf::RepeatedPtrField<v1::Warning>& warnings,
      const eventstore::Appended& appended);
  // The answer that a command got when it was committed, folded from the log.
  absl::StatusOr<std::string> FirstAnswer(const Command& command,
                                          const eventstore::KnownRequest& known);

  eventstore::EventLog& log_;
  projections::Views& views_;
  const Clock& clock_;
};

}  // namespace trellis::services
