// Commands given to support plans as a server would take them, without one: each is validated,
// decided and applied; what follows is kept as bytes, as a log would keep it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "domain/support_plan.h"
#include "trellis/v1/play.pb.h"

namespace trellis::testing {

// Names of people and plans as tests write them, such as `@ect`, and what stands for them. Longer
// ones come first where one is the beginning of another.
struct Alias {
  const char* alias;
  const char* name;
};
const std::vector<Alias>& Aliases();
// `text` with what the aliases stand for, and the other way round.
std::string WithoutAliases(absl::string_view text);
std::string WithAliases(absl::string_view text);

// The plan that commands are about when they name none, and the one that renews it.
extern const char kPlan[];
extern const char kNextPlan[];

// Who acts: `ect`, `mentor`, `induction_tutor`, `headteacher`, `appropriate_body`, `supporter`, or
// `stranger`, who has no part in the plan.
v1::Party PartyNamed(absl::string_view role);

// A command, and who gives it when. It is the middle of that day.
struct Given {
  absl::CivilDay today;
  v1::Party actor;
  v1::Capacity capacity = v1::CAPACITY_UNSPECIFIED;
  v1::SupportPlanCommand command;
};

// Fills in what every request needs and no reader wants to see: the plan, the request id (which
// follows from `number`) and, to open a plan, its parties and its school.
void FillIn(v1::SupportPlanCommand& command, int number);

// The request that the command holds.
const google::protobuf::Message& RequestOf(const v1::SupportPlanCommand& command);

// What the command leads to for `plan`. Does not validate.
domain::Decided DecideCommand(const domain::Plan& plan, const v1::SupportPlanCommand& command,
                              const domain::Context& context);

// What a decision may know of the command.
domain::Context ContextOf(const Given& given);

// An event as the log keeps it.
struct Stored {
  std::string bytes;
  domain::EventFacts facts;
};

// The plan that follows from these events alone. Fails the test if one cannot be decoded.
domain::Plan Fold(const std::string& name, const std::vector<Stored>& events);

// Every plan there is.
class World {
 public:
  // Validates and decides `given` and applies what follows.
  domain::Decided Give(const Given& given);

  // The plan that the command is about; one that does not exist has revision 0.
  const domain::Plan& PlanOf(const v1::SupportPlanCommand& command) const;
  const domain::Plan& Find(const std::string& name) const;
  const std::map<std::string, domain::Plan>& plans() const { return plans_; }
  const std::vector<Stored>& Events(const std::string& name) const { return events_.at(name); }

 private:
  void Append(const std::string& name, const domain::Events& events, const Given& given);

  std::map<std::string, domain::Plan> plans_;
  std::map<std::string, std::vector<Stored>> events_;
};

}  // namespace trellis::testing
