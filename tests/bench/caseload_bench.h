// Lists and counts of the plans of a trust of 200 schools with 50 plans each.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/bench/table.h"

namespace trellis::bench {

struct CaseloadBenchOptions {
  std::string trellisd, work;
  // How long each read is repeated, one at a time.
  absl::Duration round = absl::Seconds(4);
};

// Everything, as rows: the times of single reads, beside those of GetSupportPlan.
void MeasureCaseload(const CaseloadBenchOptions& options, std::vector<Row>& rows);

}  // namespace trellis::bench
