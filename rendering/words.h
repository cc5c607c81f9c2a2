// English for people, from what the contract holds.
#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/generated_enum_reflection.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "google/protobuf/timestamp.pb.h"
#include "trellis/v1/party.pb.h"
#include "trellis/v1/support_plan.pb.h"

namespace trellis::rendering {

// `2022-09-20` as "Tue 20 Sep 2022". Text that is no ISO date comes back as it is.
std::string DateInWords(absl::string_view iso_date);

// `2022-09-20` as "Tuesday 20 September 2022". Text that is no ISO date comes back as it is.
std::string LongDateInWords(absl::string_view iso_date);

// `day` as the contract writes it: `2022-09-20`. Such dates compare in the order of time.
std::string IsoDate(absl::CivilDay day);

// `time` as it is in Europe/London: "21 Nov 2026, 09:05".
std::string TimeInWords(absl::Time time);
std::string TimeInWords(const google::protobuf::Timestamp& time);

// The name of an enum's value in lower case, with spaces: `SEEN_AND_DISCUSSED` is "seen and
// discussed". "ECT" stays in capitals.
std::string EnumInWords(const google::protobuf::EnumValueDescriptor& value);

// The same for a value. One that this version does not know is its number.
template <typename Enum, typename = std::enable_if_t<std::is_enum_v<Enum>>>
std::string EnumInWords(Enum value) {
  const google::protobuf::EnumValueDescriptor* descriptor =
      google::protobuf::GetEnumDescriptor<Enum>()->FindValueByNumber(value);
  return descriptor == nullptr ? std::to_string(static_cast<int>(value)) : EnumInWords(*descriptor);
}

// "Jo Marsh (Faculty Leader)", "Faculty Leader", or the person's id where nothing else is known.
std::string SupporterInWords(const v1::Supporter& supporter);

// "Faculty Leader; Lead Practitioner".
std::string SupportersInWords(const google::protobuf::RepeatedPtrField<v1::Supporter>& supporters);

// "t1 partly met: Routines are followed in most lessons".
std::string JudgementInWords(const v1::TargetJudgement& judgement);

// "1 day", "3 days".
std::string Count(int64_t count, absl::string_view noun);

// "7a", "7a and 7d", "7a, 7b and 7d".
std::string JoinWithAnd(const std::vector<std::string>& parts);

// `text` with its first letter, if it is one of a to z, as a capital.
std::string Capitalised(absl::string_view text);

// True if `text` ends a sentence: with . ! ? or …, perhaps followed by quotation marks or brackets.
bool EndsSentence(absl::string_view text);

}  // namespace trellis::rendering
