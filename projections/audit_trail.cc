#include "projections/audit_trail.h"

#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "domain/codec.h"
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

// The newest row with this key; empty if there is none.
absl::StatusOr<v1::TrailEntry> FindRow(const ViewStore& store, const Rows& unwritten,
                                       const Rows& rows, const std::string& key) {
  if (const auto found = rows.find(key); found != rows.end()) return ParseRow(found->second);
  if (const auto found = unwritten.find(key); found != unwritten.end()) {
    return ParseRow(found->second);
  }
  ASSIGN_OR_RETURN(const std::optional<std::string> row, store.Find(key));
  return ParseRow(row.value_or(""));
}

// Marks the event that made the corrected entry.
absl::Status MarkCorrected(const ViewStore& store, const Rows& unwritten, const StateChange& change,
                           const v1::EntryCorrected& corrected, Rows& rows) {
  const google::protobuf::Message* const entry =
      domain::FindEntry(change.state, corrected.entry_id());
  const auto made_at = static_cast<uint64_t>(domain::EntryOf(*entry).revision());
  const auto revision = static_cast<int64_t>(change.header.revision);
  const std::string key = TrailKey(change.header.stream, made_at);
  ASSIGN_OR_RETURN(v1::TrailEntry marked, FindRow(store, unwritten, rows, key));
  if (corrected.corrections().empty()) {
    marked.set_struck_out_by_revision(revision);
  } else {
    marked.set_corrected_by_revision(revision);
  }
  rows[key] = marked.SerializeAsString();
  return absl::OkStatus();
}

}  // namespace

absl::Status ApplyToTrail(const ViewStore& store, const Rows& unwritten, const StateChange& change,
                          Rows& rows) {
  if (!change.changes.empty()) {
    v1::TrailEntry entry;
    for (const v1::FieldChange& field : change.changes) *entry.add_changes() = field;
    rows[TrailKey(change.header.stream, change.header.revision)] = entry.SerializeAsString();
  }
  const google::protobuf::Message& kind = domain::KindOf(change.event);
  if (kind.GetDescriptor() != v1::EntryCorrected::descriptor()) return absl::OkStatus();
  return MarkCorrected(store, unwritten, change, static_cast<const v1::EntryCorrected&>(kind),
                       rows);
}

absl::StatusOr<std::vector<v1::TrailEntry>> ReadTrail(const ViewStore& store,
                                                      const std::string& name, uint64_t first,
                                                      uint64_t last) {
  std::vector<v1::TrailEntry> entries;
  for (uint64_t revision = first; revision <= last; ++revision) {
    entries.emplace_back().set_revision(static_cast<int64_t>(revision));
  }
  absl::Status damage;
  const std::string prefix = TrailPrefix(name);
  RETURN_IF_ERROR(
      store.Scan(prefix, TrailKey(name, first), [&](absl::string_view key, absl::string_view row) {
        uint64_t revision = 0;
        if (!absl::SimpleAtoi(key.substr(prefix.size()), &revision) || revision > last) {
          return false;
        }
        const absl::StatusOr<v1::TrailEntry> entry = ParseRow(row);
        damage = entry.status();
        if (entry.ok()) entries[revision - first].MergeFrom(*entry);
        return entry.ok();
      }));
  RETURN_IF_ERROR(damage);
  return entries;
}

}  // namespace trellis::projections
