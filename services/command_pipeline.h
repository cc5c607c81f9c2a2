// The life of a command, written once: validate, load, look into the directory, decide, append,
// wait for the views, reply.
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

// Events for a stream, which must still be at that revision: 0 if it is to be new.
struct StreamEvents {
  std::string stream;
  int64_t revision = 0;
  std::vector<eventstore::NewEvent> events;
};

// What follows from a command, as the log takes it: all or nothing.
struct Outcome {
  std::vector<eventstore::NewEvent> events;
  // What the command does to streams beside its own: one that it makes, or others that follow.
  std::vector<StreamEvents> elsewhere;
  google::protobuf::RepeatedPtrField<v1::Warning> warnings;
};

// Adds `event` to `events`, and what was warned of to `outcome`.
void AddEvent(const google::protobuf::Message& event, std::vector<eventstore::NewEvent>& events,
              Outcome& outcome);

// Adds to an outcome what follows for other streams from what was decided on `state`. Loads them
// and leaves the decision on each to the domain. Called again if any of them moved meanwhile; may
// run on the thread that commits.
template <typename State>
using Elsewhere = std::function<absl::Status(
    const State& state, const domain::DecisionOn<State>& decision, Outcome& outcome)>;

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
  std::shared_ptr<const google::protobuf::Message> request;
  std::function<absl::StatusOr<Outcome>(const google::protobuf::Message& state,
                                        const google::protobuf::Message& request,
                                        const domain::Context&)>
      decide;
};

class CommandPipeline {
 public:
  // Takes the bytes of the command's reply, or the error.
  using Done = std::function<void(absl::StatusOr<std::string>)>;

  // All must outlive the pipeline and every command in it.
  CommandPipeline(eventstore::EventLog& log, projections::Views& views,
                  const vault::EventVault& vault, const Clock& clock)
      : log_(log), views_(views), vault_(vault), clock_(clock) {}

  // Executes `request` on an aggregate with this type of state, and calls `done` once. `elsewhere`,
  // if there is one, is asked what else follows.
  template <typename State, typename Request>
  void Execute(const Caller& caller, const Request& request, Done done,
               const Elsewhere<State>& elsewhere = nullptr) {
    if (absl::Status status = domain::Validate(request); !status.ok()) return done(status);
    Command command =
        CommandFor(caller, State::descriptor(), std::make_shared<const Request>(request));
    command.decide = [elsewhere](const google::protobuf::Message& state,
                                 const google::protobuf::Message& of,
                                 const domain::Context& context) {
      return Decided(static_cast<const State&>(state), static_cast<const Request&>(of), context,
                     elsewhere);
    };
    Run(std::make_shared<const Command>(std::move(command)), std::move(done), kAttemptsMax);
  }

  // Whether this command, of this caller in this capacity, was committed: Execute gives its first
  // answer, whatever they may do by now. `request` is a validated command.
  absl::StatusOr<bool> IsRepeat(const Caller& caller,
                                const google::protobuf::Message& request) const;

 private:
  // Who asks for what: the same request id with another of these is another request.
  Digest FingerprintOf(const Caller& caller, const google::protobuf::Message& request) const;
  // All of the command but how it is decided.
  Command CommandFor(const Caller& caller, const google::protobuf::Descriptor* state,
                     std::shared_ptr<const google::protobuf::Message> request) const;
  template <typename State, typename Request>
  static absl::StatusOr<Outcome> Decided(const State& state, const Request& request,
                                         const domain::Context& context,
                                         const Elsewhere<State>& elsewhere) {
    const domain::DecidedOn<State> decided = Decide(state, request, context);
    if (!decided.ok()) return decided.status();
    Outcome outcome;
    for (const auto& event : decided->events) AddEvent(event, outcome.events, outcome);
    if (!decided->successor_events.empty()) {
      StreamEvents successor{.stream = context.new_name, .revision = 0, .events = {}};
      for (const auto& event : decided->successor_events) {
        AddEvent(event, successor.events, outcome);
      }
      outcome.elsewhere.push_back(std::move(successor));
    }
    if (elsewhere == nullptr) return outcome;
    absl::Status status = elsewhere(state, *decided, outcome);
    if (!status.ok()) return status;
    return outcome;
  }

  using CommandPointer = std::shared_ptr<const Command>;
  void Run(CommandPointer command, Done done, int attempts_left);
  void Retry(CommandPointer command, Done done, int attempts_left, const absl::Status& mismatch);
  // What the log is to append, with everything sealed for whom it is about.
  absl::StatusOr<eventstore::Commit> CommitOf(const Command& command, int64_t revision,
                                              Outcome outcome) const;
  // The streams that the command is to make beside its own are free, or ALREADY_EXISTS.
  absl::Status RequireFree(const Outcome& outcome) const;
  void RepeatOnceKnown(CommandPointer command, const eventstore::Appended& appended, Done done);
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
  const vault::EventVault& vault_;
  const Clock& clock_;
};

}  // namespace trellis::services
