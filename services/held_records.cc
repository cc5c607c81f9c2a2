#include "services/held_records.h"

#include <utility>

#include "base/status_macros.h"
#include "domain/aggregate.h"
#include "domain/erasure.h"
#include "trellis/v1/directory.pb.h"

namespace trellis::services {

using projections::StateRowPointer;

absl::StatusOr<Held> HeldOf(projections::Views& views, const StateRowPointer& person) {
  const std::string& name = person->as<v1::Person>().name();
  Held held{.records = {person}};
  ASSIGN_OR_RETURN(const std::vector<std::string> streams, views.StreamsOfPerson(name));
  for (const std::string& stream : streams) {
    ASSIGN_OR_RETURN(StateRowPointer row, views.FindRow(stream));
    if (row == nullptr) continue;
    if (domain::DataSubjectOf(*row->state) != name) {
      ++held.others;
      continue;
    }
    held.records.push_back(std::move(row));
    ASSIGN_OR_RETURN(const std::vector<std::string> grants, views.GrantsOfRecord(stream));
    for (const std::string& grant : grants) {
      ASSIGN_OR_RETURN(StateRowPointer granted, views.FindRow(grant));
      if (granted != nullptr) held.records.push_back(std::move(granted));
    }
  }
  return held;
}

size_t AddErasures(const Held& held, const domain::Context& context, Outcome& outcome) {
  const std::string& person = domain::NameOf(*held.records.front()->state);
  size_t added = 0;
  for (size_t i = 1; i < held.records.size() && added < kErasedAtOnce; ++i) {
    const StateRowPointer& row = held.records[i];
    if (domain::IsErased(*row->state)) continue;
    StreamEvents stream{
        .stream = domain::NameOf(*row->state), .revision = row->revision, .events = {}};
    AddEvent(*domain::ErasureOf(*row->state, person, context), stream.events, outcome);
    outcome.elsewhere.push_back(std::move(stream));
    ++added;
  }
  return added;
}

}  // namespace trellis::services
