// What can still be read of a damaged ledger, as JSON, for people and programs that must read it
// without Trellis.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/report.h"
#include "eventstore/record.h"
#include "vault/event_vault.h"

namespace trellis::audit {

// One object in one line: what the header says, the payload's bytes in base64, and the event as
// data if `vault` opens it and this program can read it. Numbers of 64 bits are strings, as in
// Protocol Buffers' JSON.
std::string RecordAsJson(const vault::EventVault& vault, const eventstore::Record& record);

// The event with these bytes in a stream of this name, as in such an object; empty if this program
// cannot read it.
std::string EventAsJson(absl::string_view stream, absl::string_view bytes);

// Calls `print` with each record of `data`/log that can be read, as above. The findings are what
// cannot be read. Operation and errors are those of eventstore::SalvageLog.
absl::StatusOr<Report> SalvageLedger(const std::string& data, const vault::EventVault& vault,
                                     absl::FunctionRef<void(absl::string_view)> print);

}  // namespace trellis::audit
