#include "domain/entries.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace trellis::domain {
namespace {

namespace pb = google::protobuf;

int ListNumber(char letter) {
  switch (letter) {
    case 'c':
      return v1::SupportPlan::kConcernsFieldNumber;
    case 't':
      return v1::SupportPlan::kTargetsFieldNumber;
    case 'a':
      return v1::SupportPlan::kActionsFieldNumber;
    case 's':
      return v1::SupportPlan::kSupportFieldNumber;
    case 'o':
      return v1::SupportPlan::kObservationsFieldNumber;
    case 'r':
      return v1::SupportPlan::kReviewsFieldNumber;
    case 'u':
      return v1::SupportPlan::kOutcomesFieldNumber;
    case 'm':
      return v1::SupportPlan::kCommentsFieldNumber;
    default:
      return 0;
  }
}

const pb::FieldDescriptor& EntryField(const pb::Message& entry) {
  const pb::FieldDescriptor* const field = entry.GetDescriptor()->FindFieldByName("entry");
  CHECK(field != nullptr);
  return *field;
}

}  // namespace

const pb::FieldDescriptor* EntryList(char letter) {
  return v1::SupportPlan::descriptor()->FindFieldByNumber(ListNumber(letter));
}

pb::Message* FindEntry(v1::SupportPlan& plan, absl::string_view id) {
  int number = 0;
  if (id.size() < 2 || !absl::SimpleAtoi(id.substr(1), &number)) return nullptr;
  const pb::FieldDescriptor* const list = EntryList(id[0]);
  if (list == nullptr) return nullptr;
  // Ids are given in order, so an entry stands where its number says.
  const pb::Reflection& reflection = *plan.GetReflection();
  if (number < 1 || number > reflection.FieldSize(plan, list)) return nullptr;
  return reflection.MutableRepeatedMessage(&plan, list, number - 1);
}

const pb::Message* FindEntry(const v1::SupportPlan& plan, absl::string_view id) {
  return FindEntry(const_cast<v1::SupportPlan&>(plan), id);
}

v1::Entry& EntryOf(pb::Message& entry) {
  return static_cast<v1::Entry&>(
      *entry.GetReflection()->MutableMessage(&entry, &EntryField(entry)));
}

const v1::Entry& EntryOf(const pb::Message& entry) {
  return static_cast<const v1::Entry&>(
      entry.GetReflection()->GetMessage(entry, &EntryField(entry)));
}

bool IsStruckOut(const pb::Message& entry) { return EntryOf(entry).correction().struck_out(); }

std::string NextEntryId(char letter, int size) {
  return absl::StrCat(absl::string_view(&letter, 1), size + 1);
}

}  // namespace trellis::domain
