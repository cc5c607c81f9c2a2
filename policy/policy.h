// Who may do what: the table in policy.txt, which people read, as the program reads it.
//
// Thread-safe; everything here lives for ever.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "trellis/v1/capacity.pb.h"

namespace trellis::policy {

// How far something reaches, in the words of the table.
enum class Reach : uint8_t { kNever, kOwn, kNamed, kSchool, kAggregate, kAny };

// One line of the table.
struct Row {
  // The service and what it does, such as `SupportPlanService/GetSupportPlan`.
  std::string action;
  // By capacity; of those that have no column (SYSTEM among them), kNever. Of SERVICE kAny where a
  // scope is needed.
  std::array<Reach, v1::Capacity_ARRAYSIZE> reaches{};
  // What a service account needs; `any`: nothing but an account. Empty: never.
  std::string scope;

  Reach ReachOf(v1::Capacity capacity) const {
    return v1::Capacity_IsValid(capacity) ? reaches[static_cast<size_t>(capacity)] : Reach::kNever;
  }
};

class Policy {
 public:
  // The table that this program was built with.
  static const Policy& Get();

  // Reads a table. INVALID_ARGUMENT (POLICY_INVALID) names the line, what was got and wanted.
  static absl::StatusOr<Policy> Parse(absl::string_view text);

  // Null if there is none.
  const Row* Find(absl::string_view action) const;
  // In the order of the table.
  const std::vector<Row>& rows() const { return rows_; }
  // As it was written.
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::vector<Row> rows_;
  absl::flat_hash_map<std::string, size_t> by_action_;
};

}  // namespace trellis::policy
