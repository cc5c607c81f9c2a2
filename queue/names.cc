#include "queue/names.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/error.h"
#include "base/status_macros.h"

namespace trellis::queue {
namespace {

constexpr size_t kIdMin = 3;
constexpr size_t kIdMax = 255;

bool IsId(absl::string_view id) {
  return id.size() >= kIdMin && id.size() <= kIdMax && absl::ascii_isalpha(id.front()) &&
         !absl::StartsWith(id, "goog") && std::all_of(id.begin(), id.end(), [](char c) {
           return absl::ascii_isalnum(c) || absl::StrContains("-_.~+%", c);
         });
}

absl::Status NameInvalid(absl::string_view name, absl::string_view want) {
  return Error(absl::StatusCode::kInvalidArgument, "NAME_INVALID",
               absl::StrCat("got the name \"", name, "\", want ", want),
               {{"name", std::string(name)}});
}

absl::Status CheckLedger(absl::string_view ledger, absl::string_view project) {
  if (project == ledger) return absl::OkStatus();
  return Error(absl::StatusCode::kNotFound, "PROJECT_NOT_FOUND",
               absl::StrCat("got the project ", project, ", this server has ", ledger),
               {{"project", std::string(project)}});
}

}  // namespace

std::string ResourceName(absl::string_view ledger, absl::string_view collection,
                         absl::string_view id) {
  return absl::StrCat("projects/", ledger, "/", collection, "/", id);
}

std::string EventsTopic(absl::string_view ledger) {
  return ResourceName(ledger, kTopics, "events");
}

absl::Status CheckName(absl::string_view ledger, absl::string_view collection,
                       absl::string_view name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  if (parts.size() != 4 || parts[0] != "projects" || parts[2] != collection || !IsId(parts[3])) {
    return NameInvalid(name, absl::StrCat(ResourceName(ledger, collection, "{id}"),
                                          ", the id 3 to 255 letters, digits and -_.~+%, "
                                          "beginning with a letter and not with goog"));
  }
  return CheckLedger(ledger, parts[1]);
}

absl::Status CheckProject(absl::string_view ledger, absl::string_view name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  if (parts.size() != 2 || parts[0] != "projects") {
    return NameInvalid(name, absl::StrCat("projects/", ledger));
  }
  return CheckLedger(ledger, parts[1]);
}

}  // namespace trellis::queue
