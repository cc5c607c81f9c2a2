#include "projections/audit_trail.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "domain/entries.h"

namespace trellis::projections {
namespace {

// A NUL ends the name, so that no plan's rows lie among another's.
std::string TrailPrefix(const std::string& name) {
  return absl::StrCat("t", name, absl::string_view("\0", 1));
}

// Ten digits sort as numbers, and a stream ends at 10,000 events.
std::string TrailKey(const std::string& name, uint64_t revision) {
  return absl::StrCat(TrailPrefix(name), absl::Dec(revision, absl::kZeroPad10));
}

absl::StatusOr<v1::TrailEntry> ParseRow(absl::string_view row) {
  v1::TrailEntry entry;
  if (entry.ParseFromArray(row.data(), static_cast<int>(row.size()))) return entry;
  return Error(absl::StatusCode::kDataLoss, "VIEWS_DAMAGED",
               "views: a row of the audit trail is damaged; delete the directory of the views");
}

// Marks the event that made the corrected entry.
absl::Status MarkCorrected(const ViewStore& store, const PlanChange& change, Rows& rows) {
  const v1::EntryCorrected& corrected = change.event.entry_corrected();
  const google::protobuf::Message* const entry =
      domain::FindEntry(change.plan, corrected.entry_id());
  const auto made_at = static_cast<uint64_t>(domain::EntryOf(*entry).revision());
  const std::string key = TrailKey(change.plan.name(), made_at);
  std::optional<std::string> row;
  if (const auto pending = rows.find(key); pending != rows.end()) {
    row = pending->second;
  } else {
    ASSIGN_OR_RETURN(row, store.Find(key));
  }
  ASSIGN_OR_RETURN(v1::TrailEntry marked, ParseRow(row.value_or("")));
  if (corrected.corrections().empty()) {
    marked.set_struck_out_by_revision(change.plan.revision());
  } else {
    marked.set_corrected_by_revision(change.plan.revision());
  }
  rows[key] = marked.SerializeAsString();
  return absl::OkStatus();
}

}  // namespace

absl::Status ApplyToTrail(const ViewStore& store, const PlanChange& change, Rows& rows) {
  v1::TrailEntry entry;
  entry.set_position(static_cast<int64_t>(change.header.position));
  entry.set_revision(static_cast<int64_t>(change.header.revision));
  for (const v1::FieldChange& field : change.changes) *entry.add_changes() = field;
  rows[TrailKey(change.plan.name(), change.header.revision)] = entry.SerializeAsString();
  if (change.event.kind_case() != v1::SupportPlanEvent::kEntryCorrected) return absl::OkStatus();
  return MarkCorrected(store, change, rows);
}

absl::StatusOr<std::vector<v1::TrailEntry>> ReadTrail(const ViewStore& store,
                                                      const std::string& name, uint64_t first,
                                                      int count) {
  std::vector<v1::TrailEntry> entries;
  absl::Status damage;
  RETURN_IF_ERROR(store.Scan(TrailPrefix(name), TrailKey(name, first),
                             [&](absl::string_view, absl::string_view row) {
                               absl::StatusOr<v1::TrailEntry> entry = ParseRow(row);
                               if (!entry.ok()) {
                                 damage = entry.status();
                                 return false;
                               }
                               entries.push_back(*std::move(entry));
                               return static_cast<int>(entries.size()) < count;
                             }));
  RETURN_IF_ERROR(damage);
  return entries;
}

}  // namespace trellis::projections
