// The table as it stands in policy.txt: CMake puts it into the program.
#pragma once

namespace trellis::policy {

extern const char kPolicyText[];

}  // namespace trellis::policy
