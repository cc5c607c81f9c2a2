#include "audit/access_check.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "access/access_store.h"
#include "access/entry_chain.h"
#include "access/entry_reader.h"
#include "base/status_macros.h"
#include "base/timestamp.h"
#include "domain/access_log.h"
#include "domain/codec.h"
#include "domain/dates.h"
#include "eventstore/durable_position.h"
#include "eventstore/log_reader.h"
#include "eventstore/recovery.h"

namespace trellis::audit {
namespace {

std::string DirectoryIn(const std::string& data) { return data + "/access"; }

// What the ledger has recorded, as far as it can be read.
v1::AccessLog Recorded(const eventstore::Database& database, const std::string& ledger) {
  v1::AccessLog log;
  const auto end = eventstore::FindEnd(database);
  if (!end.ok()) return log;
  const eventstore::DurablePosition all(end->last_position);
  const std::string name = absl::StrCat(domain::kAccessLogStreams, ledger);
  const auto records =
      eventstore::LogReader(database, all).ReadStream(name, 1, eventstore::kStreamEventsMax);
  if (!records.ok()) return log;
  for (const eventstore::Record& record : *records) {
    v1::AccessLogEvent event;
    if (!domain::DecodeEvent(record.payload, event).ok()) break;
    domain::Evolve(log, name, event,
                   {.recorded_at = record.header.recorded_at, .actor = "", .capacity = v1::SYSTEM});
  }
  return log;
}

absl::StatusOr<std::string> Check(const std::string& data, const std::string& ledger,
                                  const v1::AccessLog& recorded) {
  ASSIGN_OR_RETURN(const auto store, access::AccessStore::OpenReadOnly(
                                         {.directory = DirectoryIn(data), .ledger = ledger}));
  const access::EntryReader reader(*store);
  ASSIGN_OR_RETURN(const access::Head head, reader.Verify(0, 0));
  if (!recorded.has_anchor()) {
    return absl::StrCat("every digest up to entry ", head.number, "; the ledger has no anchor");
  }
  RETURN_IF_ERROR(reader.Compare(access::AnchorOf(recorded.anchor())));
  return absl::StrCat("every digest up to entry ", head.number, "; up to ",
                      recorded.anchor().number(), " as the ledger recorded it");
}

}  // namespace

std::optional<std::string> CheckAccessLog(const std::string& data,
                                          const eventstore::Database& database,
                                          const std::string& ledger, Report& report) {
  const v1::AccessLog recorded = Recorded(database, ledger);
  for (const v1::AccessLogBreak& found : recorded.breaks()) {
    report.notes.push_back(
        absl::StrCat("The access log was found broken on ",
                     domain::DateText(LondonDay(FromTimestamp(found.record_time()))), ": entries ",
                     found.first_found(), " to ", found.last_found(),
                     " were not those that were recorded up to ", found.recorded().number(), "."));
  }
  std::error_code error;
  if (!std::filesystem::exists(DirectoryIn(data), error) && !recorded.has_anchor()) return {};
  const absl::StatusOr<std::string> what = Check(data, ledger, recorded);
  if (what.ok()) return *what;
  report.findings.Add(absl::StrCat("access log: ", what.status().message()));
  return "it is not what was recorded";
}

}  // namespace trellis::audit
