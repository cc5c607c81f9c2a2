#include "tests/scenarios/textproto.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "base/timestamp.h"
#include "google/protobuf/text_format.h"
#include "tests/scenarios/given_when_then.h"

namespace trellis::testing {
namespace {

namespace pb = google::protobuf;

constexpr size_t kColumns = 100;

std::vector<std::string> FieldsOf(const pb::Message& message, size_t indent) {
  static const pb::TextFormat::Printer& printer = *[] {
    auto* const made = new pb::TextFormat::Printer();
    made->SetUseUtf8StringEscaping(true);
    return made;
  }();
  std::vector<const pb::FieldDescriptor*> set;
  message.GetReflection()->ListFields(message, &set);
  std::vector<std::string> texts;
  for (const pb::FieldDescriptor* const field : set) {
    if (field->type() == pb::FieldDescriptor::TYPE_BYTES) continue;
    const int size = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
    for (int i = 0; i < size; ++i) {
      if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE) {
        texts.push_back(TextOf(field->name(),
                               field->is_repeated()
                                   ? message.GetReflection()->GetRepeatedMessage(message, field, i)
                                   : message.GetReflection()->GetMessage(message, field),
                               indent));
        continue;
      }
      std::string value;
      printer.PrintFieldValueToString(message, field, field->is_repeated() ? i : -1, &value);
      // Text stands in double quotes, so that an apostrophe need not be escaped.
      texts.push_back(absl::StrCat(field->name(), ": ",
                                   WithAliases(absl::StrReplaceAll(value, {{"\\'", "'"}}))));
    }
  }
  return texts;
}

}  // namespace

std::string TextOf(const std::string& name, const pb::Message& message, size_t indent) {
  if (message.GetDescriptor() == pb::Timestamp::descriptor()) {
    return absl::StrCat(name, ": ",
                        absl::FormatTime("%Y-%m-%dT%H:%M:%SZ",
                                         FromTimestamp(static_cast<const pb::Timestamp&>(message)),
                                         absl::UTCTimeZone()));
  }
  const std::vector<std::string> fields = FieldsOf(message, indent + 2);
  if (fields.empty()) return absl::StrCat(name, " {}");
  const std::string line = absl::StrCat(name, " { ", absl::StrJoin(fields, " "), " }");
  if (indent + line.size() <= kColumns && line.find('\n') == std::string::npos) return line;
  const std::string margin(indent + 2, ' ');
  return absl::StrCat(name, " {\n", margin, absl::StrJoin(fields, absl::StrCat("\n", margin)), "\n",
                      std::string(indent, ' '), "}");
}

std::string Wrapped(absl::string_view text, size_t indent) {
  const std::string margin(indent, ' ');
  std::vector<std::string> lines;
  const std::string shown = WithAliases(text);
  for (const absl::string_view word : absl::StrSplit(shown, ' ')) {
    if (lines.empty() || lines.back().size() + 1 + word.size() > kColumns) {
      lines.push_back(absl::StrCat(margin, word));
    } else {
      absl::StrAppend(&lines.back(), " ", word);
    }
  }
  return absl::StrJoin(lines, "\n");
}

}  // namespace trellis::testing
