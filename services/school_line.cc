#include "services/school_line.h"

#include "base/status_macros.h"

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

}  // namespace trellis::services
