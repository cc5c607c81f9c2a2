#include "services/evidence_export.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "base/status_macros.h"
#include "domain/aggregate.h"
#include "domain/induction.h"
#include "evidence/bundle.h"
#include "proofs/prove.h"
#include "services/action_plan_service.h"
#include "services/caller.h"
#include "services/cosigner.h"
#include "services/file_stream.h"
#include "services/induction_service.h"
#include "services/ledger_proofs.h"
#include "services/signing_keys.h"
#include "trellis/v1/audit_service.pb.h"

namespace trellis::services {
namespace {

using eventstore::Record;

// A page of the longest events is 8 MiB.
constexpr eventstore::Revision kRecordsPerPage = 32;

// Whoever may not read a resource may not export it either.
absl::Status CheckMayRead(const Rooms& rooms, const Caller& caller, const std::string& name) {
  if (absl::StartsWith(name, "actionPlans/")) {
    return PlanForReader(rooms, caller, name, Moment{}).status();
  }
  if (absl::StartsWith(name, domain::kInductionStreams)) {
    return InductionForPartner(rooms, caller, name).status();
  }
  return absl::OkStatus();
}

// The events, opened. FAILED_PRECONDITION (SUBJECT_ERASED) if nobody can read them any more.
absl::Status ReadRecords(const Rooms& rooms, const std::string& name,
                         evidence::Evidence& evidence) {
  size_t bytes = 0;
  while (true) {
    const eventstore::Revision first = evidence.records.size() + 1;
    ASSIGN_OR_RETURN(std::vector<Record> page,
                     rooms.log.ReadStream(name, first, first + kRecordsPerPage - 1));
    for (Record& record : page) {
      ASSIGN_OR_RETURN(const vault::OpenedEvent opened, rooms.vault.Open(record));
      record.payload = std::string(opened.bytes());
      bytes += record.payload.size();
      evidence.salts.emplace_back(opened.salt());
      evidence.records.push_back(std::move(record));
    }
    // More than may be in a bundle is refused by it, and need not be read to the end.
    if (page.size() < kRecordsPerPage || bytes > evidence::kRecordBytesMax) break;
  }
  return evidence.records.empty() ? domain::NotFound(name) : absl::OkStatus();
}

// A cosigned checkpoint over the first `size` events; if there is none, and need not be, the
// newest.
absl::StatusOr<std::shared_ptr<const eventstore::SignedCheckpoint>> CheckpointOver(
    const Rooms& rooms, eventstore::Position size, bool must_be_cosigned) {
  auto cosigned = CosignedCheckpoint(rooms, size);
  if (cosigned.ok() || must_be_cosigned) return cosigned;
  auto newest = rooms.log.checkpoint();
  if (newest == nullptr) return LedgerNotSigned();
  return newest;
}

// Whose the signatures of `note` are: those of the ledger, and of the witnesses that it asks.
std::vector<proofs::VerifierKey> KeysOf(const Rooms& rooms, const proofs::Note& note) {
  std::vector<proofs::VerifierKey> known = rooms.keys.verifiers();
  if (rooms.cosigner != nullptr) {
    for (proofs::VerifierKey& key : rooms.cosigner->keys()) known.push_back(std::move(key));
  }
  std::vector<proofs::VerifierKey> keys;
  for (const proofs::Signature& signature : note.signatures) {
    for (const proofs::VerifierKey& key : known) {
      if (key.Made(signature)) keys.push_back(key);
    }
  }
  return keys;
}

absl::StatusOr<std::string> MakeBundle(const Rooms& rooms, const Caller& caller,
                                       const v1::ExportEvidenceRequest& request) {
  RETURN_IF_ERROR(CheckMayRead(rooms, caller, request.name()));
  evidence::Evidence evidence;
  RETURN_IF_ERROR(ReadRecords(rooms, request.name(), evidence));
  // After the records were read, so that it can cover them.
  ASSIGN_OR_RETURN(
      const auto checkpoint,
      CheckpointOver(rooms, evidence.records.back().header.position, request.cosigned()));
  ASSIGN_OR_RETURN(evidence.checkpoint, proofs::ParseNote(checkpoint->note));
  evidence.keys = KeysOf(rooms, evidence.checkpoint);
  for (const Record& record : evidence.records) {
    ASSIGN_OR_RETURN(
        evidence.proofs.emplace_back(),
        proofs::ProveInclusion(record.header.position - 1, checkpoint->size, TilesOf(rooms.log)));
  }
  return evidence::WriteBundle(evidence);
}

}  // namespace

AnsweringHandler EvidenceHandler(const Rooms& rooms) {
  return FileHandler<v1::ExportEvidenceRequest>(
      kExportsMax,
      [rooms](const Admission& admission,
              const v1::ExportEvidenceRequest& request) -> absl::StatusOr<std::string> {
        RETURN_IF_ERROR(admission.caller.status());
        return MakeBundle(rooms, *admission.caller, request);
      });
}

}  // namespace trellis::services
