// What the tests of the views share: a log with plans, and the views that follow it.
#pragma once

#include <future>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/uuid.h"
#include "domain/codec.h"
#include "eventstore/event_log.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "projections/views.h"
#include "tests/support/fake_clock.h"
#include "tests/support/lifecycle.h"
#include "tests/support/temp_directory.h"

namespace trellis::projections {

using eventstore::Position;

inline std::string ReasonOf(const absl::Status& status) {
  return status.ok() ? "OK" : ErrorReason(status);
}

class ViewsTest : public ::testing::Test {
 protected:
  void SetUp() override { OpenLog(); }
  void TearDown() override { CloseBoth(); }

  std::string views_directory() const { return directory_ / "views"; }

  void OpenLog() {
    auto log =
        eventstore::EventLog::Open({.directory = directory_ / "log", .ledger = "test"}, clock_);
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
  }
  void OpenViews() {
    auto views = Views::Open(views_directory(), *log_, vault_);
    ASSERT_TRUE(views.ok()) << views.status();
    views_ = *std::move(views);
  }
  void CloseBoth() {
    if (log_ != nullptr) log_->Close();
    views_.reset();
    log_.reset();
  }
  void Reopen() {
    CloseBoth();
    OpenLog();
    OpenViews();
  }

  // Appends events to the ends of streams, and waits until they can be read.
  absl::StatusOr<eventstore::Appended> Append(eventstore::Commit commit) {
    commit.origin.request_id = *ParseUuid(testing::NewId());
    std::promise<absl::StatusOr<eventstore::Appended>> promise;
    log_->Append(std::move(commit), [&](absl::StatusOr<eventstore::Appended> appended) {
      promise.set_value(std::move(appended));
    });
    auto appended = promise.get_future().get();
    // It is acknowledged a moment before it can be read.
    if (appended.ok() && appended->last_position > 0) {
      log_->WaitForMore(appended->last_position - 1);
    }
    return appended;
  }
  // Appends one event of whatever type and bytes.
  Position AppendRaw(const std::string& stream, uint64_t expected, const std::string& type,
                     const std::string& payload) {
    eventstore::Commit commit;
    commit.appends.push_back({stream, expected, {{type, payload}}});
    const auto appended = Append(std::move(commit));
    EXPECT_TRUE(appended.ok()) << appended.status();
    return appended.ok() ? appended->last_position : 0;
  }

  // Decides the step on plan_ and appends what follows. A step that opens a plan, or goes on with
  // another, makes that one plan_. The position of its last event; 0 if there is none.
  Position Play(v1::PlayStep step) {
    testing::Prepare(plans_[plan_], *step.mutable_command());
    const std::string opened = OpenedBy(step.command());
    if (step.command().has_open_support_plan()) plan_ = opened;
    const absl::Time now = clock_.Now();
    const auto decided = testing::Decide(plans_[plan_], step.command(),
                                         {.now = now,
                                          .today = LondonDay(now),
                                          .actor = step.actor(),
                                          .capacity = step.capacity(),
                                          .new_name = opened});
    EXPECT_TRUE(decided.ok()) << decided.status();
    if (!decided.ok() || decided->events.empty()) return 0;
    eventstore::Commit commit;
    commit.origin.actor = step.actor().person();
    commit.origin.capacity = static_cast<uint8_t>(step.capacity());
    AddTo(commit, plan_, decided->events);
    if (!decided->successor_events.empty()) AddTo(commit, opened, decided->successor_events);
    const auto appended = Append(std::move(commit));
    EXPECT_TRUE(appended.ok()) << appended.status();
    for (const eventstore::Record& record : appended->records) Fold(record);
    if (!opened.empty()) plan_ = opened;
    return appended->last_position;
  }
  // The same for a command as text; waits for the views.
  Position Give(v1::Capacity capacity, const std::string& command) {
    v1::PlayStep step;
    testing::ParseTextInto(command, *step.mutable_command());
    for (const testing::Actor& actor : {testing::Ect(), testing::Tutor(), testing::Headteacher()}) {
      if (actor.capacity == capacity) *step.mutable_actor() = actor.party;
    }
    step.set_capacity(capacity);
    const Position position = Play(step);
    EXPECT_EQ(ReasonOf(Applied(position)), "OK");
    return position;
  }
  // Plays a whole lifecycle, on plans of its own.
  void PlayLifecycle() {
    for (const v1::PlayStep& step : testing::Lifecycle()) Play(step);
  }

  // Waits until the views have applied `position`, or never will.
  absl::Status Applied(Position position) {
    std::promise<absl::Status> promise;
    views_->WhenApplied(position, [&](const absl::Status& status) { promise.set_value(status); });
    return promise.get_future().get();
  }

  // Every row of the closed views, with their position and version.
  std::map<std::string, std::string> Rows() const {
    std::map<std::string, std::string> rows;
    const auto store = ViewStore::Open(views_directory(), kViewsVersion);
    EXPECT_TRUE(store.ok()) << store.status();
    if (!store.ok()) return rows;
    const auto scanned =
        (*store)->Scan("", "", [&rows](absl::string_view key, absl::string_view value) {
          rows.emplace(std::string(key), std::string(value));
          return true;
        });
    EXPECT_TRUE(scanned.ok()) << scanned;
    return rows;
  }

  testing::TempDirectory directory_;
  testing::FakeClock clock_;
  // Nothing is sealed here.
  const vault::EventVault vault_;
  std::unique_ptr<eventstore::EventLog> log_;
  std::unique_ptr<Views> views_;
  // The plan that Play goes on with, and every plan, folded apart from the views.
  std::string plan_;
  std::map<std::string, v1::SupportPlan> plans_;

 private:
  void AddTo(eventstore::Commit& commit, const std::string& plan, const domain::Events& events) {
    eventstore::StreamAppend append;
    append.stream = plan;
    append.expected_revision = static_cast<uint64_t>(plans_[plan].revision());
    for (const v1::SupportPlanEvent& event : events) {
      append.events.push_back({domain::TypeOf(event), event.SerializeAsString()});
    }
    commit.appends.push_back(std::move(append));
  }
  void Fold(const eventstore::Record& record) {
    const auto event = domain::DecodeEvent<v1::SupportPlanEvent>(record.payload);
    ASSERT_TRUE(event.ok()) << event.status();
    domain::Evolve(plans_[record.header.stream], record.header.stream, *event,
                   {.recorded_at = record.header.recorded_at,
                    .actor = record.header.origin.actor,
                    .capacity = static_cast<v1::Capacity>(record.header.origin.capacity),
                    .payload_digest = record.header.payload_digest});
  }
  static std::string OpenedBy(const v1::Command& command) {
    if (command.has_open_support_plan()) {
      return absl::StrCat("supportPlans/", command.open_support_plan().support_plan_id());
    }
    if (command.has_renew_plan()) {
      return absl::StrCat("supportPlans/", command.renew_plan().request_id());
    }
    return "";
  }
};

}  // namespace trellis::projections
