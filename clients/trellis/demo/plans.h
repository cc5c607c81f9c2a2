// The plans of a made-up school.
#pragma once

#include <string>

#include "clients/trellis/demo/script.h"
#include "trellis/v1/party.pb.h"

namespace trellis::cli {

// Who has to do with an ECT.
struct DemoCircle {
  DemoPerson ect;
  DemoPerson mentor;
  DemoPerson tutor;
  DemoPerson head;
  DemoPerson contact;
  v1::School school;
  // `inductions/{uuid}`.
  std::string induction;
};

// A support plan for the ECT `number` of the school. Its stage goes with the number: just opened;
// signed and reviewed once; its review overdue; declined by the ECT, with support that was not
// given; paused; met and closed.
void AddSupportPlan(DemoScript& script, const DemoCircle& circle, int number);

// An action plan for the ECT `number` of the school: agreed, or a draft still.
void AddActionPlan(DemoScript& script, const DemoCircle& circle, int number);

}  // namespace trellis::cli
