// Who signs in with what, and which grants a record has.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "projections/view_store.h"

namespace trellis::projections {

// Adds the keys that `state`, of whatever aggregate, is found by here. Rows are never removed: a
// reader looks at the present state of what it finds.
void AddAccessRows(const google::protobuf::Message& state, Rows& rows);

// The names, in order, of the people and service accounts that the subject of an issuer is or was
// bound to, of the service accounts that had a certificate of this name, and of the grants of a
// record.
absl::StatusOr<std::vector<std::string>> HoldersOfIdentity(const ViewStore& store,
                                                           absl::string_view issuer,
                                                           absl::string_view subject);
absl::StatusOr<std::vector<std::string>> HoldersOfCertificate(const ViewStore& store,
                                                              absl::string_view name);
absl::StatusOr<std::vector<std::string>> GrantsOfRecord(const ViewStore& store,
                                                        absl::string_view record);

// The names of all service accounts, disabled ones too.
absl::StatusOr<std::vector<std::string>> ServiceAccounts(const ViewStore& store);

}  // namespace trellis::projections
