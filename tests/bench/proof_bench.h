// How fast a log proves that an event is in it.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/table.h"

namespace trellis::bench {

// Makes and verifies proofs of events, drawn by lot, of the log in `data`/log, which has records,
// and adds rows about it.
void MeasureProofs(const std::string& data, int rounds, std::vector<Row>& rows);

}  // namespace trellis::bench
