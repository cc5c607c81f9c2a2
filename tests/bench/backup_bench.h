// Backups and restores beside a copy of the same files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/bench/table.h"

namespace trellis::bench {

struct BackupBenchOptions {
  // The server's binary, and the example play.
  std::string trellisd, play;
  // A directory to work in.
  std::string work;
  uint64_t events = 0;
  int rounds = 0;
  // Of the commands that are given while backups are made.
  absl::Duration round;
};

// Adds a row for a first backup, for a second one of what has not changed, for a restore with all
// its checks, and for commands that are given while one backup after the other is made.
void MeasureBackup(const BackupBenchOptions& options, std::vector<Row>& rows);

}  // namespace trellis::bench
