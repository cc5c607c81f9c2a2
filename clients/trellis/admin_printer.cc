// Backups, operations and keys as tables.
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "clients/trellis/printers.h"
#include "clients/trellis/text.h"

namespace trellis::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string SizeText(int64_t bytes) {
  constexpr int64_t kMebi = 1 << 20;
  return bytes < kMebi ? absl::StrCat(bytes, " bytes") : absl::StrCat(bytes / kMebi, " MiB");
}

std::string StateText(const google::longrunning::Operation& operation) {
  if (operation.has_error()) return absl::StrCat("failed: ", OneLine(operation.error().message()));
  v1::Backup backup;
  if (operation.response().UnpackTo(&backup)) return absl::StrCat("made ", backup.name());
  v1::BackupProgress progress;
  operation.metadata().UnpackTo(&progress);
  return absl::StrCat(progress.percent(), " %", progress.cancel_requested() ? ", cancelled" : "");
}

std::vector<std::string> OperationRow(const google::longrunning::Operation& operation) {
  v1::BackupProgress progress;
  // An erasure: the person shows when it was decided.
  if (!operation.metadata().UnpackTo(&progress)) {
    return {operation.name(), "", operation.done() ? "done" : "being done"};
  }
  return {operation.name(), LondonTimeText(progress.start_time()), StateText(operation)};
}

}  // namespace

std::string BackupText(const v1::Backup& backup) {
  return AlignedTable(
      {{"backup", backup.name()},
       {"made", LondonTimeText(backup.create_time())},
       {"holds", absl::StrCat("positions 1 to ", backup.position())},
       {"root", absl::BytesToHexString(backup.root())},
       {"size", absl::StrCat(SizeText(backup.size_bytes()), " in ", backup.file_count(), " files")},
       {"copied", absl::StrCat(SizeText(backup.copied_bytes()), " in ", backup.copied_file_count(),
                               " files")}});
}

std::string LedgerText(const v1::Ledger& ledger) {
  Rows rows;
  for (const v1::KeyRotation& rotation : ledger.key_rotations()) {
    rows.push_back(
        {LondonTimeText(rotation.record_time()), rotation.new_key(),
         absl::StrCat("after ", rotation.previous_key(), ": ", OneLine(rotation.reason()))});
  }
  return AlignedTable(rows);
}

std::string BackupsText(const v1::ListBackupsResponse& list) {
  Rows rows;
  for (const v1::Backup& backup : list.backups()) {
    if (!backup.damage().empty()) {
      rows.push_back({backup.name(), "DAMAGED", OneLine(backup.damage())});
      continue;
    }
    rows.push_back(
        {backup.name(), LondonTimeText(backup.create_time()),
         absl::StrCat("to position ", backup.position(), ", ", SizeText(backup.size_bytes()), ", ",
                      SizeText(backup.copied_bytes()), " copied")});
  }
  return rows.empty() ? "no backups\n" : AlignedTable(rows);
}

std::string OperationText(const google::longrunning::Operation& operation) {
  return AlignedTable({OperationRow(operation)});
}

std::string OperationsText(const google::longrunning::ListOperationsResponse& list) {
  Rows rows;
  for (const auto& operation : list.operations()) rows.push_back(OperationRow(operation));
  return rows.empty() ? "no operations\n" : AlignedTable(rows);
}

}  // namespace trellis::cli
