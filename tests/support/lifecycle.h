// Plans for tests: people, one command of every kind, and how to make commands.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "domain/support_plan.h"
#include "google/protobuf/message.h"
#include "trellis/v1/party.pb.h"
#include "trellis/v1/play.pb.h"
#include "trellis/v1/support_plan.pb.h"
#include "trellis/v1/support_plan_service.pb.h"

namespace trellis::testing {

// Who gives a command.
struct Actor {
  v1::Party party;
  v1::Capacity capacity = v1::CAPACITY_UNSPECIFIED;
};

// The parties of the plans that OpenRequest opens.
Actor Ect();
Actor Tutor();
Actor Headteacher();
Actor AppropriateBody();
// Whoever runs the ledger: of no plan.
Actor Administrator();

// A new UUID: the next of a fixed sequence. Thread-safe.
std::string NewId();

// The message that `text` writes; crashes if it writes none.
void ParseTextInto(const std::string& text, google::protobuf::Message& message);
template <typename Message>
Message ParseText(const std::string& text) {
  Message message;
  ParseTextInto(text, message);
  return message;
}

// Opens a plan with one concern (c1, standard 7d) and weekly reviews, under ids of its own.
v1::OpenSupportPlanRequest OpenRequest();

// A request for `plan` with an id of its own.
template <typename Request>
Request RequestFor(const std::string& plan, const std::string& text = "") {
  Request request = ParseText<Request>(text);
  request.set_name(plan);
  request.set_request_id(NewId());
  return request;
}

// Adds an outcome under c1.
v1::RecordOutcomeRequest OutcomeRequest(const std::string& plan, const std::string& words);

// A command of every kind, each accepted when they are played in order on the day that
// FakeClock begins with. The last closes the plan that the one before it opened. Names, request ids
// and content revisions are left out: see Prepare.
std::vector<v1::PlayStep> Lifecycle();

// The request that the command holds.
const google::protobuf::Message& RequestOf(const v1::Command& command);

// Sets what Lifecycle leaves out: `plan` is the plan that the command is about.
void Prepare(const v1::SupportPlan& plan, v1::Command& command);

// Decides the command, whatever its kind.
domain::Decided Decide(const domain::Plan& plan, const v1::Command& command,
                       const domain::Context& context);

}  // namespace trellis::testing
