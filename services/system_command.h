// Commands that Trellis gives by itself.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/mutex.h"
#include "base/uuid.h"
#include "domain/reminders.h"
#include "services/caller.h"
#include "services/command_pipeline.h"
#include "vault/event_vault.h"

namespace trellis::services {

// Trellis itself: no person.
inline Caller SystemCaller() {
  Caller caller;
  caller.actor.set_name(domain::kSystemName);
  caller.capacity = v1::SYSTEM;
  return caller;
}

// The id of a command that follows from `text`: given again, after a crash that took the answer, it
// is the same request. Under the ledger's key, since whoever could work it out would use it first.
inline std::string SystemRequestId(const vault::EventVault& vault, absl::string_view text) {
  return UuidText(UuidFromDigest(vault.Fingerprint(absl::StrCat("command of the system\n", text))));
}

// Gives the command and waits for the bytes of its reply, or the error. Not to be called from a
// thread that answers commands.
template <typename State, typename Request>
absl::StatusOr<std::string> GiveAndWait(CommandPipeline& pipeline, const Request& request,
                                        const Elsewhere<State>& elsewhere = nullptr) {
  Mutex mutex;
  CondVar answered;
  std::optional<absl::StatusOr<std::string>> answer;
  const auto take = [&](absl::StatusOr<std::string> reply) {
    MutexLock lock(mutex);
    answer.emplace(std::move(reply));
    // Under the mutex: once there is an answer, nobody may be left who waits.
    answered.NotifyOne();
  };
  pipeline.Execute<State>(SystemCaller(), request, take, elsewhere);
  MutexLock lock(mutex);
  while (!answer.has_value()) answered.Wait(mutex);
  return *std::move(answer);
}

}  // namespace trellis::services
