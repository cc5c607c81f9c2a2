#include "clients/trellis/grammar/field_value.h"

#include <cstdint>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "clients/trellis/grammar/message_file.h"
#include "clients/trellis/grammar/names.h"
#include "clients/trellis/grammar/usage.h"
#include "google/protobuf/descriptor.h"
#include "trellis/v1/options.pb.h"

namespace trellis::cli {
namespace {

namespace pb = google::protobuf;

// Where a value goes, and how to speak of it.
struct Place {
  pb::Message& message;
  const pb::FieldDescriptor& field;
  const std::string& called;
};

absl::Status Unfit(const Place& place, const std::string& text, absl::string_view want) {
  return UsageError(
      absl::StrCat(place.called, ": got \"", absl::Utf8SafeCEscape(text), "\", want ", want));
}

// Whether `text` is UTF-8: a field with other bytes would be sent and refused without a reason.
bool IsUtf8(absl::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<uint8_t>(text[i]);
    const size_t size = lead < 0x80   ? 1
                        : lead < 0xc2 ? 0
                        : lead < 0xe0 ? 2
                        : lead < 0xf0 ? 3
                        : lead < 0xf5 ? 4
                                      : 0;
    if (size == 0 || i + size > text.size()) return false;
    uint32_t point = size == 1 ? lead : lead & (0x7fu >> size);
    for (size_t j = i + 1; j < i + size; ++j) {
      const auto next = static_cast<uint8_t>(text[j]);
      if ((next & 0xc0) != 0x80) return false;
      point = (point << 6) | (next & 0x3fu);
    }
    const bool overlong = (size == 3 && point < 0x800) || (size == 4 && point < 0x10000);
    const bool surrogate = point >= 0xd800 && point < 0xe000;
    if (overlong || surrogate || point > 0x10ffff) return false;
    i += size;
  }
  return true;
}

// `people/{uuid}`, `schools/{urn}` and so on where that is wanted and just the id was given.
std::string Qualified(const pb::FieldDescriptor& field, const std::string& text) {
  const v1::Format format = field.options().GetExtension(v1::rules).format();
  const std::string small = absl::AsciiStrToLower(text);
  if (!absl::StrContains(text, '/')) {
    if (format == v1::SCHOOL) return absl::StrCat("schools/", text);
    if (format == v1::TRUST) return absl::StrCat("trusts/", text);
    if (format == v1::APPROPRIATE_BODY_NAME) return absl::StrCat("appropriateBodies/", text);
  }
  if (!ParseUuid(small).has_value()) return text;
  // Of things with a trail, support plans are typed most.
  if (format == v1::SUPPORT_PLAN || format == v1::STREAM) {
    return absl::StrCat("supportPlans/", small);
  }
  if (format == v1::ACTION_PLAN) return absl::StrCat("actionPlans/", small);
  if (format == v1::INDUCTION) return absl::StrCat("inductions/", small);
  if (format == v1::PERSON) return absl::StrCat("people/", small);
  return text;
}

absl::Status PutString(const Place& place, const std::string& text) {
  if (!IsUtf8(text)) return Unfit(place, text, "text in UTF-8");
  std::string value = Qualified(place.field, text);
  if (place.field.type() == pb::FieldDescriptor::TYPE_BYTES) {
    if (!absl::Base64Unescape(text, &value)) return Unfit(place, text, "base64");
  }
  const pb::Reflection& reflection = *place.message.GetReflection();
  if (place.field.is_repeated()) {
    reflection.AddString(&place.message, &place.field, value);
  } else {
    reflection.SetString(&place.message, &place.field, value);
  }
  return absl::OkStatus();
}

absl::Status PutEnum(const Place& place, const std::string& text) {
  const pb::EnumDescriptor& type = *place.field.enum_type();
  const std::string word = KebabCase(ConstantCase(text));
  for (int i = 0; i < type.value_count(); ++i) {
    const pb::EnumValueDescriptor& value = *type.value(i);
    if (word != EnumWord(value) && word != KebabCase(value.name())) continue;
    const pb::Reflection& reflection = *place.message.GetReflection();
    if (place.field.is_repeated()) {
      reflection.AddEnum(&place.message, &place.field, &value);
    } else {
      reflection.SetEnum(&place.message, &place.field, &value);
    }
    return absl::OkStatus();
  }
  return Unfit(place, text, absl::StrCat("one of ", absl::StrJoin(EnumChoices(type), ", ")));
}

absl::Status PutBool(const Place& place, const std::string& text) {
  const std::string word = absl::AsciiStrToLower(text);
  if (word != "true" && word != "false") return Unfit(place, text, "true or false");
  const pb::Reflection& reflection = *place.message.GetReflection();
  if (place.field.is_repeated()) {
    reflection.AddBool(&place.message, &place.field, word == "true");
  } else {
    reflection.SetBool(&place.message, &place.field, word == "true");
  }
  return absl::OkStatus();
}

template <typename Number>
using Put = void (pb::Reflection::*)(pb::Message*, const pb::FieldDescriptor*, Number) const;

template <typename Number, typename Parse>
absl::Status PutNumber(const Place& place, const std::string& text, Parse parse, Put<Number> set,
                       Put<Number> add) {
  Number number{};
  if (!parse(text, &number)) {
    return Unfit(place, text,
                 std::is_integral_v<Number>
                     ? absl::StrCat("a whole number of ", sizeof(Number) * 8, " bits")
                     : "a number");
  }
  const pb::Reflection& reflection = *place.message.GetReflection();
  (reflection.*(place.field.is_repeated() ? add : set))(&place.message, &place.field, number);
  return absl::OkStatus();
}

template <typename Number>
bool ParseWhole(absl::string_view text, Number* number) {
  return absl::SimpleAtoi(text, number);
}

absl::Status PutTime(const Place& place, const std::string& text) {
  absl::Time time;
  std::string ignored;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &ignored)) {
    return Unfit(place, text, "a time such as 2026-09-14T09:30:00Z");
  }
  pb::Message& stamp = *place.message.GetReflection()->MutableMessage(&place.message, &place.field);
  const pb::Descriptor& type = *stamp.GetDescriptor();
  const absl::Time whole = absl::FromUnixSeconds(absl::ToUnixSeconds(time));
  stamp.GetReflection()->SetInt64(&stamp, type.FindFieldByName("seconds"),
                                  absl::ToUnixSeconds(time));
  stamp.GetReflection()->SetInt32(&stamp, type.FindFieldByName("nanos"),
                                  static_cast<int32_t>(absl::ToInt64Nanoseconds(time - whole)));
  return absl::OkStatus();
}

absl::Status PutDuration(const Place& place, const std::string& text) {
  absl::string_view days = text;
  int64_t count = 0;
  absl::Duration duration;
  if (absl::ConsumeSuffix(&days, "d") && absl::SimpleAtoi(days, &count)) {
    duration = absl::Hours(24) * count;
  } else if (!absl::ParseDuration(text, &duration)) {
    return Unfit(place, text, "a duration such as 100ms, 30s, 10m, 12h or 31d");
  }
  pb::Message& value = *place.message.GetReflection()->MutableMessage(&place.message, &place.field);
  const pb::Descriptor& type = *value.GetDescriptor();
  value.GetReflection()->SetInt64(&value, type.FindFieldByName("seconds"),
                                  absl::ToInt64Seconds(duration));
  value.GetReflection()->SetInt32(
      &value, type.FindFieldByName("nanos"),
      static_cast<int32_t>(absl::ToInt64Nanoseconds(duration % absl::Seconds(1))));
  return absl::OkStatus();
}

// An entry of a map of text.
absl::Status PutEntry(const Place& place, const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos) return Unfit(place, text, "KEY=VALUE");
  pb::Message& entry = *place.message.GetReflection()->AddMessage(&place.message, &place.field);
  const pb::Descriptor& type = *entry.GetDescriptor();
  RETURN_IF_ERROR(PutString({entry, *type.map_key(), place.called}, text.substr(0, equals)));
  return PutString({entry, *type.map_value(), place.called}, text.substr(equals + 1));
}

absl::Status PutMessage(const Place& place, const std::string& text) {
  const pb::Descriptor& type = *place.field.message_type();
  if (type.full_name() == "google.protobuf.Timestamp" && !place.field.is_repeated()) {
    return PutTime(place, text);
  }
  if (type.full_name() == "google.protobuf.Duration" && !place.field.is_repeated()) {
    return PutDuration(place, text);
  }
  if (place.field.is_map()) return PutEntry(place, text);
  const pb::Reflection& reflection = *place.message.GetReflection();
  pb::Message& added = place.field.is_repeated()
                           ? *reflection.AddMessage(&place.message, &place.field)
                           : *reflection.MutableMessage(&place.message, &place.field);
  const absl::string_view start = absl::StripLeadingAsciiWhitespace(text);
  // A form says "Faculty Leader", not who that is.
  if (type.full_name() == "trellis.v1.Supporter" && !absl::StartsWith(start, "{")) {
    const pb::FieldDescriptor& role = *type.FindFieldByName("role");
    return PutString({added, role, place.called}, text);
  }
  if (!absl::StartsWith(start, "{")) {
    return Unfit(place, text, absl::StrCat("a JSON object, a ", type.name()));
  }
  return ParseMessage(text, Encoding::kJson, place.called, added);
}

pb::Message& Parent(const FieldPath& path, pb::Message& request) {
  pb::Message* parent = &request;
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    parent = parent->GetReflection()->MutableMessage(parent, path[i]);
  }
  return *parent;
}

}  // namespace

absl::Status PutValue(const Flag& flag, const std::string& called, const std::string& text,
                      pb::Message& request) {
  using Field = pb::FieldDescriptor;
  using R = pb::Reflection;
  const Place place{Parent(flag.path, request), *flag.path.back(), called};
  switch (place.field.cpp_type()) {
    case Field::CPPTYPE_INT32:
      return PutNumber<int32_t>(place, text, ParseWhole<int32_t>, &R::SetInt32, &R::AddInt32);
    case Field::CPPTYPE_INT64:
      return PutNumber<int64_t>(place, text, ParseWhole<int64_t>, &R::SetInt64, &R::AddInt64);
    case Field::CPPTYPE_UINT32:
      return PutNumber<uint32_t>(place, text, ParseWhole<uint32_t>, &R::SetUInt32, &R::AddUInt32);
    case Field::CPPTYPE_UINT64:
      return PutNumber<uint64_t>(place, text, ParseWhole<uint64_t>, &R::SetUInt64, &R::AddUInt64);
    case Field::CPPTYPE_DOUBLE:
      return PutNumber<double>(place, text, absl::SimpleAtod, &R::SetDouble, &R::AddDouble);
    case Field::CPPTYPE_FLOAT:
      return PutNumber<float>(place, text, absl::SimpleAtof, &R::SetFloat, &R::AddFloat);
    case Field::CPPTYPE_BOOL:
      return PutBool(place, text);
    case Field::CPPTYPE_ENUM:
      return PutEnum(place, text);
    case Field::CPPTYPE_STRING:
      return PutString(place, text);
    case Field::CPPTYPE_MESSAGE:
      return PutMessage(place, text);
  }
  return UsageError(absl::StrCat(called, ": a field of a kind that this program does not know"));
}

void ClearValue(const Flag& flag, pb::Message& request) {
  pb::Message& parent = Parent(flag.path, request);
  parent.GetReflection()->ClearField(&parent, flag.path.back());
}

}  // namespace trellis::cli
