#include "evidence/check.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "base/error.h"
#include "evidence/bundle.h"
#include "evidence/bundle_reader.h"
#include "evidence/zip.h"
#include "proofs/checkpoint.h"
#include "proofs/verify.h"

namespace trellis::evidence {
namespace {

using proofs::KeyType;
using proofs::VerifierKey;

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", time, absl::UTCTimeZone());
}

class Check {
 public:
  explicit Check(const CheckOptions& options) : options_(options) {}

  Report Run(absl::string_view bytes) {
    if (Open(bytes) && Read()) {
      CheckSignature();
      CheckWitnesses();
      CheckSequence();
      CheckInclusion();
      MakeAnew();
    }
    return std::move(report_);
  }

 private:
  void Add(std::string finding) { report_.findings.Add(std::move(finding)); }

  bool Open(absl::string_view bytes) {
    absl::StatusOr<std::vector<ZipMember>> members = ReadZip(bytes);
    if (!members.ok()) {
      Add(std::string(members.status().message()));
      report_.End("archive", "it can be read");
      return false;
    }
    members_ = *std::move(members);
    report_.End("archive", absl::StrCat("a zip file of ", members_.size(), " members"));
    CheckDigests();
    return true;
  }

  void CheckDigests() {
    std::vector<ZipMember> others;
    std::string said;
    for (const ZipMember& member : members_) {
      if (member.name == kDigests) {
        said = member.content;
      } else {
        others.push_back(member);
      }
    }
    if (said != DigestsOf(others)) {
      Add(absl::StrCat(kDigests, ": these are not the digests of the other members, in order"));
    }
    report_.End("digests", absl::StrCat(kDigests, " lists the other members"));
  }

  bool Read() {
    absl::StatusOr<Evidence> evidence = ReadEvidence(members_);
    if (evidence.ok()) {
      evidence_ = *std::move(evidence);
      checkpoint_ = *proofs::ParseCheckpoint(evidence_.checkpoint.text);
      report_.events = evidence_.records.size();
    } else {
      Add(std::string(evidence.status().message()));
    }
    report_.End("contents", "what was recorded is what the leaves of the tree are made of");
    return evidence.ok();
  }

  void CheckSignature() {
    const absl::StatusOr<std::vector<bool>> signed_by =
        proofs::VerifySignatures(evidence_.checkpoint, evidence_.keys);
    if (!signed_by.ok()) Add(absl::StrCat(kCheckpoint, ": ", signed_by.status().message()));
    const bool own = options_.keys.empty() && options_.policy.logs().empty();
    const auto believed = proofs::VerifyCheckpoint(
        evidence_.checkpoint, own ? KeysOf(KeyType::kNote) : options_.keys, options_.policy);
    if (!believed.ok()) Add(absl::StrCat(kCheckpoint, ": ", believed.status().message()));
    report_.End("signature", absl::StrCat("signed by ", checkpoint_.origin, " over ",
                                          checkpoint_.size, " events",
                                          own ? ", with a key that came with the bundle"
                                              : ", with the key that you gave"));
    if (!own) return;
    report_.notes.push_back(absl::StrCat(
        "the ledger's key came with the bundle, so this shows only that the bundle fits together. "
        "Whoever made up the whole bundle would have made up the key too. Compare ",
        absl::StrJoin(KeysOf(KeyType::kNote), ", ",
                      [](std::string* out, const VerifierKey& key) { *out += key.ToString(); }),
        " with the ledger's key from elsewhere, or give that with --key."));
  }

  std::vector<VerifierKey> KeysOf(KeyType type) const {
    std::vector<VerifierKey> keys;
    for (const VerifierKey& key : evidence_.keys) {
      if (key.type() == type) keys.push_back(key);
    }
    return keys;
  }

  // The signatures were verified above, and so was what the policy wants.
  void CheckWitnesses() {
    std::vector<std::string> said;
    for (size_t i = 0; i < evidence_.keys.size(); ++i) {
      if (evidence_.keys[i].type() != KeyType::kCosignature) continue;
      const auto time = proofs::CosignatureTime(evidence_.checkpoint.signatures[i]);
      said.push_back(absl::StrCat(evidence_.keys[i].name(), " on ",
                                  TimeText(time.value_or(absl::UnixEpoch()))));
    }
    report_.End("witnesses", said.empty()
                                 ? "none cosigned: nothing shows that others saw the same ledger"
                                 : absl::StrCat("cosigned by ", absl::StrJoin(said, ", ")));
    if (!said.empty() && options_.policy.witnesses().empty()) {
      report_.notes.push_back(
          "the witnesses' keys came with the bundle. Give those that you believe with --policy.");
    }
  }

  void CheckSequence() {
    const std::string& stream = evidence_.records.front().header.stream;
    uint64_t last_position = 0;
    for (size_t i = 0; i < evidence_.records.size(); ++i) {
      const eventstore::Header& header = evidence_.records[i].header;
      const std::string file = RecordFile(i + 1, "header");
      if (header.revision != i + 1) {
        Add(absl::StrCat(file, ": it is event ", header.revision, " of its record, want ", i + 1));
      }
      if (header.stream != stream) {
        Add(absl::StrCat(file, ": it is an event of another record than the first one is"));
      }
      if (header.position <= last_position) {
        Add(absl::StrCat(file, ": position ", header.position, " does not follow ", last_position));
      }
      last_position = header.position;
    }
    report_.End("sequence", absl::StrCat("events 1 to ", evidence_.records.size(), " of ",
                                         absl::CHexEscape(stream), ", none left out in between"));
  }

  void CheckInclusion() {
    for (size_t i = 0; i < evidence_.records.size(); ++i) {
      const eventstore::Record& record = evidence_.records[i];
      const absl::Status included =
          proofs::VerifyInclusion(record.leaf_digest, record.header.position - 1, checkpoint_.size,
                                  evidence_.proofs[i], checkpoint_.root);
      if (!included.ok())
        Add(absl::StrCat(RecordFile(i + 1, "tlog-proof"), ": ", included.message()));
    }
    report_.End("inclusion", "each event is in the tree whose root was signed");
  }

  // All that is not signed follows from what is.
  void MakeAnew() {
    const std::string what = "page, lines and all else are what the records give";
    if (!report_.holds()) {
      report_.notes.push_back(
          "page and lines were not compared with the records, since what "
          "comes before does not hold.");
      return;
    }
    const absl::StatusOr<std::vector<ZipMember>> made = MembersOf(evidence_);
    if (!made.ok()) {
      Add(absl::StrCat("records: ", absl::CHexEscape(made.status().message())));
      return report_.End("page", what);
    }
    std::map<std::string, const std::string*> said;
    for (const ZipMember& member : members_) said[member.name] = &member.content;
    for (const ZipMember& member : *made) {
      const auto found = said.find(member.name);
      if (found != said.end() && *found->second == member.content) continue;
      Add(absl::StrCat(member.name,
                       ": this is not what the records give. It was changed, or "
                       "another version of Trellis wrote it; what is in records/ is "
                       "proved all the same"));
    }
    if (report_.holds() && *made != members_) {
      Add("archive: its members are not those of a bundle, or in another order");
    }
    report_.End("page", what);
  }

  const CheckOptions& options_;
  Report report_;
  std::vector<ZipMember> members_;
  Evidence evidence_;
  proofs::Checkpoint checkpoint_;
};

}  // namespace

Report CheckBundle(absl::string_view bytes, const CheckOptions& options) {
  return Check(options).Run(bytes);
}

absl::Status Verdict(const Report& report) {
  if (report.holds()) return absl::OkStatus();
  return Error(absl::StatusCode::kDataLoss, "EVIDENCE_UNSOUND",
               absl::StrCat("the bundle does not hold: ", report.findings.count(), " findings"),
               {{"findings", absl::StrCat(report.findings.count())}});
}

}  // namespace trellis::evidence
