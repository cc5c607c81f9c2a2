#include "services/import_row.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "domain/dates.h"
#include "google/rpc/error_details.pb.h"

namespace trellis::services {
namespace {

// What an error shows of a value.
constexpr size_t kShownBytes = 60;

std::string KeyOf(absl::string_view column) {
  return absl::AsciiStrToLower(absl::StripAsciiWhitespace(column));
}

// `text` as YYYY-MM-DD, whether or not there is such a day; empty if it is no date.
std::string IsoDate(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::ByAnyChar("-/"));
  int numbers[3];
  if (parts.size() != 3) return "";
  for (size_t i = 0; i < 3; ++i) {
    if (parts[i].empty() || parts[i].size() > 4 || !absl::SimpleAtoi(parts[i], &numbers[i]) ||
        numbers[i] < 0) {
      return "";
    }
  }
  if (parts[0].size() == 4) std::swap(numbers[0], numbers[2]);
  return absl::StrFormat("%04d-%02d-%02d", numbers[2], numbers[1], numbers[0]);
}

}  // namespace

ImportHeader::ImportHeader(std::vector<std::string> names) : names_(std::move(names)) {
  for (size_t i = 0; i < names_.size(); ++i) {
    const auto place = places_.try_emplace(KeyOf(names_[i]), i, 0).first;
    ++place->second.second;
  }
}

std::optional<size_t> ImportHeader::Find(absl::string_view column) const {
  const auto place = places_.find(KeyOf(column));
  if (place == places_.end() || place->second.second > 1) return std::nullopt;
  return place->second.first;
}

bool ImportHeader::HasTwice(absl::string_view column) const {
  const auto place = places_.find(KeyOf(column));
  return place != places_.end() && place->second.second > 1;
}

std::string ImportRow::Get(absl::string_view column) const {
  const std::optional<size_t> place = header->Find(column);
  if (!place.has_value() || *place >= fields.size()) return "";
  return std::string(absl::StripAsciiWhitespace(fields[*place]));
}

void ImportValues::Text(absl::string_view column, std::string* value) const {
  if (row_.header->Find(column).has_value()) *value = row_.Get(column);
}

void ImportValues::Date(absl::string_view column, std::string* value) {
  if (!row_.header->Find(column).has_value()) return;
  const std::string text = row_.Get(column);
  *value = text.empty() ? "" : IsoDate(text);
  if (!text.empty() && !domain::ParseRegisterDate(*value).has_value()) {
    Wrong(column, "a date that exists, day first, such as 31-08-2020");
  }
}

void ImportValues::Wrong(absl::string_view column, absl::string_view want) {
  violations_.push_back(
      {std::string(column),
       absl::StrCat("got \"", Shown(row_.Get(column), kShownBytes), "\", want ", want)});
}

absl::Status ImportValues::status() const {
  return violations_.empty() ? absl::OkStatus() : InvalidRequest(violations_);
}

std::string Shown(const std::string& text, size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size) + "...";
}

std::string RowErrorText(const absl::Status& error) {
  const auto payload = error.GetPayload(
      absl::StrCat("type.googleapis.com/", google::rpc::BadRequest::descriptor()->full_name()));
  google::rpc::BadRequest bad;
  if (!payload.has_value() || !bad.ParseFromString(std::string(*payload)) ||
      bad.field_violations().empty()) {
    const std::string reason = ErrorReason(error);
    return absl::StrCat(error.message(), reason.empty() ? "" : absl::StrCat(" (", reason, ")"));
  }
  std::string text;
  for (const auto& violation : bad.field_violations()) {
    absl::StrAppend(&text, text.empty() ? "" : "; ", violation.field(), ": ",
                    violation.description());
  }
  return text;
}

}  // namespace trellis::services
