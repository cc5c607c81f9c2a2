#include "projections/school_list.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "base/status_macros.h"
#include "domain/school.h"

namespace trellis::projections {
namespace {

constexpr char kRows[] = "ha";

std::string TrustPrefix(const std::string& trust) { return absl::StrCat("ht", trust, kKeyEnd); }
std::string SuccessorPrefix(const std::string& school) {
  return absl::StrCat("hs", school, kKeyEnd);
}

v1::SchoolSummary Summary(const v1::SchoolRecord& school) {
  v1::SchoolSummary summary;
  summary.set_name(school.name());
  summary.set_school_name(school.facts().school_name());
  summary.set_status(school.facts().status());
  summary.set_phase(school.facts().phase());
  summary.set_town(school.facts().town());
  *summary.mutable_trusts() = school.trusts();
  for (const v1::SchoolSuccession& succession : school.successions()) {
    summary.add_successors(succession.successor());
  }
  return summary;
}

bool Meets(const v1::SchoolSummary& school, const v1::ListSchoolsRequest& query) {
  if (query.status() != v1::ORGANISATION_STATUS_UNSPECIFIED && school.status() != query.status()) {
    return false;
  }
  if (!query.trust().empty() && domain::TrustOn(school.trusts(), query.on()) != query.trust()) {
    return false;
  }
  // Letters of other alphabets are compared as they are written.
  return query.text().empty() || absl::StrContains(absl::AsciiStrToLower(school.school_name()),
                                                   absl::AsciiStrToLower(query.text()));
}

}  // namespace

void AddSchoolRows(const v1::SchoolRecord& school, Rows& rows) {
  rows[absl::StrCat(kRows, school.name())] = Summary(school).SerializeAsString();
  for (const v1::TrustMembership& membership : school.trusts()) {
    rows[TrustPrefix(membership.trust()) + school.name()] = "";
  }
  for (const v1::SchoolSuccession& succession : school.successions()) {
    rows[SuccessorPrefix(succession.successor()) + school.name()] = "";
  }
}

absl::StatusOr<Listing<v1::SchoolSummary>> ListSchoolRows(const ViewStore& store,
                                                          const v1::ListSchoolsRequest& query,
                                                          const std::string& after, int count) {
  const std::string prefix = query.trust().empty() ? kRows : TrustPrefix(query.trust());
  return ListRows<v1::SchoolSummary>(
      store, kRows, prefix, after, count,
      [&](const v1::SchoolSummary& school) { return Meets(school, query); });
}

absl::StatusOr<std::vector<std::string>> SchoolsBefore(const ViewStore& store,
                                                       const std::string& school) {
  std::vector<std::string> before;
  const std::string prefix = SuccessorPrefix(school);
  RETURN_IF_ERROR(store.Scan(prefix, "", [&](absl::string_view key, absl::string_view) {
    before.emplace_back(key.substr(prefix.size()));
    return true;
  }));
  return before;
}

}  // namespace trellis::projections
