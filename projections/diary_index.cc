#include "projections/diary_index.h"

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "projections/listing.h"
#include "trellis/v1/action_plan.pb.h"
#include "trellis/v1/induction.pb.h"
#include "trellis/v1/support_plan.pb.h"

namespace trellis::projections {
namespace {

std::string PersonPrefix(const std::string& person) { return absl::StrCat("dp", person, kKeyEnd); }
std::string SchoolPrefix(const std::string& urn) { return absl::StrCat("ds", urn, kKeyEnd); }

// Adds the keys of one stream.
class IndexWriter {
 public:
  IndexWriter(const std::string& stream, Rows& rows) : stream_(stream), rows_(rows) {}

  void AddPerson(const std::string& person) {
    if (!person.empty()) rows_[absl::StrCat(PersonPrefix(person), stream_)] = "";
  }
  void AddSchool(const std::string& urn) {
    if (!urn.empty()) rows_[absl::StrCat(SchoolPrefix(urn), stream_)] = "";
  }
  // Those of `supporters` who are neither of the two: these have a row already.
  template <typename Supporters>
  void AddOthers(const Supporters& supporters, const std::string& first,
                 const std::string& second) {
    for (const v1::Supporter& supporter : supporters) {
      const std::string& person = supporter.person();
      if (!person.empty() && person != first && person != second) AddPerson(person);
    }
  }

 private:
  const std::string& stream_;
  Rows& rows_;
};

void Add(const v1::SupportPlan& plan, bool is_new, IndexWriter index) {
  const std::string& ect = plan.ect().person();
  const std::string& tutor = plan.induction_tutor().person();
  // What was erased is known by its last event alone.
  if (is_new || plan.has_erase_time() || !plan.former_parties().empty() ||
      !plan.former_schools().empty()) {
    index.AddPerson(ect);
    index.AddPerson(tutor);
    index.AddSchool(plan.school().urn());
  }
  for (const v1::FormerParty& former : plan.former_parties()) {
    if (former.capacity() == v1::INDUCTION_TUTOR) index.AddPerson(former.party().person());
  }
  for (const v1::FormerSchool& former : plan.former_schools()) {
    index.AddSchool(former.school().urn());
  }
  for (const v1::Action& action : plan.actions()) index.AddOthers(action.by(), ect, tutor);
  for (const v1::Support& support : plan.support()) {
    index.AddOthers(support.supported_by(), ect, tutor);
  }
  for (const v1::Observation& seen : plan.observations()) {
    index.AddOthers(seen.observers(), ect, tutor);
  }
}

// Not under its school: see DiaryService.ListDiary.
void Add(const v1::ActionPlan& plan, IndexWriter index) {
  index.AddPerson(plan.ect().person());
  index.AddPerson(plan.mentor().person());
  for (const v1::ActionStep& step : plan.steps()) {
    index.AddOthers(step.owners(), plan.ect().person(), plan.mentor().person());
  }
}

void Add(const v1::Induction& induction, IndexWriter index) {
  index.AddPerson(induction.ect().person());
  for (const v1::InductionSchool& school : induction.schools()) {
    index.AddSchool(school.school().urn());
  }
  for (const v1::Mentorship& mentorship : induction.mentorships()) {
    index.AddPerson(mentorship.mentor().person());
  }
}

absl::StatusOr<std::vector<std::string>> StreamsUnder(const ViewStore& store,
                                                      const std::string& prefix) {
  std::vector<std::string> streams;
  RETURN_IF_ERROR(store.Scan(prefix, "", [&](absl::string_view key, absl::string_view) {
    streams.emplace_back(key.substr(prefix.size()));
    return true;
  }));
  return streams;
}

}  // namespace

void AddDiaryRows(const google::protobuf::Message& state, bool is_new, Rows& rows) {
  if (state.GetDescriptor() == v1::SupportPlan::descriptor()) {
    const auto& plan = static_cast<const v1::SupportPlan&>(state);
    Add(plan, is_new, IndexWriter(plan.name(), rows));
  } else if (state.GetDescriptor() == v1::ActionPlan::descriptor()) {
    const auto& plan = static_cast<const v1::ActionPlan&>(state);
    Add(plan, IndexWriter(plan.name(), rows));
  } else if (state.GetDescriptor() == v1::Induction::descriptor()) {
    const auto& induction = static_cast<const v1::Induction&>(state);
    Add(induction, IndexWriter(induction.name(), rows));
  }
}

absl::StatusOr<std::vector<std::string>> StreamsOfPerson(const ViewStore& store,
                                                         const std::string& person) {
  return StreamsUnder(store, PersonPrefix(person));
}

absl::StatusOr<std::vector<std::string>> StreamsOfSchool(const ViewStore& store,
                                                         const std::string& urn) {
  return StreamsUnder(store, SchoolPrefix(urn));
}

}  // namespace trellis::projections
