// What the commands have in common that work on a ledger without a server.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "clients/trellis/grammar/arguments.h"
#include "clients/trellis/run.h"
#include "google/protobuf/struct.pb.h"
#include "proofs/key.h"
#include "vault/master_key.h"

namespace trellis::cli {

// What a flag that must be there says. A usage error if it is not, or empty.
absl::StatusOr<std::string> RequiredText(const Invocation& invocation, const char* flag);
// What a flag says that may be left out; then empty.
std::string OptionalText(const Invocation& invocation, const char* flag);

// The ledger's public keys, each `--key`; none if it is left out. A usage error if one is none.
absl::StatusOr<std::vector<proofs::VerifierKey>> KeyFlags(const Invocation& invocation);

// The master key in the file of `--master-key`; nothing if it is left out. The errors of
// ReadMasterKeyFile.
absl::StatusOr<std::optional<vault::MasterKey>> MasterKeyFlag(const Invocation& invocation);

// What the file of `--seen` holds. A usage error if it cannot be read, or is empty.
absl::StatusOr<std::string> ReadSeen(const std::string& file);

// What is being read, how much of it is done, and of how much; 0: not known.
using Progress = std::function<void(const std::string&, uint64_t, uint64_t)>;

// Shows progress on a terminal's standard error; null where there is none.
Progress ShowProgress(const Process& process);
// Takes it away again.
void HideProgress(const Process& process);

// For a JSON object.
google::protobuf::Value TextValue(const std::string& text);
void PrintObject(const google::protobuf::Struct& object, std::ostream& out);

}  // namespace trellis::cli
