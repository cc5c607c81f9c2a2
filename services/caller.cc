#include "services/caller.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/error.h"
#include "domain/validate.h"
#include "trellis/v1/access.pb.h"

namespace trellis::services {
namespace {

constexpr char kNameKey[] = "trellis-actor-name";
constexpr char kCapacityKey[] = "trellis-capacity";
constexpr char kReasonKey[] = "trellis-reason";
constexpr char kTraceKey[] = "traceparent";

absl::Status Unauthenticated(absl::string_view reason, absl::string_view key,
                             absl::string_view message) {
  return Error(absl::StatusCode::kUnauthenticated, reason,
               absl::StrCat("metadata ", key, ": ", message), {{"metadata", std::string(key)}});
}

std::string PercentDecoded(const std::string& text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto is_digit = [&](size_t at) {
      return at < text.size() && absl::ascii_isxdigit(static_cast<unsigned char>(text[at]));
    };
    if (text[i] == '%' && is_digit(i + 1) && is_digit(i + 2)) {
      decoded += absl::HexStringToBytes(absl::string_view(text).substr(i + 1, 2));
      i += 2;
    } else {
      decoded.push_back(text[i]);
    }
  }
  return decoded;
}

bool IsHex(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c)) || (c >= 'a' && c <= 'f');
  });
}

// A proto3 string is UTF-8, and parsing one checks it.
bool IsUtf8(const std::string& text) {
  v1::Party written, read;
  written.set_name(text);
  return read.ParseFromString(written.SerializeAsString());
}

// Those that a caller can act in: nobody who calls is Trellis itself, and a program acts in SERVICE
// by its account.
bool IsCallers(int number) {
  return number != v1::CAPACITY_UNSPECIFIED && number != v1::SYSTEM && number != v1::SERVICE;
}

std::string CapacitiesWanted() {
  std::string want;
  for (int i = 1; i < v1::Capacity_ARRAYSIZE; ++i) {
    if (!IsCallers(i)) continue;
    absl::StrAppend(&want, i == 1 ? "" : ", ", v1::Capacity_Name(static_cast<v1::Capacity>(i)));
  }
  return want;
}

}  // namespace

absl::Status ActorMissing() {
  return Unauthenticated("ACTOR_MISSING", kActorKey, "missing, want people/{uuid}");
}

absl::Status CapacityMissing() {
  return Unauthenticated("ACTOR_MISSING", kCapacityKey,
                         absl::StrCat("missing, want one of ", CapacitiesWanted()));
}

absl::StatusOr<v1::Capacity> CapacityIn(const MetadataReader& metadata) {
  const std::string text = metadata(kCapacityKey);
  if (text.empty()) return v1::CAPACITY_UNSPECIFIED;
  v1::Capacity capacity = v1::CAPACITY_UNSPECIFIED;
  const std::string name = absl::AsciiStrToUpper(absl::StrReplaceAll(text, {{"-", "_"}}));
  if (v1::Capacity_Parse(name, &capacity) && IsCallers(capacity)) return capacity;
  return Unauthenticated("ACTOR_INVALID", kCapacityKey,
                         absl::StrCat("got another word, want one of ", CapacitiesWanted()));
}

absl::StatusOr<v1::Party> ActorIn(const MetadataReader& metadata) {
  v1::Party actor;
  actor.set_person(metadata(kActorKey));
  if (actor.person().empty()) return ActorMissing();
  const auto& fields = *v1::Party::descriptor();
  if (!domain::WhyInvalid(*fields.FindFieldByName("person"), actor.person()).empty()) {
    return Unauthenticated("ACTOR_INVALID", kActorKey, "got another text, want people/{uuid}");
  }
  const std::string name = PercentDecoded(metadata(kNameKey));
  if (absl::StripAsciiWhitespace(name).empty()) {
    return Unauthenticated("ACTOR_MISSING", kNameKey,
                           "missing, want the name as it is known now, percent-encoded");
  }
  if (!IsUtf8(name) || !domain::WhyInvalid(*fields.FindFieldByName("name"), name).empty()) {
    return Unauthenticated("ACTOR_INVALID", kNameKey,
                           "want at most 200 characters of UTF-8 without control characters");
  }
  actor.set_name(name);
  return actor;
}

absl::StatusOr<std::string> ReasonIn(const MetadataReader& metadata) {
  const std::string text = PercentDecoded(metadata(kReasonKey));
  if (text.empty()) return text;
  v1::AccessEntry entry;
  const auto& field = *entry.GetDescriptor()->FindFieldByName("reason");
  if (text.size() <= kReasonMax && IsUtf8(text) && domain::WhyInvalid(field, text).empty()) {
    return text;
  }
  return Unauthenticated(
      "ACTOR_INVALID", kReasonKey,
      absl::StrCat("want at most ", kReasonMax, " bytes of UTF-8 without control characters"));
}

// `00-{32 hexadecimal digits}-{16 of them}-{2 of them}`.
void ReadTrace(const MetadataReader& metadata, Caller& caller) {
  const std::string text = metadata(kTraceKey);
  const bool readable = text.size() == 55 && absl::StartsWith(text, "00-") && text[35] == '-' &&
                        text[52] == '-' && IsHex(text.substr(3, 32)) && IsHex(text.substr(36, 16));
  if (!readable) return;
  const std::string trace = absl::HexStringToBytes(absl::string_view(text).substr(3, 32));
  const std::string span = absl::HexStringToBytes(absl::string_view(text).substr(36, 16));
  std::copy(trace.begin(), trace.end(), caller.trace.begin());
  std::copy(span.begin(), span.end(), caller.span.begin());
}

}  // namespace trellis::services
