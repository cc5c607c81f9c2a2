#include "services/ledger_proofs.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "eventstore/record_format.h"
#include "proofs/note.h"
#include "proofs/prove.h"
#include "proofs/tlog_proof.h"
#include "services/cosigner.h"
#include "services/signing_keys.h"

namespace trellis::services {
namespace {

using eventstore::Position;
using eventstore::Record;

std::string Bytes(const Digest& digest) { return std::string(AsBytes(digest)); }

template <typename Hashes>
void AddHashes(const std::vector<Digest>& proof, Hashes& hashes) {
  for (const Digest& digest : proof) *hashes.Add() = Bytes(digest);
}

// The size that is meant: `newest` if none is said. INVALID_ARGUMENT, PROOF_OUT_OF_RANGE.
absl::StatusOr<Position> SizeMeant(Position newest, const char* field, int64_t said) {
  if (said < 0) {
    return InvalidRequest({{field, absl::StrCat("got ", said, ", want a size of 0 or more")}});
  }
  if (said == 0) return newest;
  if (static_cast<Position>(said) <= newest) return static_cast<Position>(said);
  return Error(absl::StatusCode::kOutOfRange, "PROOF_OUT_OF_RANGE",
               absl::StrCat(field, ": got ", said, ", the ledger has ", newest, " events"),
               {{"tree_size", absl::StrCat(newest)}});
}

absl::Status EventNotFound(const v1::GetProofRequest& request) {
  const std::string what = request.name().empty() ? absl::StrCat("position ", request.position())
                                                  : absl::StrCat("revision ", request.revision(),
                                                                 " of ", request.name());
  return Error(absl::StatusCode::kNotFound, "EVENT_NOT_FOUND",
               absl::StrCat("the ledger has no ", what));
}

absl::StatusOr<Record> FindRecord(const eventstore::EventLog& log,
                                  const v1::GetProofRequest& request) {
  if (request.name().empty() == (request.position() == 0)) {
    return InvalidRequest({{"position", "want a position, or a name with a revision"}});
  }
  if (!request.name().empty()) {
    if (request.revision() < 1) {
      return InvalidRequest(
          {{"revision", absl::StrCat("got ", request.revision(), ", want 1 or more")}});
    }
    const auto revision = static_cast<eventstore::Revision>(request.revision());
    ASSIGN_OR_RETURN(std::vector<Record> records,
                     log.ReadStream(request.name(), revision, revision));
    if (records.empty()) return EventNotFound(request);
    return std::move(records.front());
  }
  if (request.position() < 1) {
    return InvalidRequest(
        {{"position", absl::StrCat("got ", request.position(), ", want 1 or more")}});
  }
  const auto position = static_cast<Position>(request.position());
  Record found;
  RETURN_IF_ERROR(log.ReadAll(position, position, [&](Record& record) {
    found = std::move(record);
    return absl::OkStatus();
  }));
  if (found.header.position == 0) return EventNotFound(request);
  return found;
}

// The file for a proof that leads to `checkpoint`.
absl::StatusOr<std::string> TlogProofFile(const Record& record, const std::vector<Digest>& hashes,
                                          const eventstore::SignedCheckpoint& checkpoint) {
  ASSIGN_OR_RETURN(proofs::Note note, proofs::ParseNote(checkpoint.note));
  return proofs::FormatTlogProof({.extra = std::nullopt,
                                  .index = record.header.position - 1,
                                  .hashes = hashes,
                                  .checkpoint = std::move(note)});
}

}  // namespace

absl::Status LedgerNotSigned() {
  return Error(absl::StatusCode::kFailedPrecondition, "LEDGER_NOT_SIGNED",
               "the ledger has no key to sign with");
}

absl::StatusOr<std::shared_ptr<const eventstore::SignedCheckpoint>> CosignedCheckpoint(
    const Rooms& rooms, Position size) {
  if (rooms.cosigner == nullptr) {
    return Error(absl::StatusCode::kFailedPrecondition, "WITNESSES_NOT_SET",
                 "the server asks no witnesses (trellisd --witnesses)");
  }
  auto newest = rooms.cosigner->newest();
  const Position cosigned = newest == nullptr ? 0 : newest->size;
  if (newest != nullptr && cosigned >= size) return newest;
  return Error(absl::StatusCode::kUnavailable, "COSIGNATURES_MISSING",
               absl::StrCat("enough witnesses have cosigned ", cosigned, " events, want ", size,
                            " or more; ask again in a moment"),
               {{"cosigned_size", absl::StrCat(cosigned)}});
}

absl::StatusOr<v1::LedgerCheckpoint> GetCheckpoint(const Rooms& rooms,
                                                   const v1::GetCheckpointRequest& request) {
  std::shared_ptr<const eventstore::SignedCheckpoint> newest = rooms.log.checkpoint();
  if (newest == nullptr) return LedgerNotSigned();
  if (request.cosigned()) {
    ASSIGN_OR_RETURN(newest, CosignedCheckpoint(rooms, 0));
  }
  v1::LedgerCheckpoint checkpoint;
  checkpoint.set_origin(rooms.log.key()->name());
  checkpoint.set_tree_size(static_cast<int64_t>(newest->size));
  checkpoint.set_root(Bytes(newest->root));
  checkpoint.set_note(newest->note);
  for (const proofs::VerifierKey& key : rooms.keys.verifiers()) {
    checkpoint.add_log_keys(key.ToString());
  }
  for (std::string& handover : rooms.keys.handovers()) {
    checkpoint.add_handovers(std::move(handover));
  }
  if (rooms.cosigner == nullptr) return checkpoint;
  for (const proofs::VerifierKey& key : rooms.cosigner->keys()) {
    checkpoint.add_witness_keys(key.ToString());
  }
  return checkpoint;
}

absl::StatusOr<v1::EventProof> GetProof(const Rooms& rooms, const v1::GetProofRequest& request) {
  ASSIGN_OR_RETURN(const Record record, FindRecord(rooms.log, request));
  // After the record was read, so that it covers it; and once, so that size and signature agree.
  const auto checkpoint = rooms.log.checkpoint();
  const Position newest = checkpoint == nullptr ? rooms.log.tree_size() : checkpoint->size;
  ASSIGN_OR_RETURN(const Position size, SizeMeant(newest, "tree_size", request.tree_size()));
  if (record.header.position > size) {
    return InvalidRequest(
        {{"tree_size", absl::StrCat("got ", size, ", want ", record.header.position, " or more")}});
  }
  ASSIGN_OR_RETURN(const std::vector<Digest> hashes,
                   proofs::ProveInclusion(record.header.position - 1, size, TilesOf(rooms.log)));
  ASSIGN_OR_RETURN(const Digest root, proofs::RootAt(size, TilesOf(rooms.log)));
  v1::EventProof proof;
  proof.set_position(static_cast<int64_t>(record.header.position));
  proof.set_event_id(UuidText(record.header.event_id));
  proof.set_entry(eventstore::EntryOf(record));
  proof.set_leaf_digest(Bytes(record.leaf_digest));
  proof.set_tree_size(static_cast<int64_t>(size));
  proof.set_root(Bytes(root));
  AddHashes(hashes, *proof.mutable_hashes());
  if (checkpoint != nullptr && checkpoint->size == size) {
    ASSIGN_OR_RETURN(*proof.mutable_tlog_proof(), TlogProofFile(record, hashes, *checkpoint));
  }
  return proof;
}

absl::StatusOr<v1::ConsistencyProof> GetConsistencyProof(
    const Rooms& rooms, const v1::GetConsistencyProofRequest& request) {
  ASSIGN_OR_RETURN(const Position second,
                   SizeMeant(rooms.log.tree_size(), "second_size", request.second_size()));
  if (request.first_size() < 0 || static_cast<Position>(request.first_size()) > second) {
    return InvalidRequest(
        {{"first_size", absl::StrCat("got ", request.first_size(), ", want 0 to ", second)}});
  }
  const auto first = static_cast<Position>(request.first_size());
  ASSIGN_OR_RETURN(const std::vector<Digest> hashes,
                   proofs::ProveConsistency(first, second, TilesOf(rooms.log)));
  ASSIGN_OR_RETURN(const Digest first_root, proofs::RootAt(first, TilesOf(rooms.log)));
  ASSIGN_OR_RETURN(const Digest second_root, proofs::RootAt(second, TilesOf(rooms.log)));
  v1::ConsistencyProof proof;
  proof.set_first_size(static_cast<int64_t>(first));
  proof.set_second_size(static_cast<int64_t>(second));
  proof.set_first_root(Bytes(first_root));
  proof.set_second_root(Bytes(second_root));
  AddHashes(hashes, *proof.mutable_hashes());
  return proof;
}

}  // namespace trellis::services
