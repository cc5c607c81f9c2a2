#include "tests/compat/example_event.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "google/api/field_behavior.pb.h"
#include "trellis/v1/options.pb.h"

namespace trellis::testing {
namespace {

namespace pb = google::protobuf;

bool IsOutputOnly(const pb::FieldDescriptor& field) {
  for (const int behavior : field.options().GetRepeatedExtension(google::api::field_behavior)) {
    if (behavior == google::api::OUTPUT_ONLY) return true;
  }
  return false;
}

// Of the fields that the server alone sets, events hold the id that was given, the standard's text
// and the plan that is renewed; what a caller was warned of is the server's altogether.
bool IsInEvents(const pb::FieldDescriptor& field) {
  const std::string& of = field.containing_type()->name();
  for (const domain::Aggregate& aggregate : domain::Aggregates()) {
    if (field.containing_type() != aggregate.state.GetDescriptor()) continue;
    return field.name() == "renews" || (!IsOutputOnly(field) && !field.is_repeated());
  }
  return !IsOutputOnly(field) || field.number() == 1 || field.name() == "standard" ||
         field.name() == "proposed" || of == "TeachersStandard" || of == "InductionEnding" ||
         of == "Warning";
}

// The entry that an example corrects, and the field of it: one that an example before made.
struct Corrected {
  absl::string_view noun;
  const char* entry_id;
  const char* field;
};
const Corrected& CorrectedIn(absl::string_view noun) {
  static constexpr Corrected kCorrected[] = {{"support_plan", "c1", "cause"},
                                             {"action_plan", "t1", "statement"},
                                             {"induction", "x1", "reason"}};
  for (const Corrected& corrected : kCorrected) {
    if (corrected.noun == noun) return corrected;
  }
  Crash(absl::StrCat("name an entry that an example event of ", noun, " corrects"));
}

std::string TextFor(const pb::FieldDescriptor& field) {
  switch (field.options().GetExtension(v1::rules).format()) {
    case v1::DATE:
      return "2022-09-14";
    case v1::PERSON:
      return absl::StrCat("people/00000000-0000-4000-8000-00000000000",
                          field.containing_type()->name() == "Supporter" ? 2 : 1);
    case v1::SUPPORT_PLAN:
      return "supportPlans/00000000-0000-4000-8000-00000000000b";
    case v1::STREAM:
      return "supportPlans/00000000-0000-4000-8000-00000000000a";
    case v1::URN:
      return "900001";
    case v1::STANDARD:
      return "7d";
    case v1::EMAIL:
      return "sam.okafor@northgate.example";
    case v1::TRN:
      return "0012345";
    case v1::GROUP_UID:
      return "2170";
    case v1::SCHOOL:
      return "schools/900002";
    case v1::TRUST:
      return "trusts/2170";
    case v1::BODY_ID:
      return "ab-31";
    case v1::DFE_NUMBER:
      return "931/4567";
    case v1::UKPRN:
      return "10060309";
    case v1::COMPANY_NUMBER:
      return "08385139";
    case v1::REGISTER_DATE:
      return "1956-09-01";
    case v1::ENTRY_ID: {
      if (field.name() == "about_id") return "c1";
      if (field.name() == "pause_id") return "h1";
      if (field.name() == "outcome_id") return "u1";
      if (field.name() == "comment_id") return "m1";
      if (field.name() == "membership_id") return "t1";
      if (field.name() == "calendar_id") return "y1";
      return absl::StrCat(field.name().substr(0, 1), 1);
    }
    default:
      break;
  }
  if (field.full_name() == "trellis.v1.SupportPlan.renews") {
    return "supportPlans/00000000-0000-4000-8000-00000000000c";
  }
  return absl::StrCat("The ", field.name(), " of a ", field.containing_type()->name(),
                      ": pupils’.");
}

void Fill(pb::Message& message);

void FillField(pb::Message& message, const pb::FieldDescriptor& field) {
  const pb::Reflection& reflection = *message.GetReflection();
  const bool repeated = field.is_repeated();
  for (int i = 0; i < (repeated ? 2 : 1); ++i) {
    switch (field.cpp_type()) {
      case pb::FieldDescriptor::CPPTYPE_MESSAGE:
        Fill(repeated ? *reflection.AddMessage(&message, &field)
                      : *reflection.MutableMessage(&message, &field));
        break;
      case pb::FieldDescriptor::CPPTYPE_STRING: {
        const std::string text = field.type() == pb::FieldDescriptor::TYPE_BYTES
                                     ? std::string("\x00\x7f\x80\xff", 4) + std::string(28, 'd')
                                     : TextFor(field);
        repeated ? reflection.AddString(&message, &field, text)
                 : reflection.SetString(&message, &field, text);
        break;
      }
      case pb::FieldDescriptor::CPPTYPE_ENUM:
        reflection.SetEnumValue(&message, &field, field.enum_type()->value(1)->number());
        break;
      case pb::FieldDescriptor::CPPTYPE_BOOL:
        reflection.SetBool(&message, &field, true);
        break;
      case pb::FieldDescriptor::CPPTYPE_INT32:
        reflection.SetInt32(&message, &field, 7);
        break;
      case pb::FieldDescriptor::CPPTYPE_INT64:
        reflection.SetInt64(&message, &field, int64_t{1} << 33);
        break;
      default:
        Crash(absl::StrCat(field.full_name(), ": no example of this type"));
    }
  }
}

void Fill(pb::Message& message) {
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const pb::FieldDescriptor& field = *message.GetDescriptor()->field(i);
    if (field.real_containing_oneof() == nullptr && IsInEvents(field)) FillField(message, field);
  }
}

}  // namespace

std::unique_ptr<pb::Message> ExampleOf(const domain::Aggregate& aggregate,
                                       const pb::FieldDescriptor& kind) {
  std::unique_ptr<pb::Message> event(aggregate.event.New());
  Fill(*event);
  FillField(*event, kind);
  if (kind.message_type() == v1::EntryCorrected::descriptor()) {
    const Corrected& corrected = CorrectedIn(aggregate.noun);
    auto& fact = static_cast<v1::EntryCorrected&>(
        *event->GetReflection()->MutableMessage(event.get(), &kind));
    fact.set_entry_id(corrected.entry_id);
    for (v1::FieldCorrection& field : *fact.mutable_corrections()) {
      field.set_field(corrected.field);
    }
  }
  return event;
}

}  // namespace trellis::testing
