#include "clients/trellis/verify.h"

#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "audit/keys_beside.h"
#include "audit/ledger_check.h"
#include "audit/server_check.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "clients/trellis/grammar/usage.h"
#include "clients/trellis/http_get.h"
#include "clients/trellis/ledger_tools.h"
#include "clients/trellis/text.h"
#include "evidence/check.h"
#include "evidence/zip.h"
#include "proofs/handover.h"
#include "proofs/note.h"

namespace trellis::cli {
namespace {

void Print(const Report& report, std::ostream& out) {
  for (const Report::Part& part : report.parts) {
    out << absl::StrFormat("%-8s %s: %s", part.findings == 0 ? "holds" : "DAMAGED", part.name,
                           part.what);
    if (part.findings > 0) out << absl::StrFormat(" (%d findings)", part.findings);
    out << "\n";
  }
  if (!report.holds()) out << "\nWhat does not hold:\n";
  for (const std::string& finding : report.findings.kept()) out << "  " << finding << "\n";
  const uint64_t more = report.findings.count() - report.findings.kept().size();
  if (more > 0) out << "  and " << more << " more\n";
  for (const std::string& note : report.notes) out << "\nNote: " << note << "\n";
}

void PrintJson(const Report& report, std::ostream& out) {
  google::protobuf::Struct object;
  auto& fields = *object.mutable_fields();
  fields["holds"].set_bool_value(report.holds());
  fields["events"].set_number_value(static_cast<double>(report.events));
  fields["findingCount"].set_number_value(static_cast<double>(report.findings.count()));
  auto& findings = *fields["findings"].mutable_list_value();
  for (const std::string& finding : report.findings.kept()) {
    *findings.add_values() = TextValue(finding);
  }
  auto& notes = *fields["notes"].mutable_list_value();
  for (const std::string& note : report.notes) *notes.add_values() = TextValue(note);
  auto& parts = *fields["parts"].mutable_list_value();
  for (const Report::Part& part : report.parts) {
    auto& said = *parts.add_values()->mutable_struct_value()->mutable_fields();
    said["name"] = TextValue(part.name);
    said["what"] = TextValue(part.what);
    said["findings"].set_number_value(static_cast<double>(part.findings));
  }
  PrintObject(object, out);
}

// Checks what was read of a data directory.
absl::Status ReadDataFlags(const Invocation& invocation, VerifyOptions& options) {
  ASSIGN_OR_RETURN(options.data, RequiredText(invocation, "data"));
  ASSIGN_OR_RETURN(options.ledger, RequiredText(invocation, "ledger"));
  ASSIGN_OR_RETURN(options.master_key, MasterKeyFlag(invocation));
  std::error_code ignored;
  if (std::filesystem::is_directory(options.data + "/log", ignored)) return absl::OkStatus();
  return UsageError(absl::StrCat("--data: ", options.data,
                                 " holds no directory log, want a data directory of trellisd"));
}

absl::Status ReadUrlFlags(const Invocation& invocation, VerifyOptions& options) {
  for (const char* const other : {"data", "ledger", "master-key"}) {
    if (invocation.Find(other) == nullptr) continue;
    return UsageError(absl::StrCat("verify: --url goes without --", other));
  }
  if (options.policy.logs().empty()) RETURN_IF_ERROR(RequiredText(invocation, "key").status());
  ASSIGN_OR_RETURN(const std::string url, RequiredText(invocation, "url"));
  options.url = std::string(absl::StripSuffix(url, "/"));
  options.seen = OptionalText(invocation, "seen");
  return absl::OkStatus();
}

absl::Status ReadBundleFlags(const Invocation& invocation, VerifyOptions& options) {
  for (const char* const other : {"data", "ledger", "master-key", "url", "seen"}) {
    if (invocation.Find(other) == nullptr) continue;
    return UsageError(absl::StrCat("verify: a BUNDLE goes without --", other));
  }
  options.bundle = invocation.positionals.front();
  return absl::OkStatus();
}

// The first `limit` bytes of the file, and one more if it has more.
absl::StatusOr<std::string> ReadFile(const std::string& what, const std::string& file,
                                     size_t limit) {
  std::ifstream in(file, std::ios::binary);
  std::string bytes(limit + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  // A directory opens, and cannot be read.
  if (!in.is_open() || in.bad()) {
    return UsageError(absl::StrCat(what, ": ", OneLine(file), " cannot be read"));
  }
  bytes.resize(static_cast<size_t>(in.gcount()));
  return bytes;
}

absl::StatusOr<std::vector<proofs::Handover>> HandoverFlags(const Invocation& invocation) {
  std::vector<proofs::Handover> handovers;
  for (const std::string& file : invocation.FindAll("handover")) {
    ASSIGN_OR_RETURN(const std::string note, ReadFile("--handover", file, proofs::kNoteBytesMax));
    auto handover = proofs::ReadHandover(note);
    if (!handover.ok()) {
      return UsageError(
          absl::StrCat("--handover: ", OneLine(file), ": ", handover.status().message()));
    }
    handovers.push_back(*std::move(handover));
  }
  return handovers;
}

absl::Status ReadKeys(const Invocation& invocation, VerifyOptions& options) {
  ASSIGN_OR_RETURN(options.keys, KeyFlags(invocation));
  ASSIGN_OR_RETURN(const std::vector<proofs::Handover> handovers, HandoverFlags(invocation));
  options.keys = proofs::KeysThrough(options.keys, handovers);
  const std::string* const file = invocation.Find("policy");
  if (file == nullptr) return absl::OkStatus();
  if (invocation.Find("data") != nullptr) {
    return UsageError("verify: --data goes without --policy: no witness signs a directory");
  }
  ASSIGN_OR_RETURN(const std::string text, ReadFile("--policy", *file, proofs::kPolicyBytesMax));
  auto policy = proofs::Policy::Parse(text);
  if (!policy.ok()) return UsageError(absl::StrCat("--policy: ", policy.status().message()));
  options.policy = *std::move(policy);
  return absl::OkStatus();
}

// Whole or not at all.
absl::Status WriteSeen(const std::string& file, const std::string& note) {
  const std::string next = file + ".next";
  std::error_code error;
  const bool written =
      static_cast<bool>(std::ofstream(next, std::ios::binary) << note << std::flush);
  if (written) std::filesystem::rename(next, file, error);
  if (written && !error) return absl::OkStatus();
  return Error(absl::StatusCode::kUnknown, "OUTPUT_LOST",
               absl::StrCat("the file of --seen, ", file, ", cannot be written"));
}

absl::StatusOr<Report> CheckUrl(const VerifyOptions& options, absl::Duration timeout,
                                const Progress& progress) {
  std::string seen;
  if (!options.seen.empty() && std::filesystem::exists(options.seen)) {
    ASSIGN_OR_RETURN(seen, ReadSeen(options.seen));
  }
  ASSIGN_OR_RETURN(const audit::ServerReport checked,
                   audit::CheckServer({.get =
                                           [&](const std::string& path) {
                                             return HttpGet(absl::StrCat(options.url, "/", path),
                                                            timeout);
                                           },
                                       .keys = options.keys,
                                       .policy = options.policy,
                                       .seen = seen,
                                       .progress = progress}));
  if (!options.seen.empty() && !checked.newest.empty()) {
    RETURN_IF_ERROR(WriteSeen(options.seen, checked.newest));
  }
  return checked.report;
}

absl::StatusOr<Report> CheckBundleFile(const VerifyOptions& options) {
  ASSIGN_OR_RETURN(const std::string bytes,
                   ReadFile("verify", options.bundle, evidence::kZipBytesMax));
  return evidence::CheckBundle(bytes, {.keys = options.keys, .policy = options.policy});
}

absl::StatusOr<Report> CheckWhatIsAsked(const VerifyOptions& options, absl::Duration timeout,
                                        const Progress& progress) {
  if (!options.bundle.empty()) return CheckBundleFile(options);
  if (!options.url.empty()) return CheckUrl(options, timeout, progress);
  ASSIGN_OR_RETURN(const auto keys, audit::KeysBeside::Open(options.data, options.master_key));
  return audit::CheckLedger({.data = options.data,
                             .ledger = options.ledger,
                             .keys = options.keys,
                             .vault = keys == nullptr ? nullptr : &keys->vault(),
                             .progress = progress});
}

}  // namespace

absl::StatusOr<VerifyOptions> VerifyOptionsOf(const Invocation& invocation) {
  VerifyOptions options;
  RETURN_IF_ERROR(ReadKeys(invocation, options));
  RETURN_IF_ERROR(!invocation.positionals.empty()     ? ReadBundleFlags(invocation, options)
                  : invocation.Find("url") != nullptr ? ReadUrlFlags(invocation, options)
                                                      : ReadDataFlags(invocation, options));
  return options;
}

absl::Status RunVerify(const VerifyOptions& options, bool json, absl::Duration timeout,
                       const Process& process) {
  const Progress progress = ShowProgress(process);
  const absl::StatusOr<Report> report = CheckWhatIsAsked(options, timeout, progress);
  HideProgress(process);
  RETURN_IF_ERROR(report.status());
  json ? PrintJson(*report, process.out) : Print(*report, process.out);
  return options.bundle.empty() ? audit::Verdict(*report) : evidence::Verdict(*report);
}

}  // namespace trellis::cli
