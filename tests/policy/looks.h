// Situations for the tests of what the table's words mean: records, people who read them, and what
// they see of it on a day.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "trellis/v1/capacity.pb.h"
#include "trellis/v1/directory.pb.h"
#include "trellis/v1/induction.pb.h"
#include "trellis/v1/support_plan.pb.h"

namespace trellis::policy {

inline constexpr char kGetPlan[] = "SupportPlanService/GetSupportPlan";
inline constexpr char kGetInduction[] = "InductionService/GetInduction";

// Oak, 100001, became an academy, 100003. Elm, 100002, is another school.
bool AreOne(absl::string_view a, absl::string_view b);

// Somebody whom the directory knows, with roles such as "role: MENTOR school_urn: '100001'".
v1::Person Person(const std::string& id, const std::vector<std::string>& roles = {});
v1::Person TutorAt(const char* urn, const char* from, const char* to = "");
// Somebody of an appropriate body.
v1::Person ColleagueAt(const char* body, const char* from, const char* to = "");

// Opened at Oak; goes on at Elm since 1 April, with another tutor and another contact.
v1::SupportPlan MovedPlan();

// Two schools, two mentors and two bodies one after the other; the second of each from 1 April.
v1::Induction InductionWithChanges();

// Somebody who reads a record on a day.
struct Look {
  const char* who;
  v1::Person reader;
  v1::Capacity as;
  const char* today;
  // "all", "nothing", or the last day of which they see it as it was known then.
  const char* sees;
};

// Expects that of whoever makes `call` about `record`.
void CheckLooks(const google::protobuf::Message& record, const char* call,
                const std::vector<Look>& looks);

}  // namespace trellis::policy
