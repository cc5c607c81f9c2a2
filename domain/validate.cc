#include "domain/validate.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/error.h"
#include "base/ledger_name.h"
#include "base/mutex.h"
#include "base/uuid.h"
#include "domain/aggregate.h"
#include "domain/dates.h"
#include "domain/limits.h"
#include "domain/teachers_standards.h"
#include "trellis/v1/options.pb.h"
#include "trellis/v1/party.pb.h"

namespace trellis::domain {
namespace {

namespace pb = google::protobuf;

constexpr size_t kViolationsMax = 50;

// The rules of one field, read from its options once.
struct FieldPlan {
  const pb::FieldDescriptor* field;
  bool required = false;
  bool output_only = false;
  v1::FieldRules rules;
};
using MessagePlan = std::vector<FieldPlan>;

FieldPlan PlanOf(const pb::FieldDescriptor& field) {
  return {.field = &field,
          .required = HasBehavior(field, google::api::REQUIRED),
          .output_only = HasBehavior(field, google::api::OUTPUT_ONLY),
          .rules = field.options().GetExtension(v1::rules)};
}

const MessagePlan& PlanOf(const pb::Descriptor& descriptor) {
  static Mutex mutex;
  static auto& plans =
      *new absl::flat_hash_map<const pb::Descriptor*, std::unique_ptr<const MessagePlan>>();
  MutexLock lock(mutex);
  std::unique_ptr<const MessagePlan>& plan = plans[&descriptor];
  if (plan == nullptr) {
    auto made = std::make_unique<MessagePlan>();
    for (int i = 0; i < descriptor.field_count(); ++i) {
      made->push_back(PlanOf(*descriptor.field(i)));
    }
    plan = std::move(made);
  }
  return *plan;
}

// What was got, short enough for an error text and not cut inside a character.
std::string Got(const std::string& text) {
  size_t shown = std::min<size_t>(text.size(), 60);
  while (shown < text.size() && (static_cast<unsigned char>(text[shown]) & 0xc0) == 0x80) --shown;
  return absl::StrCat("\"", absl::Utf8SafeCEscape(text.substr(0, shown)),
                      shown < text.size() ? "..." : "", "\"");
}

int Characters(const std::string& text) {
  int count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

// A control character other than tab, line feed and carriage return.
bool HasControlCharacter(const std::string& text) {
  unsigned char before = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f) return true;
    // U+0080 to U+009F, as UTF-8 writes them.
    if (before == 0xc2 && byte < 0xa0) return true;
    before = byte;
  }
  return false;
}

bool IsUrn(const std::string& text) {
  if (text.size() < 6 || text.size() > 7) return false;
  for (const char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
  }
  return text[0] != '0';
}

// `min` to `max` digits.
bool IsDigits(const std::string& text, size_t min, size_t max) {
  return text.size() >= min && text.size() <= max &&
         text.find_first_not_of("0123456789") == std::string::npos;
}

// Lower-case letters, digits and hyphens, none of these at an end.
bool IsBodyId(const std::string& text) {
  if (text.size() > 64 || text.front() == '-' || text.back() == '-') return false;
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
}

// `931/4567`.
bool IsDfeNumber(const std::string& text) {
  return text.size() == 8 && text[3] == '/' && IsDigits(text.substr(0, 3), 3, 3) &&
         IsDigits(text.substr(4), 4, 4);
}

// Eight digits, or the two letters of Scotland, partnerships and so on and six digits.
bool IsCompanyNumber(const std::string& text) {
  if (text.size() != 8) return false;
  const bool letters = absl::ascii_isupper(static_cast<unsigned char>(text[0])) &&
                       absl::ascii_isupper(static_cast<unsigned char>(text[1]));
  return IsDigits(text.substr(2), 6, 6) && (letters || IsDigits(text.substr(0, 2), 2, 2));
}

// Enough of an address to tell a typing error; whether somebody reads it, only sending tells.
bool IsEmail(const std::string& text) {
  const size_t at = text.find('@');
  if (at == 0 || at == std::string::npos || text.find('@', at + 1) != std::string::npos) {
    return false;
  }
  const std::string domain = text.substr(at + 1);
  const size_t dot = domain.rfind('.');
  return dot != std::string::npos && dot > 0 && dot + 1 < domain.size() &&
         text.find_first_of(" \t\r\n") == std::string::npos;
}

bool IsEntryId(const std::string& text) {
  if (text.size() < 2 || text.size() > 6 || text[0] < 'a' || text[0] > 'z') return false;
  for (size_t i = 1; i < text.size(); ++i) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return text[1] != '0';
}

// Words of small letters with dots between them, at most 50 characters.
bool IsScope(const std::string& text) {
  const auto is_of_word = [](char c) { return c >= 'a' && c <= 'z'; };
  if (text.size() > 50 || text.find('.') == std::string::npos) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (is_of_word(text[i])) continue;
    if (text[i] != '.' || i == 0 || i + 1 == text.size() || text[i + 1] == '.') return false;
  }
  return true;
}

bool IsEtag(const std::string& text) {
  if (text.size() < 3 || text.size() > 21 || text.front() != '"' || text.back() != '"') {
    return false;
  }
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

bool IsNameOf(const Aggregate& aggregate, const std::string& text);

// What stands for the id of this format in a name.
absl::string_view PlaceholderOf(v1::Format id_format) {
  switch (id_format) {
    case v1::UUID:
      return "{uuid}";
    case v1::URN:
      return "{urn}";
    case v1::GROUP_UID:
      return "{uid}";
    case v1::LEDGER_NAME:
      return "{name}";
    default:
      return "{id}";
  }
}

std::string WhyNotOfFormat(v1::Format format, const std::string& text) {
  const auto unless = [&](bool valid, absl::string_view want) {
    return valid ? std::string() : absl::StrCat("got ", Got(text), ", want ", want);
  };
  switch (format) {
    case v1::DATE:
      return unless(ParseDate(text).has_value(), "a date that exists, as YYYY-MM-DD");
    case v1::UUID:
      return unless(ParseUuid(text).has_value(), "a UUID in lower case with hyphens");
    case v1::PERSON:
    case v1::SUPPORT_PLAN:
    case v1::ACTION_PLAN:
    case v1::INDUCTION:
    case v1::REMINDERS:
    case v1::LEDGER:
    case v1::ACCESS_LOG:
    case v1::SERVICE_ACCOUNT:
    case v1::ACCESS_GRANT:
    case v1::SCHOOL:
    case v1::TRUST:
    case v1::APPROPRIATE_BODY_NAME: {
      const Aggregate& aggregate = *AggregateNamed(format);
      return unless(IsNameOf(aggregate, text),
                    absl::StrCat(aggregate.streams, PlaceholderOf(aggregate.id_format)));
    }
    case v1::STREAM: {
      const Aggregate* const aggregate = AggregateOf(text);
      return unless(aggregate != nullptr && IsNameOf(*aggregate, text),
                    "the name of a resource, such as supportPlans/{uuid}");
    }
    case v1::URN:
      return unless(IsUrn(text), "a URN of six or seven digits");
    case v1::TRN:
      return unless(IsDigits(text, 7, 7), "a teacher reference number of seven digits");
    case v1::GROUP_UID:
      return unless(IsDigits(text, 1, 8) && text[0] != '0', "a group UID of one to eight digits");
    case v1::EMAIL:
      return unless(IsEmail(text), "an e-mail address such as a@b.example");
    case v1::LEDGER_NAME:
      return unless(IsLedgerName(text), "1 to 100 letters, digits, dots and hyphens");
    case v1::BODY_ID:
      return unless(IsBodyId(text), "1 to 64 lower-case letters, digits and hyphens between them");
    case v1::DFE_NUMBER:
      return unless(IsDfeNumber(text), "a DfE number such as 931/4567");
    case v1::UKPRN:
      return unless(IsDigits(text, 8, 8) && text[0] == '1', "a UKPRN: eight digits from 1");
    case v1::COMPANY_NUMBER:
      return unless(IsCompanyNumber(text), "a company's number of eight characters");
    case v1::REGISTER_DATE:
      return unless(ParseRegisterDate(text).has_value(), "a date that exists, as YYYY-MM-DD");
    case v1::SCOPE:
      return unless(IsScope(text), "a scope such as plans.read");
    case v1::ENTRY_ID:
      return unless(IsEntryId(text), "an entry id such as c1");
    case v1::ETAG:
      return unless(IsEtag(text), "a revision in double quotes, such as \"12\"");
    case v1::STANDARD: {
      const std::string why = WhyNoTeachersStandard(text);
      return why.empty() ? "" : absl::StrCat("got ", Got(text), ": ", why);
    }
    default:
      return "";
  }
}

bool IsNameOf(const Aggregate& aggregate, const std::string& text) {
  return absl::StartsWith(text, aggregate.streams) && text.size() > aggregate.streams.size() &&
         WhyNotOfFormat(aggregate.id_format, text.substr(aggregate.streams.size())).empty();
}

std::string WhyInvalid(const FieldPlan& plan, const std::string& text) {
  const int max = plan.rules.max_length() > 0 ? plan.rules.max_length() : kTextCharactersMax;
  if (const int got = Characters(text); got > max) {
    return absl::StrCat("got ", got, " characters, want at most ", max);
  }
  if (HasControlCharacter(text)) return "got a control character, want text, tabs and line breaks";
  return WhyNotOfFormat(plan.rules.format(), text);
}

class Validator {
 public:
  std::vector<FieldViolation> violations;

  void CheckMessage(const pb::Message& message, const std::string& path) {
    for (const FieldPlan& plan : PlanOf(*message.GetDescriptor())) {
      if (plan.output_only) continue;
      const std::string field_path =
          path.empty() ? plan.field->name() : absl::StrCat(path, ".", plan.field->name());
      if (plan.field->is_repeated()) {
        CheckRepeated(message, plan, field_path);
      } else {
        CheckSingular(message, plan, field_path);
      }
    }
    CheckRange(message, path);
    if (message.GetDescriptor() == v1::Supporter::descriptor()) CheckSupporter(message, path);
  }

 private:
  void Add(const std::string& field, const std::string& description) {
    if (violations.size() < kViolationsMax) violations.push_back({field, description});
  }

  void CheckRepeated(const pb::Message& message, const FieldPlan& plan, const std::string& path) {
    const pb::Reflection& reflection = *message.GetReflection();
    const int size = reflection.FieldSize(message, plan.field);
    const int max = plan.rules.max_items() > 0 ? plan.rules.max_items() : kItemsMax;
    if (plan.required && size == 0) Add(path, absl::StrCat("got none, want 1 to ", max));
    // What is beyond the limit is not looked at: the answer is no already.
    if (size > max) return Add(path, absl::StrCat("got ", size, " items, want at most ", max));
    for (int i = 0; i < size; ++i) {
      const std::string item = absl::StrCat(path, "[", i, "]");
      if (plan.field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE) {
        CheckMessage(reflection.GetRepeatedMessage(message, plan.field, i), item);
      } else if (plan.field->cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING) {
        CheckText(reflection.GetRepeatedString(message, plan.field, i), plan, true, item);
      }
    }
  }

  void CheckSingular(const pb::Message& message, const FieldPlan& plan, const std::string& path) {
    const pb::Reflection& reflection = *message.GetReflection();
    switch (plan.field->cpp_type()) {
      case pb::FieldDescriptor::CPPTYPE_MESSAGE:
        if (reflection.HasField(message, plan.field)) {
          CheckMessage(reflection.GetMessage(message, plan.field), path);
        } else if (plan.required) {
          Add(path, "missing, want a value");
        }
        return;
      case pb::FieldDescriptor::CPPTYPE_STRING: {
        const std::string text = reflection.GetString(message, plan.field);
        if (plan.field->type() != pb::FieldDescriptor::TYPE_BYTES) {
          return CheckText(text, plan, plan.required, path);
        }
        // What bytes are, the decision says.
        if (text.empty() && plan.required) Add(path, "missing, want a value");
        return;
      }
      case pb::FieldDescriptor::CPPTYPE_ENUM:
        return CheckEnum(reflection.GetEnumValue(message, plan.field), plan, path);
      case pb::FieldDescriptor::CPPTYPE_INT32:
        return CheckNumber(reflection.GetInt32(message, plan.field), plan, path);
      case pb::FieldDescriptor::CPPTYPE_INT64:
        return CheckNumber(reflection.GetInt64(message, plan.field), plan, path);
      case pb::FieldDescriptor::CPPTYPE_BOOL:
        if (plan.required && !reflection.GetBool(message, plan.field)) {
          Add(path, "got false, want true");
        }
        return;
      default:
        return;
    }
  }

  void CheckText(const std::string& text, const FieldPlan& plan, bool required,
                 const std::string& path) {
    if (text.empty()) {
      if (required) Add(path, "missing, want a value");
      return;
    }
    // A reason of blanks is none, and must not pass for one where it is optional either.
    if (absl::StripAsciiWhitespace(text).empty()) return Add(path, "got only blanks, want text");
    if (const std::string why = domain::WhyInvalid(*plan.field, text); !why.empty()) Add(path, why);
  }

  static bool IsNobodys(const pb::EnumDescriptor& type, int number) {
    return &type == v1::Capacity_descriptor() && !CanBeRole(static_cast<v1::Capacity>(number));
  }

  void CheckEnum(int number, const FieldPlan& plan, const std::string& path) {
    const pb::EnumDescriptor& type = *plan.field->enum_type();
    const bool known = type.FindValueByNumber(number) != nullptr && !IsNobodys(type, number);
    if (known && (number != 0 || !plan.required)) return;
    std::string want;
    for (int i = 0; i < type.value_count(); ++i) {
      if (type.value(i)->number() == 0 || IsNobodys(type, type.value(i)->number())) continue;
      absl::StrAppend(&want, want.empty() ? "" : ", ", type.value(i)->name());
    }
    Add(path, absl::StrCat(number == 0 ? "missing" : absl::StrCat("got ", number), ", want one of ",
                           want));
  }

  void CheckNumber(int64_t number, const FieldPlan& plan, const std::string& path) {
    if (plan.required && number == 0) return Add(path, "missing, want a value");
    if (number == 0) return;
    if (number < plan.rules.min()) {
      Add(path, absl::StrCat("got ", number, ", want at least ", plan.rules.min()));
    } else if (plan.rules.max() > 0 && number > plan.rules.max()) {
      Add(path, absl::StrCat("got ", number, ", want at most ", plan.rules.max()));
    }
  }

  // A timeline that ends before it starts.
  void CheckRange(const pb::Message& message, const std::string& path) {
    const pb::FieldDescriptor* const starts = message.GetDescriptor()->FindFieldByName("starts_on");
    const pb::FieldDescriptor* const ends = message.GetDescriptor()->FindFieldByName("ends_on");
    if (starts == nullptr || ends == nullptr) return;
    const std::string from = message.GetReflection()->GetString(message, starts);
    const std::string to = message.GetReflection()->GetString(message, ends);
    if (!ParseDate(from) || !ParseDate(to) || from <= to) return;
    Add(absl::StrCat(path, ".ends_on"),
        absl::StrCat("got ", to, ", want no day before starts_on, ", from));
  }

  void CheckSupporter(const pb::Message& message, const std::string& path) {
    const auto& supporter = static_cast<const v1::Supporter&>(message);
    if (!supporter.person().empty() || !supporter.name().empty() || !supporter.role().empty()) {
      return;
    }
    Add(path, "got an empty supporter, want a person, a name or a role");
  }
};

}  // namespace

absl::Status Validate(const pb::Message& request) {
  Validator validator;
  validator.CheckMessage(request, "");
  if (validator.violations.empty()) return absl::OkStatus();
  return InvalidRequest(validator.violations);
}

bool HasBehavior(const pb::FieldDescriptor& field, google::api::FieldBehavior behavior) {
  const auto& behaviors = field.options().GetRepeatedExtension(google::api::field_behavior);
  return std::find(behaviors.begin(), behaviors.end(), behavior) != behaviors.end();
}

std::string WhyInvalid(const pb::FieldDescriptor& field, const std::string& text) {
  const MessagePlan& plans = PlanOf(*field.containing_type());
  return WhyInvalid(plans[static_cast<size_t>(field.index())], text);
}

void ClearOutputOnly(pb::Message& message) {
  const pb::Reflection& reflection = *message.GetReflection();
  for (const FieldPlan& plan : PlanOf(*message.GetDescriptor())) {
    if (plan.output_only) {
      reflection.ClearField(&message, plan.field);
    } else if (plan.field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE) {
      if (plan.field->is_repeated()) {
        for (int i = 0; i < reflection.FieldSize(message, plan.field); ++i) {
          ClearOutputOnly(*reflection.MutableRepeatedMessage(&message, plan.field, i));
        }
      } else if (reflection.HasField(message, plan.field)) {
        ClearOutputOnly(*reflection.MutableMessage(&message, plan.field));
      }
    }
  }
}

bool CanBeRole(v1::Capacity capacity) {
  switch (capacity) {
    case v1::SYSTEM:
    case v1::ADMINISTRATOR:
    case v1::GRANTEE:
    case v1::SERVICE:
      return false;
    default:
      return true;
  }
}

}  // namespace trellis::domain
