#include "domain/corrections.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/error.h"
#include "domain/entries.h"
#include "domain/validate.h"
#include "trellis/v1/options.pb.h"

namespace trellis::domain {
namespace {

namespace pb = google::protobuf;

bool IsCorrectable(const pb::FieldDescriptor& field) {
  if (field.is_repeated() || field.cpp_type() != pb::FieldDescriptor::CPPTYPE_STRING) return false;
  const v1::Format format = field.options().GetExtension(v1::rules).format();
  if (format != v1::FORMAT_UNSPECIFIED && format != v1::DATE) return false;
  return !HasBehavior(field, google::api::OUTPUT_ONLY);
}

std::string CorrectableFields(const pb::Descriptor& entry) {
  std::string names;
  for (int i = 0; i < entry.field_count(); ++i) {
    if (!IsCorrectable(*entry.field(i))) continue;
    absl::StrAppend(&names, names.empty() ? "" : ", ", entry.field(i)->name());
  }
  return names;
}

void Correct(pb::Message& entry, const Corrections& corrections) {
  for (const v1::FieldCorrection& correction : corrections) {
    const auto* const field = entry.GetDescriptor()->FindFieldByName(correction.field());
    CHECK(field != nullptr);
    entry.GetReflection()->SetString(&entry, field, correction.value());
  }
}

}  // namespace

absl::Status CheckCorrections(const pb::Message& entry, const Corrections& corrections) {
  std::vector<FieldViolation> violations;
  std::set<std::string> seen;
  for (int i = 0; i < corrections.size(); ++i) {
    const v1::FieldCorrection& correction = corrections[i];
    const std::string path = absl::StrCat("corrections[", i, "]");
    const auto* const field = entry.GetDescriptor()->FindFieldByName(correction.field());
    if (field == nullptr || !IsCorrectable(*field)) {
      violations.push_back(
          {path + ".field", absl::StrCat("got \"", correction.field(), "\", want one of ",
                                         CorrectableFields(*entry.GetDescriptor()))});
      continue;
    }
    if (!seen.insert(correction.field()).second) {
      violations.push_back({path + ".field", "got the field twice, want it once"});
    }
    std::string why;
    if (!correction.value().empty()) {
      why = WhyInvalid(*field, correction.value());
    } else if (HasBehavior(*field, google::api::REQUIRED)) {
      why = "missing, want a value";
    }
    if (!why.empty()) violations.push_back({path + ".value", why});
  }
  return violations.empty() ? absl::OkStatus() : InvalidRequest(violations);
}

std::unique_ptr<pb::Message> Corrected(const pb::Message& entry, const Corrections& corrections) {
  std::unique_ptr<pb::Message> corrected(entry.New());
  corrected->CopyFrom(entry);
  Correct(*corrected, corrections);
  return corrected;
}

void ApplyCorrection(pb::Message& entry, const v1::EntryCorrected& corrected, int64_t revision) {
  v1::Correction& correction = *EntryOf(entry).mutable_correction();
  correction.set_revision(revision);
  correction.set_reason(corrected.reason());
  if (corrected.corrections().empty()) correction.set_struck_out(true);
  Correct(entry, corrected.corrections());
}

}  // namespace trellis::domain
