// Who held which role at a school or of an appropriate body, found by the place; and people, found
// by their teacher reference number or e-mail address.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "projections/current_states.h"
#include "projections/listing.h"
#include "projections/view_store.h"
#include "trellis/v1/directory.pb.h"
#include "trellis/v1/directory_service.pb.h"

namespace trellis::projections {

// Adds the row of `person` to `rows`, and a key for each place where there ever was a role.
void AddRoleRows(const v1::Person& person, Rows& rows);

// Those who held a role on `query.on()`, which is set, at the place that `query` names (its page
// fields are not looked at), each with these roles alone; ordered by name, after the one named
// `after` (empty: from the start), at most `count` of them.
absl::StatusOr<Listing<v1::RoleHolder>> ListRoleRows(const ViewStore& store,
                                                     const v1::ListRolesRequest& query,
                                                     const std::string& after, int count);

// The contacts of the appropriate body with the id `body`, `people/{uuid}`, in order: those who act
// for it on `day`, and those who act for none on that day and acted for it last. So the plans that
// name somebody who has gone are still the body's.
absl::StatusOr<std::vector<std::string>> ContactRows(const ViewStore& store,
                                                     const std::string& body,
                                                     const std::string& day);

// The people with this teacher reference number in force, or with this e-mail address, whatever its
// case (the other is empty), ordered by name, at most `count`. A number or address that was
// replaced finds nobody: `state` gives the present row of a person.
absl::StatusOr<std::vector<v1::RoleHolder>> FindPeopleRows(
    const ViewStore& store, const std::string& trn, const std::string& email, int count,
    const std::function<absl::StatusOr<StateRowPointer>(const std::string&)>& state);

}  // namespace trellis::projections
