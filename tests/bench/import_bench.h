// Loads: an import as long as GIAS's file of all establishments, and the demonstration.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/table.h"

namespace trellis::bench {

// Imports 50,000 schools into an empty server, and once more, and adds a row for each: beside
// `rocks_rate`, the records a second that RocksDB alone writes in synced batches.
void MeasureImport(const std::string& trellisd, const std::string& work, double rocks_rate,
                   std::vector<Row>& rows);

// Gives the demonstration of so many schools to an empty server, and once more, and adds a row for
// each, likewise.
void MeasureDemo(const std::string& trellisd, const std::string& work, double rocks_rate,
                 int schools, std::vector<Row>& rows);

}  // namespace trellis::bench
