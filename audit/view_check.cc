#include "audit/view_check.h"

#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "audit/row_pages.h"
#include "audit/scratch.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "domain/aggregate.h"
#include "domain/codec.h"
#include "projections/current_states.h"
#include "projections/list_rows.h"
#include "projections/listing.h"
#include "projections/state_change.h"
#include "projections/stored_event.h"
#include "projections/view_store.h"
#include "projections/views.h"
#include "trellis/v1/erasure.pb.h"

namespace trellis::audit {
namespace {

using eventstore::EventLog;
using eventstore::Position;
using projections::ViewStore;

constexpr uint64_t kRowsPerCall = 1024;

// Whether this is what is left of an event whose content was erased.
bool IsRest(const google::protobuf::Message& event) {
  return domain::KindOf(event).GetDescriptor() == v1::SubjectErased::descriptor();
}

// Calls `visit` with the state of `name` after each of its events in the log.
template <typename Visit>
absl::Status Fold(const vault::EventVault& vault, const EventLog& log, const std::string& name,
                  const Visit& visit) {
  const domain::Aggregate* const aggregate = domain::AggregateOf(name);
  if (aggregate == nullptr) return domain::NotFound(name);
  ASSIGN_OR_RETURN(const std::vector<eventstore::Record> records,
                   log.ReadStream(name, 1, eventstore::kStreamEventsMax));
  if (records.empty()) return domain::NotFound(name);
  const auto state = domain::EmptyState(*aggregate, name);
  for (const eventstore::Record& record : records) {
    ASSIGN_OR_RETURN(const auto event, projections::EventOf(vault, record));
    if (domain::TypeOf(*event) != record.header.type && !IsRest(*event)) {
      return absl::DataLossError(absl::StrCat("position ", record.header.position, " has the type ",
                                              Shown(record.header.type), ", its event is ",
                                              domain::TypeOf(*event)));
    }
    aggregate->evolve(*state, name, *event, projections::FactsOf(record.header));
    visit(*state);
  }
  return absl::OkStatus();
}

// The name of the stream that a list's row is of: the last part of its key.
std::string StreamOfKey(const std::string& key) {
  const size_t end = key.rfind(projections::kKeyEnd[0]);
  return end == std::string::npos ? "" : key.substr(end + 1);
}

// One run over the views.
class ViewCheck {
 public:
  ViewCheck(const ViewCheckOptions& options, Findings& findings)
      : options_(options), findings_(findings) {}

  // An error says why no more can be checked.
  absl::Status Run();
  std::string What() const {
    return absl::StrCat(rows_, " rows up to position ", position_, ", ", states_,
                        " of them states that follow from their events; ", leftovers_,
                        " keys of earlier states");
  }

 private:
  absl::Status OpenStored();
  absl::StatusOr<std::unique_ptr<ViewStore>> Rebuild(const std::string& directory);
  absl::Status CheckStates();
  absl::Status Compare(const ViewStore& rebuilt);
  void CheckLeftover(const std::string& key, const std::string& value);
  bool HadRow(const std::string& stream, const std::string& key, const std::string& value);
  void Add(const std::string& key, absl::string_view what) {
    findings_.Add(absl::StrCat("views: the row ", Shown(key), " ", what));
  }
  void Tell(const std::string& what, uint64_t done, uint64_t of) {
    if (options_.progress) options_.progress(what, done, of);
  }

  const ViewCheckOptions& options_;
  Findings& findings_;
  const SystemClock clock_;
  std::unique_ptr<ViewStore> stored_;
  Position position_ = 0;
  std::unique_ptr<EventLog> log_;
  uint64_t rows_ = 0;
  uint64_t states_ = 0;
  uint64_t leftovers_ = 0;
};

absl::Status ViewCheck::OpenStored() {
  ASSIGN_OR_RETURN(stored_, ViewStore::OpenReadOnly(options_.views));
  ASSIGN_OR_RETURN(const std::string version, stored_->Version());
  if (version != projections::kViewsVersion) {
    return absl::FailedPreconditionError(absl::StrCat(
        "they are of version \"", Shown(version), "\", want ", projections::kViewsVersion,
        ": check them with the program that wrote them, or delete them in the copy"));
  }
  ASSIGN_OR_RETURN(position_, stored_->Position());
  if (position_ <= options_.events) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("they are at position ", position_,
                                                    ", and the log ends with ", options_.events));
}

absl::Status ViewCheck::Run() {
  RETURN_IF_ERROR(OpenStored());
  ASSIGN_OR_RETURN(log_, EventLog::OpenReadOnly(options_.log, position_, clock_));
  RETURN_IF_ERROR(CheckStates());
  const Scratch scratch;
  if (scratch.path().empty()) return absl::UnavailableError("no directory can be made in $TMPDIR");
  ASSIGN_OR_RETURN(const std::unique_ptr<ViewStore> rebuilt, Rebuild(scratch.path() + "/views"));
  return Compare(*rebuilt);
}

absl::Status ViewCheck::CheckStates() {
  return stored_->Scan(
      projections::kStateRows, "", [&](absl::string_view key, absl::string_view value) {
        if (states_++ % kRowsPerCall == 0) Tell("states", states_ - 1, 0);
        const std::string name(key.substr(1));
        std::string folded;
        const absl::Status status =
            Fold(options_.vault, *log_, name,
                 [&](const google::protobuf::Message& state) { state.SerializeToString(&folded); });
        if (!status.ok()) {
          Add(std::string(key), absl::StrCat("follows from no events: ", status.message()));
        } else if (folded != value) {
          Add(std::string(key), "is not the state that its events make");
        }
        return true;
      });
}

absl::StatusOr<std::unique_ptr<ViewStore>> ViewCheck::Rebuild(const std::string& directory) {
  // Views close the log that they follow, and so have one of their own.
  ASSIGN_OR_RETURN(const auto log, EventLog::OpenReadOnly(options_.log, position_, clock_));
  absl::Status health;
  {
    ASSIGN_OR_RETURN(
        const auto views,
        projections::Views::Open(directory, *log, options_.vault, [&](Position at, Position of) {
          Tell("events for the views", at, of);
        }));
    health = views->health();
    log->Close();
  }
  RETURN_IF_ERROR(health);
  return ViewStore::OpenReadOnly(directory);
}

absl::Status ViewCheck::Compare(const ViewStore& rebuilt) {
  RowPages stored_rows(*stored_);
  RowPages wanted_rows(rebuilt);
  ASSIGN_OR_RETURN(const RowPages::Row* stored, stored_rows.Next());
  ASSIGN_OR_RETURN(const RowPages::Row* wanted, wanted_rows.Next());
  while (stored != nullptr || wanted != nullptr) {
    if (rows_++ % kRowsPerCall == 0) Tell("rows of the views", rows_ - 1, 0);
    const bool has_stored =
        stored != nullptr && (wanted == nullptr || stored->first <= wanted->first);
    const bool has_wanted =
        wanted != nullptr && (stored == nullptr || wanted->first <= stored->first);
    if (!has_wanted) {
      CheckLeftover(stored->first, stored->second);
    } else if (!has_stored) {
      Add(wanted->first, "is missing");
    } else if (stored->second != wanted->second) {
      Add(stored->first, "is not what a rebuild writes");
    }
    if (has_stored) {
      ASSIGN_OR_RETURN(stored, stored_rows.Next());
    }
    if (has_wanted) {
      ASSIGN_OR_RETURN(wanted, wanted_rows.Next());
    }
  }
  return absl::OkStatus();
}

void ViewCheck::CheckLeftover(const std::string& key, const std::string& value) {
  if (HadRow(StreamOfKey(key), key, value)) {
    ++leftovers_;
  } else {
    Add(key, "follows from no event");
  }
}

bool ViewCheck::HadRow(const std::string& stream, const std::string& key,
                       const std::string& value) {
  bool had = false;
  const absl::Status status =
      Fold(options_.vault, *log_, stream, [&](const google::protobuf::Message& state) {
        projections::Rows rows;
        projections::AddListRows(state, /*is_new=*/true, rows);
        const auto row = rows.find(key);
        had = had || (row != rows.end() && row->second == value);
      });
  return status.ok() && had;
}

}  // namespace

bool HasViews(const std::string& data) {
  std::error_code ignored;
  return std::filesystem::exists(data + "/views", ignored);
}

std::string CheckViews(const ViewCheckOptions& options, Findings& findings) {
  ViewCheck check(options, findings);
  const absl::Status status = check.Run();
  if (!status.ok()) {
    findings.Add(absl::StrCat("views: cannot be checked to the end: ", status.message()));
  }
  return check.What();
}

}  // namespace trellis::audit
