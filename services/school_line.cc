#include "services/school_line.h"

#include <algorithm>
#include <iterator>

#include "base/status_macros.h"
#include "domain/school.h"
#include "services/pages.h"

namespace trellis::services {
namespace {

using Names = absl::StatusOr<std::vector<std::string>>;

// Goes where `next` leads, once to each.
template <typename Next>
Names Add(const std::string& school, Schools& known, const Next& next) {
  std::vector<std::string> added = {school};
  known.insert(school);
  for (size_t i = 0; i < added.size(); ++i) {
    ASSIGN_OR_RETURN(const std::vector<std::string> others, next(added[i]));
    for (const std::string& other : others) {
      if (known.insert(other).second) added.push_back(other);
    }
  }
  return added;
}

}  // namespace

Names AddWithThoseBefore(projections::Views& views, const std::string& school, Schools& known) {
  return Add(school, known, [&](const std::string& name) { return views.SchoolsBefore(name); });
}

Names AddWithThoseAfter(projections::Views& views, const std::string& school, Schools& known) {
  return Add(school, known, [&](const std::string& name) -> Names {
    std::vector<std::string> after;
    ASSIGN_OR_RETURN(const projections::StateRowPointer row, views.FindRow(name));
    if (row == nullptr) return after;
    for (const auto& succession : row->as<v1::SchoolRecord>().successions()) {
      after.push_back(succession.successor());
    }
    return after;
  });
}

absl::StatusOr<Schools> WithThoseBefore(projections::Views& views, const Schools& schools) {
  Schools known;
  for (const std::string& school : schools) {
    if (known.count(school) > 0) continue;
    RETURN_IF_ERROR(AddWithThoseBefore(views, school, known).status());
  }
  return known;
}

absl::StatusOr<Schools> LineOf(projections::Views& views, const std::string& school) {
  Schools before;
  Schools after;
  RETURN_IF_ERROR(AddWithThoseBefore(views, school, before).status());
  RETURN_IF_ERROR(AddWithThoseAfter(views, school, after).status());
  before.merge(after);
  return before;
}

absl::StatusOr<Schools> SchoolsOfTrust(projections::Views& views, const std::string& trust,
                                       const std::string& day) {
  v1::ListSchoolsRequest query;
  query.set_trust(trust);
  query.set_on(day);
  Schools schools;
  std::string after;
  bool more = true;
  while (more) {
    ASSIGN_OR_RETURN(const auto listing, views.Schools(query, after, kPageSizeMax));
    for (const v1::SchoolSummary& school : listing.items) schools.insert(school.name());
    more = listing.more;
    if (more) after = listing.items.back().name();
  }
  return schools;
}

std::vector<std::string> UrnsOf(const Schools& schools) {
  std::vector<std::string> urns;
  std::transform(schools.begin(), schools.end(), std::back_inserter(urns), domain::UrnOf);
  return urns;
}

}  // namespace trellis::services
