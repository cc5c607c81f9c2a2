#include "proofs/policy.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "proofs/text.h"

namespace trellis::proofs {
namespace {

constexpr char kNobody[] = "none";

using Words = std::vector<absl::string_view>;

absl::Status Malformed(absl::string_view message) {
  return Error(absl::StatusCode::kInvalidArgument, "POLICY_MALFORMED",
               absl::StrCat("policy ", message));
}

// Names are bytes: what a terminal might obey, and half a character, is not shown as it is.
std::string Shown(absl::string_view word) { return absl::CHexEscape(word.substr(0, 100)); }

bool IsCharacter(char c) {
  const auto byte = static_cast<uint8_t>(c);
  return (byte >= 0x20 && byte != 0x7f) || c == '\t';
}

}  // namespace

// Reads a policy line by line, knowing the names that were defined so far.
class PolicyReader {
 public:
  absl::Status ReadLine(absl::string_view line) {
    if (!std::all_of(line.begin(), line.end(), IsCharacter)) {
      return absl::InvalidArgumentError("has a control character");
    }
    const Words words = absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    if (words.empty() || words.front().front() == '#') return absl::OkStatus();
    if (words.front() == "log") return ReadLog(words);
    if (words.front() == "witness") return ReadWitness(words);
    if (words.front() == "group") return ReadGroup(words);
    if (words.front() == "quorum") return ReadQuorum(words);
    return absl::InvalidArgumentError(
        absl::StrCat("begins with ", Shown(words.front()), ", want log, witness, group or quorum"));
  }

  bool has_quorum() const { return has_quorum_; }
  Policy Take() { return std::move(policy_); }

 private:
  absl::Status ReadLog(const Words& words) {
    if (words.size() < 2 || words.size() > 3) {
      return absl::InvalidArgumentError("wants `log <vkey> [<url>]`");
    }
    ASSIGN_OR_RETURN(VerifierKey key, VerifierKey::Parse(words[1]));
    RETURN_IF_ERROR(CheckNew(key, policy_.logs_));
    policy_.logs_.push_back({"", std::move(key), UrlOf(words, 2)});
    return absl::OkStatus();
  }

  absl::Status ReadWitness(const Words& words) {
    if (words.size() < 3 || words.size() > 4) {
      return absl::InvalidArgumentError("wants `witness <name> <vkey> [<url>]`");
    }
    ASSIGN_OR_RETURN(VerifierKey key, VerifierKey::Parse(words[2]));
    if (key.type() != KeyType::kCosignature) {
      return absl::InvalidArgumentError(absl::StrCat(
          "has a key of type ", static_cast<int>(key.type()), ", want 4 (Ed25519 cosignature)"));
    }
    RETURN_IF_ERROR(CheckNew(key, policy_.witnesses_));
    RETURN_IF_ERROR(Define({std::string(words[1]), policy_.witnesses_.size(), 0, {}}));
    policy_.witnesses_.push_back({std::string(words[1]), std::move(key), UrlOf(words, 3)});
    return absl::OkStatus();
  }

  absl::Status ReadGroup(const Words& words) {
    if (words.size() < 4) {
      return absl::InvalidArgumentError("wants `group <name> <k|any|all> <member>...`");
    }
    Policy::Node group{std::string(words[1]), Policy::kNone, 0, {}};
    for (size_t i = 3; i < words.size(); ++i) {
      ASSIGN_OR_RETURN(const size_t member, Find(words[i]));
      if (!members_.insert(member).second) {
        return absl::InvalidArgumentError(
            absl::StrCat("has member ", Shown(words[i]), ", which is a member already"));
      }
      group.members.push_back(member);
    }
    const size_t all = group.members.size();
    const uint64_t threshold = words[2] == "any"   ? 1
                               : words[2] == "all" ? all
                                                   : ReadDecimal(words[2]).value_or(0);
    if (threshold < 1 || threshold > all) {
      return absl::InvalidArgumentError(
          absl::StrCat("has threshold ", Shown(words[2]), ", want any, all or 1 to ", all));
    }
    group.threshold = threshold;
    return Define(std::move(group));
  }

  absl::Status ReadQuorum(const Words& words) {
    if (words.size() != 2) return absl::InvalidArgumentError("wants `quorum <name|none>`");
    if (has_quorum_) return absl::InvalidArgumentError("is a second quorum");
    has_quorum_ = true;
    if (words[1] == kNobody) return absl::OkStatus();
    ASSIGN_OR_RETURN(policy_.quorum_, Find(words[1]));
    return absl::OkStatus();
  }

  absl::Status Define(Policy::Node node) {
    if (node.name == kNobody) {
      return absl::InvalidArgumentError("defines none, which has a meaning");
    }
    if (!nodes_.emplace(node.name, policy_.nodes_.size()).second) {
      return absl::InvalidArgumentError(absl::StrCat("defines ", Shown(node.name), " again"));
    }
    policy_.nodes_.push_back(std::move(node));
    return absl::OkStatus();
  }

  absl::StatusOr<size_t> Find(absl::string_view name) const {
    const auto found = nodes_.find(name);
    if (found != nodes_.end()) return found->second;
    return absl::InvalidArgumentError(
        absl::StrCat("names ", Shown(name), ", which no line above defines"));
  }

  static absl::Status CheckNew(const VerifierKey& key, const std::vector<PolicyParty>& others) {
    // Equal bytes under two names are one key: it would count twice.
    const bool known = std::any_of(others.begin(), others.end(), [&](const PolicyParty& other) {
      return other.key.bytes() == key.bytes();
    });
    if (!known) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("has the key of ", key.name(), ", which a line above has already"));
  }

  static std::string UrlOf(const Words& words, size_t place) {
    return place < words.size() ? std::string(words[place]) : "";
  }

  Policy policy_;
  std::map<std::string, size_t, std::less<>> nodes_;
  std::set<size_t> members_;
  bool has_quorum_ = false;
};

absl::StatusOr<Policy> Policy::Parse(absl::string_view text) {
  if (text.size() > kPolicyBytesMax) {
    return Malformed(absl::StrCat("has ", text.size(), " bytes, limit ", kPolicyBytesMax));
  }
  if (!absl::ConsumeSuffix(&text, "\n")) return Malformed("does not end its last line");
  PolicyReader reader;
  size_t number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (const absl::Status status = reader.ReadLine(line); !status.ok()) {
      return Malformed(absl::StrCat("line ", number, " ", status.message()));
    }
  }
  if (!reader.has_quorum()) return Malformed("has no quorum line");
  return reader.Take();
}

absl::Status Policy::CheckQuorum(const std::vector<bool>& cosigned) const {
  CHECK(cosigned.size() == witnesses_.size());
  if (quorum_ == kNone) return absl::OkStatus();
  // Members stand before their group, so one pass knows of all.
  std::vector<bool> witnessed(nodes_.size());
  std::vector<size_t> count(nodes_.size());
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const Node& node = nodes_[i];
    count[i] = static_cast<size_t>(std::count_if(node.members.begin(), node.members.end(),
                                                 [&](size_t member) { return witnessed[member]; }));
    witnessed[i] = node.members.empty() ? cosigned[node.witness] : count[i] >= node.threshold;
  }
  if (witnessed[quorum_]) return absl::OkStatus();
  const Node& node = nodes_[quorum_];
  const std::string want =
      node.members.empty()
          ? absl::StrCat("witness ", Shown(node.name), " has not cosigned")
          : absl::StrCat("group ", Shown(node.name), " has ", count[quorum_], " of ",
                         node.members.size(), " members cosigned, want ", node.threshold);
  return Error(absl::StatusCode::kFailedPrecondition, "QUORUM_NOT_MET",
               absl::StrCat("quorum: ", want));
}

absl::StatusOr<Checkpoint> VerifyCheckpoint(const Note& note, absl::Span<const VerifierKey> logs,
                                            const Policy& policy) {
  ASSIGN_OR_RETURN(Checkpoint checkpoint, ParseCheckpoint(note.text));
  std::vector<VerifierKey> keys;
  for (const PolicyParty& witness : policy.witnesses()) keys.push_back(witness.key);
  keys.insert(keys.end(), logs.begin(), logs.end());
  for (const PolicyParty& log : policy.logs()) keys.push_back(log.key);

  const auto first_log = keys.begin() + static_cast<ptrdiff_t>(policy.witnesses().size());
  const auto is_origin = [&](const VerifierKey& key) { return key.name() == checkpoint.origin; };
  if (std::none_of(first_log, keys.end(), is_origin)) {
    return Error(
        absl::StatusCode::kInvalidArgument, "ORIGIN_UNKNOWN",
        absl::StrCat("origin: checkpoint is of ", Shown(checkpoint.origin), ", and none of the ",
                     keys.end() - first_log, " keys of logs has this name"));
  }
  ASSIGN_OR_RETURN(std::vector<bool> signed_by, VerifySignatures(note, keys));
  bool by_log = false;
  for (size_t i = policy.witnesses().size(); i < keys.size(); ++i) {
    by_log = by_log || (signed_by[i] && is_origin(keys[i]));
  }
  if (!by_log) {
    return Error(absl::StatusCode::kInvalidArgument, "SIGNATURE_MISSING",
                 absl::StrCat("signature: checkpoint of ", checkpoint.origin,
                              " has none of a known key of this log"));
  }
  signed_by.resize(policy.witnesses().size());
  RETURN_IF_ERROR(policy.CheckQuorum(signed_by));
  return checkpoint;
}

absl::StatusOr<Checkpoint> VerifyCheckpoint(absl::string_view note,
                                            absl::Span<const VerifierKey> logs,
                                            const Policy& policy) {
  ASSIGN_OR_RETURN(const Note parsed, ParseNote(note));
  return VerifyCheckpoint(parsed, logs, policy);
}

}  // namespace trellis::proofs
