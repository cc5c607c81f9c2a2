// Who may do what, said a second time and the other way round: not what each call is open to, but
// what each capacity may do. Written from what the statutory guidance gives to whom, so that a cell
// of policy/policy.txt that slips is found.
#pragma once

#include <set>
#include <string>

#include "policy/policy.h"

namespace trellis::policy {

// Crashes where two entries give one cell.
Reach ExpectedReach(const std::string& action, v1::Capacity capacity);

// What a service account needs; empty: none may.
std::string ExpectedScope(const std::string& action);

// All that anybody may do.
const std::set<std::string>& ExpectedActions();

}  // namespace trellis::policy
