#include "services/command_pipeline.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/wire_format_lite.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "base/timestamp.h"
#include "domain/codec.h"
#include "domain/erasure.h"
#include "google/rpc/error_details.pb.h"
#include "projections/stored_event.h"
#include "services/directory_check.h"
#include "services/history.h"
#include "services/sealing.h"

namespace trellis::services {
namespace {

namespace pb = google::protobuf;
using eventstore::Appended;
using eventstore::Position;
using eventstore::Record;

// Bytes that are the same for the same message.
std::string DeterministicBytes(const pb::Message& message) {
  std::string bytes;
  pb::io::StringOutputStream stream(&bytes);
  pb::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

// The text of a string field by its name; empty if there is no such field.
std::string TextOf(const pb::Message& request, const std::string& field) {
  const pb::FieldDescriptor* const found = request.GetDescriptor()->FindFieldByName(field);
  return found == nullptr ? "" : request.GetReflection()->GetString(request, found);
}

// The name of what the request makes: the id the caller chose, or one that follows from the request
// id, so that a repeated request makes nothing more. Empty if it makes nothing.
std::string NewNameOf(const domain::Aggregate& aggregate, const pb::Message& request) {
  const std::string field = absl::StrCat(aggregate.noun, "_id");
  if (request.GetDescriptor()->FindFieldByName(field) == nullptr) return "";
  const std::string chosen = TextOf(request, field);
  if (!chosen.empty()) return absl::StrCat(aggregate.streams, chosen);
  const Digest digest =
      Sha256(absl::StrCat(aggregate.streams, " of request "), TextOf(request, "request_id"));
  return absl::StrCat(aggregate.streams, UuidText(UuidFromDigest(digest)));
}

// The etag of every state.
std::string EtagOf(int64_t revision) { return absl::StrCat("\"", revision, "\""); }

absl::Status EtagMismatch(const Command& command, int64_t revision) {
  const std::string present = EtagOf(revision);
  return Error(absl::StatusCode::kAborted, "ETAG_MISMATCH",
               absl::StrCat(command.stream, " has etag ", present, ", got ", command.etag,
                            "; read it again"),
               {{"name", command.stream}, {"etag", present}});
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

void AddRecord(const Record& record, v1::Receipt& receipt) {
  const auto position = static_cast<int64_t>(record.header.position);
  if (receipt.first_position() == 0) receipt.set_first_position(position);
  receipt.set_last_position(position);
  *receipt.mutable_record_time() = ToTimestamp(record.header.recorded_at);
  receipt.add_event_ids(UuidText(record.header.event_id));
  receipt.add_leaf_digests(std::string(AsBytes(record.leaf_digest)));
}

void AddCheckpoint(const std::shared_ptr<const eventstore::SignedCheckpoint>& checkpoint,
                   v1::Receipt& receipt) {
  if (checkpoint != nullptr) receipt.set_checkpoint(checkpoint->note);
}

// The stream whose state a reply shows once something was written: what the command made, or what
// it is about. What else follows from it is read by itself.
const std::string& ShownBy(const Command& command) {
  return command.new_name.empty() ? command.stream : command.new_name;
}

// The fields of every reply.
constexpr int kStateField = 1;
constexpr int kWarningsField = 2;
constexpr int kReceiptField = 3;

// The bytes of a reply with the state that `state_bytes` hold: as if it was made of the messages,
// without making one.
std::string ReplyBytes(absl::string_view state_bytes,
                       const pb::RepeatedPtrField<v1::Warning>& warnings,
                       const v1::Receipt& receipt) {
  std::string bytes;
  bytes.reserve(state_bytes.size() + receipt.ByteSizeLong() + 16);
  pb::io::StringOutputStream stream(&bytes);
  pb::io::CodedOutputStream coded(&stream);
  const auto begin = [&](int field, size_t size) {
    coded.WriteTag(pb::internal::WireFormatLite::MakeTag(
        field, pb::internal::WireFormatLite::WIRETYPE_LENGTH_DELIMITED));
    coded.WriteVarint64(size);
  };
  begin(kStateField, state_bytes.size());
  coded.WriteRaw(state_bytes.data(), static_cast<int>(state_bytes.size()));
  for (const v1::Warning& warning : warnings) {
    begin(kWarningsField, warning.ByteSizeLong());
    warning.SerializeToCodedStream(&coded);
  }
  begin(kReceiptField, receipt.ByteSizeLong());
  receipt.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

}  // namespace

Digest CommandPipeline::FingerprintOf(const Caller& caller, const pb::Message& request) const {
  return vault_.Fingerprint(
      absl::StrCat(request.GetDescriptor()->full_name(), "\n", caller.actor.person(), "\n",
                   static_cast<int>(caller.capacity), "\n", DeterministicBytes(request)));
}

absl::StatusOr<eventstore::Commit> CommandPipeline::CommitOf(const Command& command,
                                                             int64_t revision,
                                                             Outcome outcome) const {
  eventstore::Commit commit;
  commit.origin = {.actor = command.caller.actor.person(),
                   .capacity = static_cast<uint8_t>(command.caller.capacity),
                   .request_id = command.request_id,
                   .correlation_id = command.caller.trace,
                   .causation_id = command.caller.span};
  commit.fingerprint = command.fingerprint;
  std::set<std::string> begun_about;
  const auto add = [&](const std::string& stream, int64_t expected,
                       std::vector<eventstore::NewEvent> events) -> absl::Status {
    if (events.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(std::string subject, SealFor(views_, vault_, stream, expected, events));
    if (expected == 0 && !subject.empty()) begun_about.insert(std::move(subject));
    commit.appends.push_back({.stream = stream,
                              .expected_revision = static_cast<uint64_t>(expected),
                              .events = std::move(events)});
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(add(command.stream, revision, std::move(outcome.events)));
  for (StreamEvents& other : outcome.elsewhere) {
    RETURN_IF_ERROR(add(other.stream, other.revision, std::move(other.events)));
  }
  // A record that is begun rests on whom it is about: erased meanwhile, nobody would find it.
  for (const eventstore::StreamAppend& append : commit.appends) begun_about.erase(append.stream);
  for (const std::string& person : begun_about) {
    ASSIGN_OR_RETURN(const projections::StateRowPointer row, views_.FindRow(person));
    if (row != nullptr) RETURN_IF_ERROR(domain::RequireNotErased(*row->state, *command.request));
    const int64_t at = row == nullptr ? 0 : row->revision;
    commit.appends.push_back(
        {.stream = person, .expected_revision = static_cast<uint64_t>(at), .events = {}});
  }
  return commit;
}

void AddEvent(const pb::Message& event, std::vector<eventstore::NewEvent>& events,
              Outcome& outcome) {
  events.push_back({.type = domain::TypeOf(event), .payload = event.SerializeAsString()});
  domain::AddWarnings(event, outcome.warnings);
}

Command CommandPipeline::CommandFor(const Caller& caller, const pb::Descriptor* state,
                                    std::shared_ptr<const pb::Message> shared) const {
  const pb::Message& request = *shared;
  const domain::Aggregate& aggregate = domain::AggregateWith(*state);
  Command command{.caller = caller,
                  .aggregate = &aggregate,
                  .stream = TextOf(request, "name"),
                  .new_name = NewNameOf(aggregate, request),
                  .etag = TextOf(request, "etag"),
                  .request_id = *ParseUuid(TextOf(request, "request_id")),
                  .fingerprint = FingerprintOf(caller, request),
                  .request = std::move(shared),
                  .decide = nullptr};
  if (command.stream.empty()) command.stream = command.new_name;
  return command;
}

absl::StatusOr<bool> CommandPipeline::IsRepeat(const Caller& caller,
                                               const pb::Message& request) const {
  ASSIGN_OR_RETURN(const auto known, log_.FindRequest(*ParseUuid(TextOf(request, "request_id"))));
  return known.has_value() && known->fingerprint == FingerprintOf(caller, request);
}

absl::Status CommandPipeline::RequireFree(const Outcome& outcome) const {
  for (const StreamEvents& other : outcome.elsewhere) {
    if (other.revision != 0) continue;
    ASSIGN_OR_RETURN(const projections::StateRowPointer taken, views_.FindRow(other.stream));
    if (taken != nullptr) return domain::AlreadyExists(other.stream);
  }
  return absl::OkStatus();
}

void CommandPipeline::Run(CommandPointer command, Done done, int attempts_left) {
  // A repeated request is answered before anything is decided: by now a rule might refuse it.
  const auto known = log_.FindRequest(command->request_id);
  if (!known.ok()) return done(known.status());
  if (known->has_value()) return Repeat(std::move(command), **known, std::move(done));

  absl::StatusOr<projections::StateRowPointer> found = views_.FindRow(command->stream);
  if (!found.ok()) return done(found.status());
  const int64_t revision = *found == nullptr ? 0 : (*found)->revision;
  if (!command->etag.empty() && revision > 0 && command->etag != EtagOf(revision)) {
    return done(EtagMismatch(*command, revision));
  }

  const absl::Time now = clock_.Now();
  domain::Context context{.now = now,
                          .today = LondonDay(now),
                          .actor = command->caller.actor,
                          .capacity = command->caller.capacity,
                          .new_name = command->new_name,
                          .credential = command->caller.credential};
  const std::unique_ptr<pb::Message> empty =
      *found == nullptr ? domain::EmptyState(*command->aggregate, command->stream) : nullptr;
  const pb::Message& state = *found == nullptr ? *empty : *(*found)->state;
  if (absl::Status stands = domain::RequireNotErased(state, *command->request); !stands.ok()) {
    return done(stands);
  }
  absl::StatusOr<projections::StateRowPointer> school =
      CheckDirectory(views_, state, *command->request, context);
  if (!school.ok()) return done(school.status());
  if (*school != nullptr) context.school = &(*school)->as<v1::SchoolRecord>();
  absl::StatusOr<Outcome> outcome = command->decide(state, *command->request, context);
  if (!outcome.ok()) return done(outcome.status());
  // Not held until the answer: the views fill a state that nobody looks at again.
  found->reset();
  school->reset();
  if (absl::Status free = RequireFree(*outcome); !free.ok()) return done(free);

  pb::RepeatedPtrField<v1::Warning> warnings = std::move(outcome->warnings);
  absl::StatusOr<eventstore::Commit> commit = CommitOf(*command, revision, *std::move(outcome));
  if (!commit.ok()) return done(commit.status());
  log_.Append(
      *std::move(commit), [this, command, warnings = std::move(warnings), done = std::move(done),
                           attempts_left](absl::StatusOr<Appended> appended) mutable {
        if (appended.status().code() == absl::StatusCode::kAborted) {
          return Retry(std::move(command), std::move(done), attempts_left - 1, appended.status());
        }
        if (!appended.ok()) return done(appended.status());
        if (appended->repeated)
          return RepeatOnceKnown(std::move(command), *appended, std::move(done));
        // The caller reads its own writes: the answer waits for the views.
        const eventstore::Position position = appended->last_position;
        views_.WhenApplied(position, [this, command, warnings = std::move(warnings),
                                      appended = *std::move(appended),
                                      done = std::move(done)](const absl::Status& status) {
          if (!status.ok()) return done(status);
          done(Answer(*command, warnings, appended));
        });
      });
}

absl::StatusOr<std::string> CommandPipeline::Answer(
    const Command& command, const pb::RepeatedPtrField<v1::Warning>& warnings,
    const Appended& appended) {
  if (appended.records.empty()) {
    const Position size = appended.checkpoint == nullptr ? 0 : appended.checkpoint->size;
    return FirstAnswer(command, {.fingerprint = command.fingerprint,
                                 .first_position = appended.first_position,
                                 .last_position = appended.last_position,
                                 .signed_size = size});
  }
  v1::Receipt receipt;
  const std::string& shown = ShownBy(command);
  eventstore::Revision revision = 0;
  for (const Record& record : appended.records) {
    AddRecord(record, receipt);
    if (record.header.stream == shown) revision = record.header.revision;
  }
  AddCheckpoint(appended.checkpoint, receipt);
  ASSIGN_OR_RETURN(const projections::StateRowPointer row, views_.FindRow(shown));
  if (row != nullptr && static_cast<eventstore::Revision>(row->revision) == revision) {
    return ReplyBytes(row->bytes, warnings, receipt);
  }
  // Others have changed the state meanwhile: fold it as this command left it. The same pure
  // function as the view's, so that reply and view cannot disagree.
  ASSIGN_OR_RETURN(const std::unique_ptr<pb::Message> state,
                   FoldHistory(vault_, log_, shown, {.revision = revision}));
  return ReplyBytes(state->SerializeAsString(), warnings, receipt);
}

void CommandPipeline::Retry(CommandPointer command, Done done, int attempts_left,
                            const absl::Status& mismatch) {
  const Head head = HeadIn(mismatch);
  const eventstore::Position applied = views_.position();
  const absl::StatusOr<projections::StateRowPointer> row = views_.FindRow(head.stream);
  if (!row.ok()) return done(row.status());
  const int64_t revision = *row == nullptr ? 0 : (*row)->revision;
  if (revision < head.revision) {
    // The commit that was in the way is on disk, but the views have not come to it. It is often of
    // the same group as this one, and then beyond the log's durable position still.
    return views_.WhenApplied(
        applied + 1, [this, command = std::move(command), done = std::move(done), attempts_left,
                      mismatch](const absl::Status& status) mutable {
          if (!status.ok()) return done(status);
          Retry(std::move(command), std::move(done), attempts_left, mismatch);
        });
  }
  // One who named an etag wants to know; anybody else is decided anew on the present state.
  if (!command->etag.empty() && head.stream == command->stream && revision > 0) {
    return done(EtagMismatch(*command, revision));
  }
  if (attempts_left == 0) return done(mismatch);
  Run(std::move(command), std::move(done), attempts_left);
}

void CommandPipeline::RepeatOnceKnown(CommandPointer command, const Appended& appended, Done done) {
  // The first one may be of the same group, and is found once that can be read.
  views_.WhenApplied(appended.last_position, [this, command = std::move(command),
                                              done = std::move(done)](const absl::Status& status) {
    if (!status.ok()) return done(status);
    const auto known = log_.FindRequest(command->request_id);
    if (!known.ok()) return done(known.status());
    CHECK(known->has_value());
    Repeat(command, **known, done);
  });
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
  v1::Receipt receipt;
  pb::RepeatedPtrField<v1::Warning> warnings;
  RETURN_IF_ERROR(log_.ReadAll(known.first_position, known.last_position,
                               [&](const Record& record) -> absl::Status {
                                 ASSIGN_OR_RETURN(const std::unique_ptr<pb::Message> event,
                                                  projections::EventOf(vault_, record));
                                 AddRecord(record, receipt);
                                 domain::AddWarnings(*event, warnings);
                                 return absl::OkStatus();
                               }));
  ASSIGN_OR_RETURN(const auto checkpoint, log_.CheckpointAt(known.signed_size));
  AddCheckpoint(checkpoint, receipt);
  // A command that had nothing to write was answered with the state as it was then.
  const std::string& shown = receipt.event_ids().empty() ? command.stream : ShownBy(command);
  ASSIGN_OR_RETURN(const std::unique_ptr<pb::Message> state,
                   FoldHistory(vault_, log_, shown, {.position = known.last_position}));
  return ReplyBytes(state->SerializeAsString(), warnings, receipt);
}

}  // namespace trellis::services
