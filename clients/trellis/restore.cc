#include "clients/trellis/restore.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "clients/trellis/grammar/usage.h"
#include "clients/trellis/ledger_tools.h"
#include "vault/directory.h"
#include "vault/key_store.h"

namespace trellis::cli {
namespace {

// A number from 1 on; 0 if the flag is left out.
absl::StatusOr<uint64_t> NumberFlag(const Invocation& invocation, const char* flag) {
  const std::string* const text = invocation.Find(flag);
  uint64_t number = 0;
  if (text == nullptr || (absl::SimpleAtoi(*text, &number) && number > 0)) return number;
  return UsageError(absl::StrCat("--", flag, ": got \"", *text, "\", want a number from 1 on"));
}

void Print(const backup::Restored& restored, const backup::RestoreOptions& options, bool with_keys,
           std::ostream& out) {
  const backup::Manifest& manifest = restored.manifest;
  out << "restored  backup " << manifest.number << " of ledger " << manifest.ledger << ", made "
      << absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", manifest.time, absl::UTCTimeZone()) << "\n"
      << "holds     " << restored.position
      << " events: every record, index and tile, and the signed checkpoint\n";
  if (options.copy.has_value()) {
    out << "copy      ledger " << restored.ledger << ", with the key " << restored.key->ToString()
        << "\n";
  } else {
    out << "next      put the ledger's signing.key into " << options.data << ", mode 0600\n";
  }
  if (!with_keys) {
    out << "next      put the key store of backup " << manifest.number << ", from trellisd's "
        << "--key-backups, into " << options.data << "/keys\n";
  }
  out << "then      trellisd --data " << options.data << " --ledger " << restored.ledger
      << " --master-key FILE --issuer URL --audience NAME\n";
  if (options.keys.empty()) {
    out << "\nNote: The key " << manifest.key->ToString()
        << " came with the backup: whoever changed the one could change the other. One that was "
           "got elsewhere, given with --key, proves more.\n";
  }
}

void PrintJson(const backup::Restored& restored, std::ostream& out) {
  google::protobuf::Struct object;
  auto& fields = *object.mutable_fields();
  fields["backup"].set_number_value(static_cast<double>(restored.manifest.number));
  fields["ledger"] = TextValue(restored.ledger);
  fields["key"] = TextValue(restored.key->ToString());
  fields["position"] = TextValue(absl::StrCat(restored.position));
  PrintObject(object, out);
}

absl::Status RestoreKeys(const std::string& from, const std::string& data) {
  // To open a directory makes it: one that is not there stays so.
  if (std::error_code error; !std::filesystem::is_directory(from, error)) {
    return Error(absl::StatusCode::kNotFound, "KEY_STORE_MISSING",
                 absl::StrCat("directory ", from, " holds no key store"));
  }
  ASSIGN_OR_RETURN(const auto backup, vault::OpenDirectory(from));
  ASSIGN_OR_RETURN(const auto keys, vault::OpenDirectory(data + "/keys"));
  return vault::CopyKeyStore(*backup, *keys);
}

}  // namespace

absl::StatusOr<backup::RestoreOptions> RestoreOptionsOf(const Invocation& invocation) {
  backup::RestoreOptions options;
  ASSIGN_OR_RETURN(options.from, RequiredText(invocation, "from"));
  ASSIGN_OR_RETURN(options.data, RequiredText(invocation, "data"));
  ASSIGN_OR_RETURN(options.number, NumberFlag(invocation, "backup"));
  ASSIGN_OR_RETURN(options.keys, KeyFlags(invocation));
  if (const std::string seen = OptionalText(invocation, "seen"); !seen.empty()) {
    ASSIGN_OR_RETURN(options.seen, ReadSeen(seen));
  }
  options.without_access_log = OptionalText(invocation, "without-access-log") == "true";
  ASSIGN_OR_RETURN(const uint64_t position, NumberFlag(invocation, "position"));
  const std::string copy = OptionalText(invocation, "copy");
  if (copy.empty() && position != 0) {
    return UsageError(
        "--position goes with --copy: under its own name, a ledger that was set back would sign a "
        "second history");
  }
  if (!copy.empty()) options.copy = backup::CopyAs{.name = copy, .position = position};
  return options;
}

absl::Status RunRestore(backup::RestoreOptions options, const std::string& key_backups, bool json,
                        const Process& process) {
  options.progress = ShowProgress(process);
  if (!key_backups.empty()) {
    options.add = [&](uint64_t number, const std::string& data) {
      return RestoreKeys(absl::StrCat(key_backups, "/", number), data);
    };
  }
  const auto restored = backup::Restore(options);
  HideProgress(process);
  RETURN_IF_ERROR(restored.status());
  if (json) {
    PrintJson(*restored, process.out);
  } else {
    Print(*restored, options, !key_backups.empty(), process.out);
  }
  return absl::OkStatus();
}

}  // namespace trellis::cli
