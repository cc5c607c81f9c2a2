// An import, as long as GIAS's file of all establishments.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/table.h"

namespace trellis::bench {

// Imports 50,000 schools into an empty server, and once more, and adds a row for each: beside
// `rocks_rate`, the records a second that RocksDB alone writes in synced batches.
void MeasureImport(const std::string& trellisd, const std::string& work, double rocks_rate,
                   std::vector<Row>& rows);

}  // namespace trellis::bench
