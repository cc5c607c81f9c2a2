#include "services/command_pipeline.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/wire_format_lite.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "base/timestamp.h"
#include "domain/codec.h"
#include "google/rpc/error_details.pb.h"
#include "services/plan_history.h"

namespace trellis::services {
namespace {

using eventstore::Appended;
using eventstore::Record;

// Bytes that are the same for the same message.
std::string DeterministicBytes(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

eventstore::StreamAppend AppendOf(const std::string& stream, int64_t revision,
                                  const domain::Events& events) {
  eventstore::StreamAppend append;
  append.stream = stream;
  append.expected_revision = static_cast<uint64_t>(revision);
  append.events.reserve(events.size());
  for (const v1::SupportPlanEvent& event : events) {
    append.events.push_back({.type = domain::TypeOf(event), .payload = event.SerializeAsString()});
  }
  return append;
}

eventstore::Commit CommitOf(const Command& command, const domain::Plan& plan,
                            const domain::Decision& decision) {
  eventstore::Commit commit;
  commit.origin = {.actor = command.caller.actor.person(),
                   .capacity = static_cast<uint8_t>(command.caller.capacity),
                   .request_id = command.request_id,
                   .correlation_id = command.caller.trace,
                   .causation_id = command.caller.span};
  commit.fingerprint = command.fingerprint;
  if (!decision.events.empty()) {
    commit.appends.push_back(AppendOf(command.plan, plan.revision(), decision.events));
  }
  if (!decision.successor_events.empty()) {
    commit.appends.push_back(AppendOf(command.new_plan, 0, decision.successor_events));
  }
  return commit;
}

absl::Status EtagMismatch(const Command& command, const std::string& present) {
  return Error(
      absl::StatusCode::kAborted, "ETAG_MISMATCH",
      absl::StrCat(command.plan, " has etag ", present, ", got ", command.etag, "; read it again"),
      {{"name", command.plan}, {"etag", present}});
}

absl::Status PlanExists(const domain::Plan& plan) {
  return Error(absl::StatusCode::kAlreadyExists, "SUPPORT_PLAN_EXISTS",
               absl::StrCat(plan.name(), " exists already, at revision ", plan.revision()),
               {{"name", plan.name()}});
}

// The stream that was at another revision, and at which.
struct Head {
  std::string stream;
  int64_t revision = 0;
};

// What the log's REVISION_MISMATCH names.
Head HeadIn(const absl::Status& mismatch) {
  google::rpc::ErrorInfo info;
  const auto payload = mismatch.GetPayload("type.googleapis.com/google.rpc.ErrorInfo");
  if (payload.has_value()) info.ParseFromString(std::string(*payload));
  const auto& metadata = info.metadata();
  Head head;
  if (const auto stream = metadata.find("stream"); stream != metadata.end()) {
    head.stream = stream->second;
  }
  if (const auto revision = metadata.find("revision"); revision != metadata.end()) {
    if (!absl::SimpleAtoi(revision->second, &head.revision)) head.revision = 0;
  }
  return head;
}

void AddRecord(const Record& record, const v1::SupportPlanEvent& event,
               v1::SupportPlanReply& reply) {
  v1::Receipt& receipt = *reply.mutable_receipt();
  const auto position = static_cast<int64_t>(record.header.position);
  if (receipt.first_position() == 0) receipt.set_first_position(position);
  receipt.set_last_position(position);
  *receipt.mutable_record_time() = ToTimestamp(record.header.recorded_at);
  receipt.add_event_ids(UuidText(record.header.event_id));
  receipt.add_leaf_digests(std::string(AsBytes(record.leaf_digest)));
  for (const v1::Warning& warning : event.warnings()) *reply.add_warnings() = warning;
}

// The bytes of a SupportPlanReply with the plan that `plan_bytes` hold: as if it was made of the
// message, without making one. The plan is its first field.
std::string WithPlan(absl::string_view plan_bytes, const v1::SupportPlanReply& rest) {
  std::string bytes;
  bytes.reserve(plan_bytes.size() + rest.ByteSizeLong() + 16);
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.WriteTag(google::protobuf::internal::WireFormatLite::MakeTag(
      v1::SupportPlanReply::kSupportPlanFieldNumber,
      google::protobuf::internal::WireFormatLite::WIRETYPE_LENGTH_DELIMITED));
  coded.WriteVarint64(plan_bytes.size());
  coded.WriteRaw(plan_bytes.data(), static_cast<int>(plan_bytes.size()));
  rest.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

}  // namespace

std::string CommandPipeline::NewPlanName(const std::string& chosen_id,
                                         const std::string& request_id) {
  if (!chosen_id.empty()) return absl::StrCat(domain::kSupportPlanStreams, chosen_id);
  return absl::StrCat(domain::kSupportPlanStreams,
                      UuidText(UuidFromDigest(Sha256("support plan of request ", request_id))));
}

Digest CommandPipeline::FingerprintOf(const Caller& caller,
                                      const google::protobuf::Message& request) {
  return Sha256(absl::StrCat(request.GetDescriptor()->full_name(), "\n", caller.actor.person(),
                             "\n", static_cast<int>(caller.capacity), "\n"),
                DeterministicBytes(request));
}

void CommandPipeline::Run(CommandPointer command, Done done, int attempts_left) {
  // A repeated request is answered before anything is decided: by now a rule might refuse it.
  const auto known = log_.FindRequest(command->request_id);
  if (!known.ok()) return done(known.status());
  if (known->has_value()) return Repeat(std::move(command), **known, std::move(done));

  absl::StatusOr<projections::PlanPointer> found = views_.FindPlan(command->plan);
  if (!found.ok()) return done(found.status());
  projections::PlanPointer plan = *std::move(found);
  if (plan == nullptr) {
    auto missing = std::make_shared<v1::SupportPlan>();
    missing->set_name(command->plan);
    plan = std::move(missing);
  }
  if (!command->etag.empty() && plan->revision() > 0 && command->etag != plan->etag()) {
    return done(EtagMismatch(*command, plan->etag()));
  }

  const absl::Time now = clock_.Now();
  const domain::Context context{.now = now,
                                .today = LondonDay(now),
                                .actor = command->caller.actor,
                                .capacity = command->caller.capacity,
                                .new_plan = command->new_plan};
  absl::StatusOr<domain::Decision> decided = command->decide(*plan, context);
  if (!decided.ok()) return done(decided.status());
  if (!decided->successor_events.empty()) {
    // The id for the next plan must be free, like that of a plan which is opened.
    const absl::StatusOr<projections::PlanPointer> taken = views_.FindPlan(command->new_plan);
    if (!taken.ok()) return done(taken.status());
    if (*taken != nullptr) return done(PlanExists(**taken));
  }

  eventstore::Commit commit = CommitOf(*command, *plan, *decided);
  // Not held until the answer: the views fill a plan that nobody looks at again.
  plan.reset();
  log_.Append(
      std::move(commit), [this, command, decision = *std::move(decided), done = std::move(done),
                          attempts_left](absl::StatusOr<Appended> appended) mutable {
        if (appended.status().code() == absl::StatusCode::kAborted) {
          return Retry(std::move(command), std::move(done), attempts_left - 1, appended.status());
        }
        if (!appended.ok()) return done(appended.status());
        if (appended->repeated) {
          const eventstore::KnownRequest first{.fingerprint = command->fingerprint,
                                               .first_position = appended->first_position,
                                               .last_position = appended->last_position};
          return Repeat(std::move(command), first, std::move(done));
        }
        // The caller reads its own writes: the answer waits for the views.
        const eventstore::Position position = appended->last_position;
        views_.WhenApplied(position, [this, command, decision = std::move(decision),
                                      appended = *std::move(appended),
                                      done = std::move(done)](const absl::Status& status) {
          if (!status.ok()) return done(status);
          done(Answer(*command, decision, appended));
        });
      });
}

absl::StatusOr<std::string> CommandPipeline::Answer(const Command& command,
                                                    const domain::Decision& decision,
                                                    const Appended& appended) {
  if (appended.records.empty()) {
    return FirstAnswer(command, {.fingerprint = command.fingerprint,
                                 .first_position = appended.first_position,
                                 .last_position = appended.last_position});
  }
  v1::SupportPlanReply reply;
  auto record = appended.records.begin();
  for (const v1::SupportPlanEvent& event : decision.events) AddRecord(*record++, event, reply);
  for (const v1::SupportPlanEvent& event : decision.successor_events) {
    AddRecord(*record++, event, reply);
  }
  const eventstore::Header& last = appended.records.back().header;
  ASSIGN_OR_RETURN(const projections::PlanRowPointer row, views_.FindRow(last.stream));
  if (row != nullptr && static_cast<uint64_t>(row->plan.revision()) == last.revision) {
    return WithPlan(row->bytes, reply);
  }
  // Others have changed the plan meanwhile: fold it as this command left it. The same pure function
  // as the view's, so that reply and view cannot disagree.
  ASSIGN_OR_RETURN(*reply.mutable_support_plan(),
                   FoldHistory(log_, last.stream, {.revision = last.revision}));
  return reply.SerializeAsString();
}

void CommandPipeline::Retry(CommandPointer command, Done done, int attempts_left,
                            const absl::Status& mismatch) {
  const Head head = HeadIn(mismatch);
  const eventstore::Position applied = views_.position();
  const absl::StatusOr<projections::PlanPointer> plan = views_.FindPlan(head.stream);
  if (!plan.ok()) return done(plan.status());
  if ((*plan == nullptr ? 0 : (*plan)->revision()) < head.revision) {
    // The commit that was in the way is on disk, but the views have not come to it. It is often of
    // the same group as this one, and then beyond the log's durable position still.
    return views_.WhenApplied(
        applied + 1, [this, command = std::move(command), done = std::move(done), attempts_left,
                      mismatch](const absl::Status& status) mutable {
          if (!status.ok()) return done(status);
          Retry(std::move(command), std::move(done), attempts_left, mismatch);
        });
  }
  // One who named an etag wants to know; anybody else is decided anew on the present plan.
  if (!command->etag.empty() && head.stream == command->plan && *plan != nullptr) {
    return done(EtagMismatch(*command, (*plan)->etag()));
  }
  if (attempts_left == 0) return done(mismatch);
  Run(std::move(command), std::move(done), attempts_left);
}

void CommandPipeline::Repeat(CommandPointer command, const eventstore::KnownRequest& known,
                             Done done) {
  if (known.fingerprint != command->fingerprint) {
    const std::string request_id = UuidText(command->request_id);
    return done(Error(
        absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED",
        absl::StrCat("request_id ", request_id, " was used for another request; make a new one"),
        {{"request_id", request_id}}));
  }
  // A request that was committed a moment ago cannot be read yet.
  views_.WhenApplied(known.last_position, [this, command = std::move(command), known,
                                           done = std::move(done)](const absl::Status& status) {
    if (!status.ok()) return done(status);
    done(FirstAnswer(*command, known));
  });
}

absl::StatusOr<std::string> CommandPipeline::FirstAnswer(const Command& command,
                                                         const eventstore::KnownRequest& known) {
  v1::SupportPlanReply reply;
  std::string shown = command.plan;
  RETURN_IF_ERROR(log_.ReadAll(
      known.first_position, known.last_position, [&](const Record& record) -> absl::Status {
        ASSIGN_OR_RETURN(const v1::SupportPlanEvent event, domain::DecodeEvent(record.payload));
        AddRecord(record, event, reply);
        shown = record.header.stream;
        return absl::OkStatus();
      }));
  // A command that had nothing to write was answered with the plan as it was then.
  ASSIGN_OR_RETURN(*reply.mutable_support_plan(),
                   FoldHistory(log_, shown, {.position = known.last_position}));
  return reply.SerializeAsString();
}

}  // namespace trellis::services
