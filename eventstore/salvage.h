// Reads what can still be read of a log that is not opened any more.
//
// Operation.   Goes over the files one by one, without RocksDB's list of them: those of sorted
//              rows, then the write-ahead logs. A block with a wrong checksum costs what is in it,
//              a file that is gone what was in that alone. What is given is whole: each record has
//              the digest that it was written with. Changes no byte of the directory.
// What it is worth. Which records there should be, and in which order, only the signed tree proves:
//              this is for finding out what a backup must bring back, and for those who have none.
#pragma once

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "base/report.h"
#include "eventstore/record.h"

namespace trellis::eventstore {

struct Salvage {
  // Records that were read, each position once.
  uint64_t records = 0;
  // The last position that was read.
  Position last = 0;
  // Files that cannot be read or are damaged, positions before `last` that no file holds, and what
  // was signed beyond it.
  Findings findings;
};

// Calls `visit` with each record of the log in `data`/log, in the order of the positions within a
// file. NOT_FOUND (LOG_NOT_FOUND) if there is no such directory.
absl::StatusOr<Salvage> SalvageLog(const std::string& data,
                                   absl::FunctionRef<void(const Record&)> visit);

}  // namespace trellis::eventstore
