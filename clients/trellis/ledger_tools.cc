#include "clients/trellis/ledger_tools.h"

#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "clients/trellis/grammar/usage.h"
#include "clients/trellis/printers.h"

namespace trellis::cli {

absl::StatusOr<std::string> RequiredText(const Invocation& invocation, const char* flag) {
  std::string text = OptionalText(invocation, flag);
  if (!text.empty()) return text;
  const std::string& command = invocation.command->name;
  return UsageError(
      absl::StrCat(command, ": --", flag, " is missing; see trellis ", command, " --help"));
}

std::string OptionalText(const Invocation& invocation, const char* flag) {
  const std::string* const text = invocation.Find(flag);
  return text == nullptr ? "" : *text;
}

absl::StatusOr<std::vector<proofs::VerifierKey>> KeyFlags(const Invocation& invocation) {
  std::vector<proofs::VerifierKey> keys;
  for (const std::string& text : invocation.FindAll("key")) {
    auto key = proofs::VerifierKey::Parse(text);
    if (!key.ok()) return UsageError(absl::StrCat("--key: ", key.status().message()));
    keys.push_back(*std::move(key));
  }
  return keys;
}

absl::StatusOr<std::optional<vault::MasterKey>> MasterKeyFlag(const Invocation& invocation) {
  const std::string* const file = invocation.Find("master-key");
  if (file == nullptr) return std::nullopt;
  ASSIGN_OR_RETURN(const vault::MasterKey key, vault::ReadMasterKeyFile(*file));
  return key;
}

absl::StatusOr<std::string> ReadSeen(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string note{std::istreambuf_iterator<char>(in), {}};
  if (!in.bad() && !note.empty()) return note;
  return UsageError(absl::StrCat("--seen: ", file, " cannot be read"));
}

Progress ShowProgress(const Process& process) {
  if (!process.err_is_terminal) return nullptr;
  return [&err = process.err](const std::string& what, uint64_t done, uint64_t of) {
    err << "\r\x1b[Kreading " << what;
    if (done > 0) err << ": " << done;
    if (done > 0 && of > 0) err << " of " << of;
    err << std::flush;
  };
}

void HideProgress(const Process& process) {
  if (process.err_is_terminal) process.err << "\r\x1b[K" << std::flush;
}

google::protobuf::Value TextValue(const std::string& text) {
  google::protobuf::Value value;
  value.set_string_value(text);
  return value;
}

void PrintObject(const google::protobuf::Struct& object, std::ostream& out) {
  out << CompactJson(object) << "\n";
}

}  // namespace trellis::cli
