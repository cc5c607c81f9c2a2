#include "evidence/bundle.h"

#include <google/protobuf/util/json_util.h>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "eventstore/record_format.h"
#include "evidence/readme.h"
#include "evidence/trail.h"
#include "proofs/checkpoint.h"
#include "proofs/tlog_proof.h"
#include "rendering/action_plan_form.h"
#include "rendering/form.h"

namespace trellis::evidence {
namespace {

using eventstore::Record;
using google::protobuf::Message;

absl::Status TooLarge(absl::string_view what) {
  return Error(absl::StatusCode::kFailedPrecondition, "EVIDENCE_TOO_LARGE",
               absl::StrCat("evidence: ", what));
}

absl::Status CheckSize(const std::vector<Record>& records) {
  size_t bytes = 0;
  for (const Record& record : records) bytes += record.payload.size();
  if (bytes <= kRecordBytesMax) return absl::OkStatus();
  return TooLarge(absl::StrCat(records.front().header.stream, " has ", bytes,
                               " bytes of events, limit ", kRecordBytesMax));
}

std::string JsonOf(const Message& message) {
  std::string json;
  CHECK(google::protobuf::util::MessageToJsonString(message, &json).ok());
  return json;
}

std::string LinesOf(const Story& story) {
  std::string lines;
  for (size_t i = 0; i < story.events.size(); ++i) {
    absl::StrAppend(&lines, "{\"entry\":", JsonOf(story.entries[i]),
                    ",\"event\":", JsonOf(*story.events[i]), "}\n");
  }
  return lines;
}

// The page as it was when the last event was recorded; empty of what has no page.
std::string PageOf(const Message& state, absl::Time recorded_at) {
  const rendering::FormContext context{.today = LondonDay(recorded_at), .rendered_at = recorded_at};
  if (state.GetDescriptor() == v1::SupportPlan::descriptor()) {
    return rendering::FormAsHtml(static_cast<const v1::SupportPlan&>(state), context);
  }
  if (state.GetDescriptor() == v1::ActionPlan::descriptor()) {
    return rendering::ActionPlanAsHtml(static_cast<const v1::ActionPlan&>(state), context);
  }
  return "";
}

void AddRecordFiles(const Evidence& evidence, std::vector<ZipMember>& members) {
  for (size_t i = 0; i < evidence.records.size(); ++i) {
    const Record& record = evidence.records[i];
    const uint64_t revision = record.header.revision;
    members.push_back({RecordFile(revision, "header"), eventstore::EncodeHeader(record.header)});
    if (!evidence.salts[i].empty()) {
      members.push_back({RecordFile(revision, "salt"), evidence.salts[i]});
    }
    members.push_back({RecordFile(revision, "event"), record.payload});
    members.push_back({RecordFile(revision, "entry"), eventstore::EntryOf(record)});
    members.push_back({RecordFile(revision, "tlog-proof"),
                       proofs::FormatTlogProof({.extra = std::nullopt,
                                                .index = record.header.position - 1,
                                                .hashes = evidence.proofs[i],
                                                .checkpoint = evidence.checkpoint})});
  }
}

}  // namespace

std::string RecordFile(uint64_t revision, absl::string_view kind) {
  return absl::StrFormat("records/%05d.%s", revision, kind);
}

std::string DigestsOf(const std::vector<ZipMember>& members) {
  std::string text;
  for (const ZipMember& member : members) {
    absl::StrAppend(&text, absl::BytesToHexString(AsBytes(Sha256(member.content))), "  ",
                    member.name, "\n");
  }
  return text;
}

std::string PolicyOf(const std::vector<proofs::VerifierKey>& keys) {
  std::string logs, witnesses, names;
  size_t count = 0;
  for (const proofs::VerifierKey& key : keys) {
    if (key.type() == proofs::KeyType::kNote) {
      absl::StrAppend(&logs, "log ", key.ToString(), "\n");
    } else {
      ++count;
      absl::StrAppend(&witnesses, "witness w", count, " ", key.ToString(), "\n");
      absl::StrAppend(&names, " w", count);
    }
  }
  if (count == 0) return absl::StrCat(logs, "quorum none\n");
  return absl::StrCat(logs, witnesses, "group all all", names, "\nquorum all\n");
}

absl::StatusOr<std::vector<ZipMember>> MembersOf(const Evidence& evidence) {
  CHECK(!evidence.records.empty() && evidence.records.size() == evidence.proofs.size() &&
        evidence.records.size() == evidence.salts.size());
  RETURN_IF_ERROR(CheckSize(evidence.records));
  ASSIGN_OR_RETURN(const Story story, Tell(evidence.records));
  ASSIGN_OR_RETURN(const proofs::Checkpoint checkpoint,
                   proofs::ParseCheckpoint(evidence.checkpoint.text));
  std::string page = PageOf(*story.state, evidence.records.back().header.recorded_at);
  std::vector<ZipMember> members = {{kReadme, ReadmeOf(evidence, checkpoint, !page.empty())}};
  if (!page.empty()) members.push_back({kPage, std::move(page)});
  members.push_back({kLines, LinesOf(story)});
  members.push_back({kCheckpoint, proofs::FormatNote(evidence.checkpoint)});
  members.push_back({kPolicy, PolicyOf(evidence.keys)});
  AddRecordFiles(evidence, members);
  members.push_back({kDigests, DigestsOf(members)});
  const size_t bytes = ZipBytes(members);
  if (bytes <= kZipBytesMax && members.size() <= kZipMembersMax) return members;
  return TooLarge(absl::StrCat("the bundle of ", evidence.records.front().header.stream, " has ",
                               bytes, " bytes, limit ", kZipBytesMax));
}

absl::StatusOr<std::string> WriteBundle(const Evidence& evidence) {
  ASSIGN_OR_RETURN(const std::vector<ZipMember> members, MembersOf(evidence));
  return WriteZip(members);
}

}  // namespace trellis::evidence
