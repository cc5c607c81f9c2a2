#include "services/import_kind.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"

namespace trellis::services {
namespace {

// What an error shows of a header.
constexpr size_t kShownBytes = 400;

absl::Status Unknown(const std::string& message) {
  return Error(absl::StatusCode::kInvalidArgument, "IMPORT_HEADER_UNKNOWN", message);
}

}  // namespace

absl::StatusOr<ImportKind> KindWith(const ImportHeader& header,
                                    const std::vector<ImportKind>& kinds) {
  std::vector<std::string> wanted;
  for (const ImportKind& kind : kinds) {
    for (const std::string& column : kind.columns) {
      if (!header.HasTwice(column)) continue;
      return Unknown(absl::StrCat("line 1: got the column ", column, " twice, want it once"));
    }
    const bool fits = std::all_of(kind.columns.begin(), kind.columns.end(),
                                  [&](const auto& name) { return header.Find(name).has_value(); });
    if (fits) return kind;
    wanted.push_back(absl::StrCat(absl::AsciiStrToLower(v1::ImportProgress::Kind_Name(kind.kind)),
                                  ": ", absl::StrJoin(kind.columns, ", ")));
  }
  return Unknown(absl::StrCat("line 1: got the columns ",
                              Shown(absl::StrJoin(header.names(), ", "), kShownBytes),
                              "; want those of one file (", absl::StrJoin(wanted, "; "), ")"));
}

}  // namespace trellis::services
