#include "clients/trellis/demo/script.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "base/digest.h"
#include "base/uuid.h"

namespace trellis::cli {
namespace {

namespace pb = google::protobuf;

void SetIfThere(pb::Message& request, const char* field, const std::string& value) {
  if (const pb::FieldDescriptor* const found = request.GetDescriptor()->FindFieldByName(field)) {
    request.GetReflection()->SetString(&request, found, value);
  }
}

}  // namespace

std::string DateText(absl::CivilDay day) { return absl::FormatCivilTime(day); }

absl::CivilDay OnAWeekday(absl::CivilDay day) {
  while (absl::GetWeekday(day) == absl::Weekday::saturday ||
         absl::GetWeekday(day) == absl::Weekday::sunday) {
    --day;
  }
  return day;
}

absl::civil_year_t AcademicYearOf(absl::CivilDay day) {
  return day.month() >= 9 ? day.year() : day.year() - 1;
}

std::string AcademicYearText(absl::civil_year_t begins) {
  return absl::StrFormat("%d/%02d", begins, (begins + 1) % 100);
}

std::string DemoScript::Id(absl::string_view what) const {
  return UuidText(UuidFromDigest(Sha256(absl::StrCat("trellis demo/", scope_, "/"), what)));
}

size_t DemoScript::Pick(absl::string_view what, size_t count) const {
  const Digest digest = Sha256(absl::StrCat("trellis demo pick/", scope_, "/"), what);
  return (size_t{digest[0]} << 16 | size_t{digest[1]} << 8 | digest[2]) % count;
}

void DemoScript::Begin(const DemoPerson& who, absl::CivilDay day, v1::PlayStep& step,
                       pb::Message& request) const {
  *step.mutable_actor() = who.party;
  step.set_capacity(who.capacity);
  SetIfThere(request, "request_id", Id(absl::StrCat("request ", steps_.size())));
  SetIfThere(request, "occurred_on", DateText(day));
  // Needed by what is a week old, and by everything in a demonstration that is finished later.
  SetIfThere(request, "late_reason", "Entered when the demonstration was made.");
}

}  // namespace trellis::cli
