// Commands given as a server would take them, without one: each is validated,
// decided and applied; what follows is kept as bytes, as a log would keep it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "domain/aggregate.h"
#include "domain/decision.h"
#include "tests/support/lifecycle.h"
#include "trellis/v1/play.pb.h"

namespace trellis::testing {

// Names of people and resources as tests write them, such as `@ect`, and what stands for them.
// Longer ones come first where one is the beginning of another.
struct Alias {
  const char* alias;
  const char* name;
};
const std::vector<Alias>& Aliases();
// `text` with what the aliases stand for, and the other way round.
std::string WithoutAliases(absl::string_view text);
std::string WithAliases(absl::string_view text);

// The support plan that commands are about when they name none, and the one that renews it.
extern const char kPlan[];
extern const char kNextPlan[];

// A message of whatever type, with the semantics of a value.
class AnyMessage {
 public:
  explicit AnyMessage(const google::protobuf::Message& message) : message_(message.New()) {
    message_->CopyFrom(message);
  }
  AnyMessage(const AnyMessage& other) : AnyMessage(*other) {}
  AnyMessage& operator=(const AnyMessage& other) { return *this = AnyMessage(other); }
  AnyMessage(AnyMessage&&) = default;
  AnyMessage& operator=(AnyMessage&&) = default;

  google::protobuf::Message& operator*() { return *message_; }
  const google::protobuf::Message& operator*() const { return *message_; }
  const google::protobuf::Message* operator->() const { return message_.get(); }
  // The message, which has this type.
  template <typename Message>
  const Message& as() const {
    return static_cast<const Message&>(*message_);
  }

 private:
  std::unique_ptr<google::protobuf::Message> message_;
};

// What follows from a command, of whatever aggregate: see domain::DecisionOn.
struct Decision {
  std::vector<AnyMessage> events;
  std::vector<AnyMessage> successor_events;
};
using Decided = absl::StatusOr<Decision>;

// Who acts: `ect`, `mentor`, `induction_tutor`, `headteacher`, `appropriate_body`, `supporter`, or
// `stranger`, who has no part in the plan; `system`, which is Trellis itself and no person.
v1::Party PartyNamed(absl::string_view role);

// A command, and who gives it when. It is the middle of that day.
struct Given {
  absl::CivilDay today;
  v1::Party actor;
  v1::Capacity capacity = v1::CAPACITY_UNSPECIFIED;
  v1::Command command;
};

// Fills in what every request needs and no reader wants to see: the name of what it is about, the
// request id (which follows from `number`) and, to open a support plan, its parties and its school.
void FillIn(v1::Command& command, int number);

// The aggregate that the command is about.
const domain::Aggregate& AggregateFor(const v1::Command& command);

// The state's resource name.
std::string NameOf(const google::protobuf::Message& state);
// What a state looks like from afar: its type, where it stands, and which of its lists have items.
std::string Outline(const google::protobuf::Message& state);

// What the command leads to for `state`. Does not validate.
Decided DecideCommand(const google::protobuf::Message& state, const v1::Command& command,
                      const domain::Context& context);

// What a decision may know of the command.
domain::Context ContextOf(const Given& given);

// An event as the log keeps it.
struct Stored {
  std::string bytes;
  domain::EventFacts facts;
};

// The state that follows from these events alone. Fails the test if one cannot be decoded.
AnyMessage Fold(const std::string& name, const std::vector<Stored>& events);

// All that there is.
class World {
 public:
  // Validates and decides `given` and applies what follows.
  Decided Give(const Given& given);

  // The state that the command is about; one that does not exist has revision 0.
  AnyMessage StateOf(const v1::Command& command) const;
  AnyMessage Find(const std::string& name) const;
  const std::map<std::string, AnyMessage>& states() const { return states_; }
  const std::vector<Stored>& Events(const std::string& name) const { return events_.at(name); }

 private:
  void Append(const std::string& name, const std::vector<AnyMessage>& events, const Given& given);

  std::map<std::string, AnyMessage> states_;
  std::map<std::string, std::vector<Stored>> events_;
};

}  // namespace trellis::testing
