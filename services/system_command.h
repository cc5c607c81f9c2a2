// Commands that Trellis gives by itself.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "domain/reminders.h"
#include "services/caller.h"
#include "services/command_pipeline.h"

namespace trellis::services {

// Trellis itself: no person.
inline Caller SystemCaller() {
  Caller caller;
  caller.actor.set_name(domain::kSystemName);
  caller.capacity = v1::SYSTEM;
  return caller;
}

// Gives the command and waits for the bytes of its reply, or the error. Not to be called from a
// thread that answers commands.
template <typename State, typename Request>
absl::StatusOr<std::string> GiveAndWait(CommandPipeline& pipeline, const Request& request) {
  Mutex mutex;
  CondVar answered;
  std::optional<absl::StatusOr<std::string>> answer;
  pipeline.Execute<State>(SystemCaller(), request, [&](absl::StatusOr<std::string> reply) {
    MutexLock lock(mutex);
    answer.emplace(std::move(reply));
    // Under the mutex: once there is an answer, nobody may be left who waits.
    answered.NotifyOne();
  });
  MutexLock lock(mutex);
  while (!answer.has_value()) answered.Wait(mutex);
  return *std::move(answer);
}

}  // namespace trellis::services
