#include "clients/trellis/grammar/message_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "clients/trellis/grammar/usage.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/json_util.h"

namespace trellis::cli {
namespace {

namespace pb = google::protobuf;

// Keeps the first error: the others most often follow from it.
class FirstError final : public pb::io::ErrorCollector {
 public:
  void AddError(int line, pb::io::ColumnNumber column, const std::string& message) override {
    if (text_.empty()) text_ = absl::StrCat(line + 1, ":", column + 1, ": ", message);
  }
  void AddWarning(int, pb::io::ColumnNumber, const std::string&) override {}

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

absl::Status ParseText(const std::string& text, const std::string& origin, pb::Message& message) {
  FirstError error;
  pb::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (parser.ParseFromString(text, &message)) return absl::OkStatus();
  return UsageError(absl::StrCat(origin, ":", error.text(), "; want a ",
                                 message.GetDescriptor()->full_name(), " in text format"));
}

absl::Status ParseJson(const std::string& text, const std::string& origin, pb::Message& message) {
  pb::util::JsonParseOptions options;
  options.case_insensitive_enum_parsing = true;
  const auto status = pb::util::JsonStringToMessage(text, &message, options);
  if (status.ok()) return absl::OkStatus();
  // The parser draws the place on further lines; an error here is one line.
  std::string what(status.message().data(), status.message().size());
  absl::RemoveExtraAsciiWhitespace(&what);
  return UsageError(absl::StrCat(origin, ": ", what, "; want a ",
                                 message.GetDescriptor()->full_name(), " in JSON"));
}

absl::StatusOr<std::string> ReadAll(std::istream& in, const std::string& origin) {
  std::string contents(kFileBytesMax + 1, '\0');
  in.read(contents.data(), static_cast<std::streamsize>(contents.size()));
  if (in.bad()) return UsageError(absl::StrCat(origin, ": ", std::strerror(errno)));
  contents.resize(static_cast<size_t>(in.gcount()));
  if (contents.size() > kFileBytesMax) {
    return UsageError(absl::StrCat(origin, ": more than ", kFileBytesMax, " bytes, the limit"));
  }
  return contents;
}

absl::StatusOr<std::string> ReadFile(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return UsageError(absl::StrCat(file, ": ", std::strerror(errno)));
  return ReadAll(in, file);
}

Encoding EncodingOf(absl::string_view file, absl::string_view contents) {
  if (absl::EndsWith(file, ".json")) return Encoding::kJson;
  if (absl::EndsWith(file, ".txtpb") || absl::EndsWith(file, ".textproto")) return Encoding::kText;
  return absl::StartsWith(absl::StripLeadingAsciiWhitespace(contents), "{") ? Encoding::kJson
                                                                            : Encoding::kText;
}

}  // namespace

absl::Status ParseMessage(const std::string& text, Encoding encoding, const std::string& origin,
                          pb::Message& message) {
  return encoding == Encoding::kJson ? ParseJson(text, origin, message)
                                     : ParseText(text, origin, message);
}

absl::Status ReadMessage(const std::string& file, std::istream& in, pb::Message& message) {
  const bool is_stdin = file == "-";
  const std::string origin = is_stdin ? "standard input" : file;
  ASSIGN_OR_RETURN(const std::string contents, is_stdin ? ReadAll(in, origin) : ReadFile(file));
  return ParseMessage(contents, EncodingOf(file, contents), origin, message);
}

}  // namespace trellis::cli
