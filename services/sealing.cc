#include "services/sealing.h"

#include <memory>

#include "absl/strings/match.h"
#include "base/status_macros.h"
#include "domain/access_log.h"
#include "domain/aggregate.h"
#include "domain/codec.h"
#include "domain/erasure.h"
#include "domain/ledger.h"
#include "domain/person.h"
#include "projections/stored_event.h"
#include "trellis/v1/access_grant.pb.h"

namespace trellis::services {
namespace {

namespace pb = google::protobuf;
using projections::Views;

// Whom a state is about, itself or through the record that it belongs to; empty: nobody.
absl::StatusOr<std::string> SubjectOf(const Views& views, const pb::Message& state) {
  if (state.GetDescriptor() != v1::AccessGrant::descriptor()) {
    return std::string(domain::DataSubjectOf(state));
  }
  const std::string& record = static_cast<const v1::AccessGrant&>(state).record();
  ASSIGN_OR_RETURN(const projections::StateRowPointer row, views.FindRow(record));
  return row == nullptr ? "" : std::string(domain::DataSubjectOf(*row->state));
}

// Whom a stream is about: as it stands, or as the first of `events` begins it.
absl::StatusOr<std::string> SubjectOf(const Views& views, const std::string& stream,
                                      int64_t revision,
                                      const std::vector<eventstore::NewEvent>& events) {
  if (revision > 0) {
    ASSIGN_OR_RETURN(const projections::StateRowPointer row, views.FindRow(stream));
    // What is said of something erased outlives the key.
    return row == nullptr || domain::IsErased(*row->state) ? "" : SubjectOf(views, *row->state);
  }
  if (absl::StartsWith(stream, domain::kPersonStreams)) return stream;
  const domain::Aggregate& aggregate = *domain::AggregateOf(stream);
  const auto state = domain::EmptyState(aggregate, stream);
  ASSIGN_OR_RETURN(const auto event, domain::DecodeEventOf(stream, events.front().payload));
  aggregate.evolve(*state, stream, *event, {});
  return SubjectOf(views, *state);
}

}  // namespace

absl::StatusOr<std::string> SealFor(const Views& views, const vault::EventVault& vault,
                                    const std::string& stream, int64_t revision,
                                    std::vector<eventstore::NewEvent>& events) {
  std::string subject;
  if (absl::StartsWith(stream, domain::kLedgerStreams) ||
      absl::StartsWith(stream, domain::kAccessLogStreams)) {
    return subject;
  }
  // So does what says that it was.
  if (events.front().type != v1::SubjectErased::descriptor()->full_name()) {
    ASSIGN_OR_RETURN(subject, SubjectOf(views, stream, revision, events));
  }
  RETURN_IF_ERROR(vault.Seal(subject, stream, static_cast<eventstore::Revision>(revision), events));
  return subject;
}

}  // namespace trellis::services
