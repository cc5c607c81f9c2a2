#include "rendering/sentence.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "rendering/display.h"
#include "rendering/words.h"
#include "trellis/v1/entry.pb.h"
#include "trellis/v1/erasure.pb.h"
#include "trellis/v1/options.pb.h"

namespace trellis::rendering {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

std::string TextInWords(const FieldDescriptor& field, const std::string& text) {
  const bool date = field.options().GetExtension(v1::rules).format() == v1::DATE;
  return date ? DateInWords(text) : OneLine(text);
}

// "due on is now Fri 30 Sep 2022". A correction holds every value as text, so dates and kinds of
// support are recognised by what they look like and what they are called.
std::string CorrectionInWords(const v1::FieldCorrection& correction) {
  const std::string field = absl::StrJoin(absl::StrSplit(correction.field(), '_'), " ");
  const std::string date = DateInWords(correction.value());
  if (date != correction.value()) return absl::StrCat(field, " is now ", date);
  v1::Support::Kind kind;
  if (correction.field() == "kind" && v1::Support::Kind_Parse(correction.value(), &kind)) {
    return absl::StrCat(field, " is now ", EnumInWords(kind));
  }
  return absl::StrCat(field, " is now “", OneLine(correction.value()), "”");
}

// A message that has words of its own; any other has none, and is reached by a longer path.
std::string MessageInWords(const Message& message) {
  if (const auto* supporter = dynamic_cast<const v1::Supporter*>(&message)) {
    return OneLine(SupporterInWords(*supporter));
  }
  if (const auto* judgement = dynamic_cast<const v1::TargetJudgement*>(&message)) {
    const std::string words = OneLine(JudgementInWords(*judgement));
    return std::string(absl::StripSuffix(words, "."));
  }
  if (const auto* correction = dynamic_cast<const v1::FieldCorrection*>(&message)) {
    return CorrectionInWords(*correction);
  }
  return "";
}

std::string ListInWords(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  const bool messages = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  std::vector<std::string> items;
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    if (messages) {
      items.push_back(MessageInWords(reflection.GetRepeatedMessage(message, &field, i)));
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      items.push_back(TextInWords(field, reflection.GetRepeatedString(message, &field, i)));
    }
  }
  return messages ? absl::StrJoin(items, "; ") : JoinWithAnd(items);
}

// The value of one field; empty where it is unset, zero, or of a type that no sentence needs.
std::string ValueInWords(const Message& message, const FieldDescriptor& field) {
  if (field.is_repeated()) return ListInWords(message, field);
  const Reflection& reflection = *message.GetReflection();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    return TextInWords(field, reflection.GetString(message, &field));
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    const int number = reflection.GetEnumValue(message, &field);
    const auto* value = field.enum_type()->FindValueByNumber(number);
    if (number == 0) return "";
    return value == nullptr ? absl::StrCat(number) : EnumInWords(*value);
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
    const int32_t number = reflection.GetInt32(message, &field);
    return number == 0 ? "" : absl::StrCat(number);
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
    const int64_t number = reflection.GetInt64(message, &field);
    return number == 0 ? "" : absl::StrCat(number);
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    return MessageInWords(reflection.GetMessage(message, &field));
  }
  return "";
}

// The value at `path`. A path that leads nowhere stays in the sentence, in braces: a fault to be
// seen is better than a silent gap, and no reason to refuse somebody the audit trail.
std::string Resolve(const Message& root, absl::string_view path) {
  const std::vector<std::string> names = absl::StrSplit(path, '.');
  const Message* message = &root;
  for (size_t i = 0; i < names.size(); ++i) {
    const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(names[i]);
    if (field == nullptr) break;
    if (i + 1 == names.size()) return ValueInWords(*message, *field);
    if (field->is_repeated() || field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) break;
    message = &message->GetReflection()->GetMessage(*message, field);
  }
  return absl::StrCat("{", path, "}");
}

// Appends words of the template after what came before: begins a sentence after a full stop, and
// puts no second one.
void AppendLiteral(absl::string_view literal, std::string& sentence) {
  const bool new_sentence = literal.size() > 1 && literal[0] == ' ' &&
                            absl::ascii_isupper(static_cast<unsigned char>(literal[1]));
  const bool ended = EndsSentence(sentence);
  if (new_sentence && !sentence.empty() && !ended) sentence += '.';
  if (ended) absl::ConsumePrefix(&literal, ".");
  absl::StrAppend(&sentence, literal);
}

// Appends `part`, words and fields without brackets; false if a field in it is empty.
bool AppendPart(absl::string_view part, const Message& message, std::string& sentence) {
  bool complete = true;
  while (!part.empty()) {
    const size_t open = part.find('{');
    AppendLiteral(part.substr(0, open), sentence);
    if (open == absl::string_view::npos) break;
    const size_t close = part.find('}', open);
    const std::string value = Resolve(message, part.substr(open + 1, close - open - 1));
    complete = complete && !value.empty();
    sentence += value;
    part = close == absl::string_view::npos ? "" : part.substr(close + 1);
  }
  return complete;
}

std::string FromTemplate(absl::string_view words, const Message& message) {
  std::string sentence;
  while (!words.empty()) {
    const bool optional = absl::ConsumePrefix(&words, "[");
    const size_t end = words.find(optional ? ']' : '[');
    std::string longer = sentence;
    if (AppendPart(words.substr(0, end), message, longer) || !optional) sentence = longer;
    if (end == absl::string_view::npos) break;
    words.remove_prefix(end + (optional ? 1 : 0));
  }
  if (!EndsSentence(sentence)) sentence += '.';
  return sentence;
}

}  // namespace

std::string Sentence(const google::protobuf::Message& event) {
  const Reflection& reflection = *event.GetReflection();
  const FieldDescriptor* kind =
      reflection.GetOneofFieldDescriptor(event, event.GetDescriptor()->oneof_decl(0));
  if (kind == nullptr) return "recorded something that this version of Trellis does not know.";
  const Message& message = reflection.GetMessage(event, kind);
  return FromTemplate(message.GetDescriptor()->options().GetExtension(v1::sentence), message);
}

namespace {

// Whether this is what is left of an event whose content was erased: it says nothing of who did
// what.
bool IsRest(const Message& event) {
  const FieldDescriptor* const kind =
      event.GetReflection()->GetOneofFieldDescriptor(event, event.GetDescriptor()->oneof_decl(0));
  return kind != nullptr && kind->message_type() == v1::SubjectErased::descriptor();
}

}  // namespace

std::string SentenceFor(absl::string_view actor_name, v1::Capacity capacity,
                        const google::protobuf::Message& event) {
  // Nobody: Trellis says what follows from the calendar.
  if (capacity == v1::SYSTEM) return absl::StrCat("Trellis ", Sentence(event));
  const std::string name = OneLine(actor_name);
  const std::string role = capacity == v1::CAPACITY_UNSPECIFIED ? "person in an unknown capacity"
                                                                : EnumInWords(capacity);
  if (name.empty() && IsRest(event))
    return absl::StrCat("What the ", role, " recorded was erased.");
  if (name.empty()) return absl::StrCat("The ", role, " ", Sentence(event));
  return absl::StrCat(name, " (", role, ") ", Sentence(event));
}

}  // namespace trellis::rendering
