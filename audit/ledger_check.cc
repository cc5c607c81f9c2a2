#include "audit/ledger_check.h"

#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "audit/access_check.h"
#include "audit/handovers.h"
#include "audit/index_check.h"
#include "audit/record_check.h"
#include "audit/tree_check.h"
#include "audit/view_check.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "eventstore/big_endian.h"
#include "eventstore/checkpoints.h"
#include "eventstore/database.h"
#include "eventstore/keys.h"

namespace trellis::audit {
namespace {

using eventstore::Database;
using proofs::Checkpoint;

// Rows between two calls of progress.
constexpr uint64_t kRowsPerCall = 8192;
// A key has 100 bytes or so.
constexpr size_t kKeyFileBytesMax = 4096;

eventstore::EventLogOptions LogOptions(const LedgerCheckOptions& options) {
  return {.directory = options.data + "/log", .ledger = options.ledger};
}

std::string FormatBytes() {
  std::string bytes;
  eventstore::AppendBigEndian(eventstore::kFormatVersion, bytes);
  return bytes;
}

// The key in `signing.pub`; nothing if there is no such file.
absl::StatusOr<std::optional<proofs::VerifierKey>> KeyBeside(const std::string& data) {
  std::ifstream file(data + "/signing.pub", std::ios::binary);
  if (!file) return std::nullopt;
  std::string text(kKeyFileBytesMax, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  absl::string_view line = text;
  absl::ConsumeSuffix(&line, "\n");
  auto key = proofs::VerifierKey::Parse(line);
  if (!key.ok()) {
    return Error(key.status().code(), ErrorReason(key.status()),
                 absl::StrCat(data, "/signing.pub: ", key.status().message()));
  }
  return *std::move(key);
}

// One run over one ledger.
class LedgerCheck {
 public:
  LedgerCheck(const LedgerCheckOptions& options, const Database& database)
      : options_(options), database_(database) {}

  LedgerReport Run(const std::vector<proofs::VerifierKey>& keys) {
    CheckFiles();
    CheckMeta();
    const std::optional<Checkpoint> checkpoint = ReadCheckpoint(keys);
    TreeCheck tree(database_, checkpoint.has_value() ? checkpoint->size : 0, tree_findings_);
    RecordCheck records(tree, report_.findings);
    const bool read = CheckRecords(records);
    CheckStreams(records.index());
    CheckRequests(records.index());
    CheckTree(tree);
    CheckCheckpoint(checkpoint, tree);
    const bool sound = read && records_sound_;
    if (options_.with_access_log) CheckTheAccessLog();
    if (HasViews(options_.data)) CheckTheViews(sound);
    return std::move(report_);
  }

 private:
  // Adds a part, with the findings that came since the part before.
  void EndPart(const std::string& name, const std::string& what) {
    const uint64_t found = report_.findings.count() - counted_;
    counted_ = report_.findings.count();
    report_.parts.push_back({name, what, found});
  }
  void Tell(const std::string& what, uint64_t done, uint64_t of) {
    if (options_.progress) options_.progress(what, done, of);
  }
  // Calls `take` with every row of a family. False if they could not all be read.
  template <typename Take>
  bool ScanRows(const std::string& name, rocksdb::ColumnFamilyHandle* family, uint64_t of,
                const Take& take) {
    const absl::Status status =
        database_.Scan(family, [&](absl::string_view key, absl::string_view value) {
          if (rows_++ % kRowsPerCall == 0) Tell(name, rows_ - 1, of);
          take(key, value);
        });
    rows_ = 0;
    if (status.ok()) return true;
    report_.findings.Add(absl::StrCat(name, ": cannot be read to the end: ", status.message()));
    return false;
  }

  void CheckFiles();
  void CheckMeta();
  std::optional<Checkpoint> ReadCheckpoint(const std::vector<proofs::VerifierKey>& keys);
  void NoteSigner(absl::string_view note, const std::vector<proofs::VerifierKey>& given,
                  const std::vector<proofs::VerifierKey>& believed);
  bool CheckRecords(RecordCheck& records);
  void CheckStreams(const RecordIndex& index);
  void CheckRequests(const RecordIndex& index);
  void CheckTree(TreeCheck& tree);
  void CheckCheckpoint(const std::optional<Checkpoint>& checkpoint, const TreeCheck& tree);
  void CheckTheAccessLog();
  void CheckTheViews(bool sound);

  const LedgerCheckOptions& options_;
  const Database& database_;
  LedgerReport report_;
  uint64_t counted_ = 0;
  uint64_t rows_ = 0;
  bool records_sound_ = false;
  // Those of tiles that are met while the records are read, and of the checkpoint, met before.
  Findings tree_findings_;
  Findings checkpoint_findings_;
};

void MoveTo(const Findings& from, Findings& to) {
  for (const std::string& finding : from.kept()) to.Add(finding);
  for (uint64_t i = from.kept().size(); i < from.count(); ++i) to.Add("");
}

void LedgerCheck::CheckFiles() {
  Tell("files", 0, 0);
  const absl::Status status = database_.VerifyFiles();
  if (!status.ok()) report_.findings.Add(absl::StrCat("files: ", status.message()));
  EndPart("files", "those of sorted rows have the digests that they were written with");
}

void LedgerCheck::CheckMeta() {
  ScanRows("meta", database_.meta(), 0, [&](absl::string_view key, absl::string_view value) {
    // Opening has compared the ledger's name, and refused a newer format.
    if (key == "ledger" || (key == "format" && value == FormatBytes())) return;
    report_.findings.Add(absl::StrCat("meta: the key ", Shown(key), " with the value ",
                                      Shown(value), " says nothing that is known"));
  });
  ScanRows("default", database_.unused(), 0, [&](absl::string_view key, absl::string_view) {
    report_.findings.Add(absl::StrCat("default: the key ", Shown(key), ", where nothing stands"));
  });
  EndPart("name", absl::StrCat("the ledger is ", options_.ledger));
}

std::optional<Checkpoint> LedgerCheck::ReadCheckpoint(
    const std::vector<proofs::VerifierKey>& keys) {
  const eventstore::CheckpointFile file = eventstore::CheckpointFileOf(LogOptions(options_));
  const auto bytes = file.Read();
  if (!bytes.ok()) {
    checkpoint_findings_.Add(absl::StrCat("checkpoint: ", bytes.status().message()));
  } else if (!bytes->has_value()) {
    checkpoint_findings_.Add(absl::StrCat("checkpoint: there is no ", file.path()));
  } else if (keys.empty()) {
    checkpoint_findings_.Add("checkpoint: whose signature it has cannot be checked without a key");
  } else {
    const std::vector<proofs::VerifierKey> believed =
        proofs::KeysThrough(keys, HandoversIn(database_, options_.ledger));
    auto checkpoint = eventstore::BelievedCheckpoint(**bytes, options_.ledger, believed);
    if (checkpoint.ok()) {
      NoteSigner(**bytes, keys, believed);
      return *std::move(checkpoint);
    }
    checkpoint_findings_.Add(
        absl::StrCat("checkpoint: cannot be believed: ", checkpoint.status().message()));
  }
  return std::nullopt;
}

// Says so if it is not one of the keys that were given, but one that they lead to.
void LedgerCheck::NoteSigner(absl::string_view note, const std::vector<proofs::VerifierKey>& given,
                             const std::vector<proofs::VerifierKey>& believed) {
  if (eventstore::BelievedCheckpoint(note, options_.ledger, given).ok()) return;
  for (const proofs::VerifierKey& key : believed) {
    if (!eventstore::BelievedCheckpoint(note, options_.ledger, {key}).ok()) continue;
    report_.notes.push_back(absl::StrCat("The checkpoint is signed by ", key.ToString(),
                                         ", to which handovers in the log lead from the key that "
                                         "is known."));
    return;
  }
}

bool LedgerCheck::CheckRecords(RecordCheck& records) {
  const bool read =
      ScanRows("log", database_.log(), 0, [&](auto key, auto value) { records.Take(key, value); });
  records.Finish();
  report_.events = records.index().last();
  records_sound_ = report_.findings.count() == counted_;
  EndPart("records", absl::StrCat(report_.events, " events in ", records.index().commits.size(),
                                  " commits and ", records.index().streams.size(),
                                  " streams: every digest, position, time and revision"));
  return read;
}

void LedgerCheck::CheckStreams(const RecordIndex& index) {
  StreamsCheck check(index, report_.findings);
  ScanRows("streams", database_.streams(), index.last(),
           [&](auto key, auto value) { check.Take(key, value); });
  check.Finish();
  EndPart("index of streams", "every revision is where the records have it");
}

void LedgerCheck::CheckRequests(const RecordIndex& index) {
  RequestsCheck check(index, report_.findings);
  ScanRows("requests", database_.requests(), index.commits.size(),
           [&](auto key, auto value) { check.Take(key, value); });
  check.Finish();
  EndPart("index of requests", absl::StrCat("every commit is there; ", check.without_events(),
                                            " requests wrote no events"));
}

void LedgerCheck::CheckTree(TreeCheck& tree) {
  const absl::Status status = tree.Finish();
  MoveTo(tree_findings_, report_.findings);
  if (!status.ok()) {
    report_.findings.Add(absl::StrCat("tiles: cannot be read to the end: ", status.message()));
  }
  EndPart("tree", absl::StrCat(tree.tiles(), " tiles follow from the records; the root is ",
                               absl::BytesToHexString(AsBytes(tree.Root()))));
}

void LedgerCheck::CheckCheckpoint(const std::optional<Checkpoint>& checkpoint,
                                  const TreeCheck& tree) {
  MoveTo(checkpoint_findings_, report_.findings);
  std::string what = "none that can be believed";
  if (checkpoint.has_value()) {
    what = absl::StrCat("signed over the first ", checkpoint->size, " events, with their root");
    if (checkpoint->size > tree.size()) {
      report_.findings.Add(absl::StrCat("checkpoint: ", checkpoint->size,
                                        " events were signed, and the log ends with position ",
                                        tree.size()));
    } else if (tree.signed_root() != checkpoint->root) {
      report_.findings.Add(absl::StrCat("checkpoint: the first ", checkpoint->size,
                                        " events are not those that were signed"));
    }
    if (checkpoint->size < tree.size()) {
      report_.notes.push_back(absl::StrCat("The last ", tree.size() - checkpoint->size,
                                           " events are younger than the signed checkpoint: their "
                                           "receipts alone prove them."));
    }
  }
  EndPart("checkpoint", what);
}

void LedgerCheck::CheckTheAccessLog() {
  Tell("access log", 0, 0);
  const auto what = CheckAccessLog(options_.data, database_, options_.ledger, report_);
  if (what.has_value()) EndPart("access log", *what);
}

void LedgerCheck::CheckTheViews(bool sound) {
  std::string what = "not looked at, since the records are damaged";
  if (sound && options_.vault == nullptr) {
    what = "not looked at: what they follow from is sealed, and no master key was given";
  } else if (sound) {
    what = CheckViews({.views = options_.data + "/views",
                       .log = LogOptions(options_),
                       .events = report_.events,
                       .vault = *options_.vault,
                       .progress = options_.progress},
                      report_.findings);
  }
  EndPart("views", what);
}

}  // namespace

absl::StatusOr<LedgerReport> CheckLedger(const LedgerCheckOptions& options) {
  std::vector<proofs::VerifierKey> keys = options.keys;
  if (keys.empty()) {
    ASSIGN_OR_RETURN(const std::optional<proofs::VerifierKey> beside, KeyBeside(options.data));
    if (beside.has_value()) keys.push_back(*beside);
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<Database> database,
                   Database::OpenReadOnly(LogOptions(options)));
  LedgerReport report = LedgerCheck(options, *database).Run(keys);
  if (options.keys.empty() && !keys.empty()) {
    report.notes.push_back(absl::StrCat(
        "The key ", keys[0].ToString(),
        " came with the data, in signing.pub: whoever changed the one could change the other. One "
        "that was got elsewhere, given with --key, proves more."));
  }
  return report;
}

absl::Status Verdict(const LedgerReport& report) {
  if (report.holds()) return absl::OkStatus();
  return Error(absl::StatusCode::kDataLoss, "LEDGER_DAMAGED",
               absl::StrCat("the ledger does not hold: ", report.findings.count(), " findings"),
               {{"findings", absl::StrCat(report.findings.count())}});
}

}  // namespace trellis::audit
