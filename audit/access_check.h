// Checks the log of who looked that lies beside a ledger, and that it is the one which the ledger
// has recorded.
#pragma once

#include <optional>
#include <string>

#include "base/report.h"
#include "eventstore/database.h"

namespace trellis::audit {

// Recomputes the chain of `data`/access, compares it with the last anchor in `database`, adds what
// is wrong to the findings and what was found broken earlier to the notes, and says what there is;
// nothing if there is neither such a log nor an anchor. Changes no byte of it.
std::optional<std::string> CheckAccessLog(const std::string& data,
                                          const eventstore::Database& database,
                                          const std::string& ledger, Report& report);

}  // namespace trellis::audit
