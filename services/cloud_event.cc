#include "services/cloud_event.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "domain/codec.h"
#include "domain/event_json.h"
#include "projections/stored_event.h"

namespace trellis::services {
namespace {

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E6SZ", time, absl::UTCTimeZone());
}

// The trace that the command came with, if it named one: see caller.h.
std::string TraceParent(const eventstore::Origin& origin) {
  if (origin.correlation_id == Uuid{}) return "";
  const auto bytes = [](const Uuid& uuid, size_t size) {
    return absl::BytesToHexString(
        absl::string_view(reinterpret_cast<const char*>(uuid.data()), size));
  };
  return absl::StrCat("00-", bytes(origin.correlation_id, 16), "-", bytes(origin.causation_id, 8),
                      "-01");
}

// Whether this is what is left of an event whose content was erased.
bool IsErased(const eventstore::Header& header, const google::protobuf::Message& event) {
  return domain::TypeOf(event) != header.type;
}

queue::Attributes AttributesOf(const std::string& source, const eventstore::Record& record) {
  const eventstore::Header& header = record.header;
  const std::string recorded = TimeText(header.recorded_at);
  std::string occurred = recorded;
  const auto event = domain::DecodeEventOf(header.stream, record.payload);
  // The day is all that is known of it.
  if (event.ok() && !domain::HeadOf(**event).occurred_on.empty()) {
    occurred = absl::StrCat(domain::HeadOf(**event).occurred_on, "T00:00:00Z");
  }
  // Sorted, as filters want them.
  queue::Attributes attributes{
      {"ce-dataschema", absl::StrCat("trellis:proto/", header.type)},
      {"ce-id", UuidText(header.event_id)},
      {"ce-source", source},
      {"ce-specversion", "1.0"},
      {"ce-subject", header.stream},
      {"ce-time", occurred},
      {"ce-type", header.type},
      {"content-type", "application/protobuf"},
      {"partitionkey", header.stream},
      {"recordedtime", recorded},
      {"sequence", absl::StrCat(header.revision)},
  };
  if (event.ok() && IsErased(header, **event)) {
    attributes.emplace_back("erased", "true");
    std::sort(attributes.begin(), attributes.end());
  }
  if (std::string trace = TraceParent(header.origin); !trace.empty()) {
    attributes.emplace_back("traceparent", std::move(trace));
  }
  return attributes;
}

// The event in the place of what it was sealed to; SubjectErased in the place of one that nobody
// can read any more.
absl::Status Open(const vault::EventVault& vault, eventstore::Record& record) {
  absl::StatusOr<vault::OpenedEvent> opened = vault.Open(record);
  if (vault::IsErased(opened.status())) {
    ASSIGN_OR_RETURN(const auto event, projections::EventOf(vault, record));
    record.payload = event->SerializeAsString();
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(opened.status());
  record.payload.assign(opened->bytes().data(), opened->bytes().size());
  return absl::OkStatus();
}

std::string JsonOf(const eventstore::Record& record) {
  return domain::EventAsJson(record.header.stream, record.payload);
}

}  // namespace

queue::EventFormat CloudEventFormat(const std::string& ledger, const vault::EventVault& vault) {
  return {
      .open = [&vault](eventstore::Record& record) { return Open(vault, record); },
      .attributes = [source = absl::StrCat("//trellis/", ledger)](
                        const eventstore::Record& record) { return AttributesOf(source, record); },
      .json = JsonOf};
}

}  // namespace trellis::services
