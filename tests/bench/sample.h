// What the measurements work on: plans that follow the form's worked example.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "eventstore/event_log.h"
#include "trellis/v1/directory_service.pb.h"
#include "trellis/v1/support_plan_service.pb.h"

namespace trellis::bench {

// The commits that the example play makes on one plan, decided by the real rules.
std::vector<std::vector<eventstore::NewEvent>> ExampleCommits(const std::string& play_file);

// A new ledger in the data directory `data`, with a key, as a server finds one there; crashes if it
// cannot be made. `clock` must outlive it.
std::unique_ptr<eventstore::EventLog> NewLedger(const std::string& data, const Clock& clock);

// How a ledger is filled.
struct FillOptions {
  std::string data;
  uint64_t events = 0;
  std::string play_file;
};

// Fills a new ledger with at least `events` events of plans that follow the example, 500 plans at a
// time side by side, each command a commit of its own, as schools would. Returns how many.
uint64_t FillLog(const FillOptions& options);

// A request that opens the plan with this number, as the actor of RunLoad.
v1::OpenSupportPlanRequest OpenRequest(int plan);

// What the directory needs before OpenRequest: methods of DirectoryService with the bytes of their
// requests, in order.
std::vector<std::pair<std::string, std::string>> DirectoryRequests();

// A request that revises the plan's target, for the `count`-th time.
v1::ReviseTargetRequest ReviseRequest(int plan, int64_t count);

// The name of the plan with this number.
std::string PlanName(int plan);

}  // namespace trellis::bench
