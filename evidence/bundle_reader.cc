#include "evidence/bundle_reader.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "eventstore/record_format.h"
#include "proofs/merkle.h"
#include "proofs/policy.h"
#include "proofs/tlog_proof.h"

namespace trellis::evidence {
namespace {

using eventstore::Record;
using proofs::VerifierKey;

absl::Status Malformed(absl::string_view where, absl::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "EVIDENCE_MALFORMED",
               absl::StrCat(where, ": ", what));
}

// The value, or an error that says where it was to be.
template <typename Value>
absl::StatusOr<Value> At(const std::string& where, absl::StatusOr<Value> value) {
  if (value.ok()) return value;
  return Malformed(where, value.status().message());
}

class Reader {
 public:
  explicit Reader(const std::vector<ZipMember>& members) {
    for (const ZipMember& member : members) members_[member.name] = &member.content;
  }

  absl::StatusOr<Evidence> Read() {
    Evidence evidence;
    RETURN_IF_ERROR(ReadCheckpoint(evidence));
    uint64_t revision = 0;
    while (members_.count(RecordFile(++revision, "header")) > 0) {
      RETURN_IF_ERROR(ReadRecord(revision, evidence));
    }
    if (evidence.records.empty()) return Malformed(RecordFile(1, "header"), "is missing");
    for (const char* const name : {kReadme, kLines, kDigests}) {
      RETURN_IF_ERROR(Take(name).status());
    }
    // Not every resource has one.
    members_.erase(kPage);
    if (members_.empty()) return evidence;
    return Malformed(members_.begin()->first,
                     "is no member of a bundle, or one before it is missing");
  }

 private:
  absl::StatusOr<const std::string*> Take(const std::string& name) {
    const auto found = members_.find(name);
    if (found == members_.end()) return Malformed(name, "is missing");
    const std::string* const content = found->second;
    members_.erase(found);
    return content;
  }

  absl::Status ReadCheckpoint(Evidence& evidence) {
    ASSIGN_OR_RETURN(const std::string* const note, Take(kCheckpoint));
    ASSIGN_OR_RETURN(evidence.checkpoint, At(kCheckpoint, proofs::ParseNote(*note)));
    RETURN_IF_ERROR(At(kCheckpoint, proofs::ParseCheckpoint(evidence.checkpoint.text)).status());
    ASSIGN_OR_RETURN(const std::string* const text, Take(kPolicy));
    ASSIGN_OR_RETURN(const proofs::Policy policy, At(kPolicy, proofs::Policy::Parse(*text)));
    std::vector<VerifierKey> keys;
    for (const auto* const parties : {&policy.logs(), &policy.witnesses()}) {
      for (const proofs::PolicyParty& party : *parties) keys.push_back(party.key);
    }
    for (const proofs::Signature& signature : evidence.checkpoint.signatures) {
      const auto key = std::find_if(keys.begin(), keys.end(), [&](const VerifierKey& other) {
        return other.Made(signature);
      });
      if (key == keys.end()) {
        return Malformed(kCheckpoint, absl::StrCat("is signed by ", signature.key_name,
                                                   ", whose key is not in ", kPolicy));
      }
      evidence.keys.push_back(*key);
    }
    return absl::OkStatus();
  }

  absl::Status ReadRecord(uint64_t revision, Evidence& evidence) {
    const std::string header_file = RecordFile(revision, "header");
    ASSIGN_OR_RETURN(const std::string* const header, Take(header_file));
    const std::string event_file = RecordFile(revision, "event");
    ASSIGN_OR_RETURN(const std::string* const event, Take(event_file));
    ASSIGN_OR_RETURN(const std::string* const entry, Take(RecordFile(revision, "entry")));
    Record& record = evidence.records.emplace_back();
    if (const absl::Status decoded = eventstore::DecodeHeader(*header, record); !decoded.ok()) {
      return Malformed(header_file, decoded.message());
    }
    if (record.leaf_digest != proofs::LeafHash(*entry)) {
      return Malformed(header_file, "is a header that its leaf does not cover");
    }
    std::string& salt = evidence.salts.emplace_back();
    if (record.header.subject_key_id != Uuid{}) {
      ASSIGN_OR_RETURN(const std::string* const sealed_with, Take(RecordFile(revision, "salt")));
      salt = *sealed_with;
    }
    if (Sha256(salt, *event) != record.header.event_digest) {
      return Malformed(event_file, "is an event that the digest in its header does not cover");
    }
    record.payload = *event;
    const std::string proof_file = RecordFile(revision, "tlog-proof");
    ASSIGN_OR_RETURN(const std::string* const text, Take(proof_file));
    ASSIGN_OR_RETURN(proofs::TlogProof proof, At(proof_file, proofs::ParseTlogProof(*text)));
    evidence.proofs.push_back(std::move(proof.hashes));
    return absl::OkStatus();
  }

  std::map<std::string, const std::string*> members_;
};

}  // namespace

absl::StatusOr<Evidence> ReadEvidence(const std::vector<ZipMember>& members) {
  return Reader(members).Read();
}

}  // namespace trellis::evidence
