// What a request is about, for deciding who may make it: a record, or a list of somebody's.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "policy/policy.h"

namespace trellis::services {

struct Target {
  // The record, such as `supportPlans/{uuid}`; empty for none.
  std::string record;

  // Conditions of a list; empty if the request has none of them.
  bool is_list = false;
  std::string school_urn;
  // Whose records: `people/{uuid}`.
  std::string person;
  std::string mentor;
  std::string tutor;
  // The contact of a body, `people/{uuid}`, and the id of a body.
  std::string contact;
  std::string body;
  // `trusts/{uid}`.
  std::string trust;
  // GetCaseload: every count is asked for.
  bool every_count = false;
};

// Of a request that was validated. One that is about no record and lists nothing (it makes
// something, or asks for what is public) has nothing set.
Target TargetOf(const google::protobuf::Message& request);

// Whether the request tells something about a record, or hands out the sight of it.
bool IsAboutRecord(const google::protobuf::Message& request);

// What a list is of, by its first condition; `-` if it has none.
std::string ListNameOf(const Target& target);

// The row of the policy that says who may see a record of this aggregate: what is known about it,
// such as its trail, is for the same people. Null if none does.
const policy::Row* RowOfRecord(absl::string_view record);

}  // namespace trellis::services
