#include "evidence/readme.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"

namespace trellis::evidence {
namespace {

constexpr char kText[] = R"(EVIDENCE BUNDLE OF THE TRELLIS LEDGER

What this is about     $STREAM
Ledger                 $LEDGER
Recorded here          $COUNT events, from $FIRST
                       to $LAST
The ledger then had    $SIZE events, with the root
                       $ROOT
Witnesses              $WITNESSES

WHAT IT IS

Trellis is the system of record for the support of early career teachers. Every
change is an event, which is written once and never changed. Each event is a
leaf of a Merkle tree over the whole ledger: one number, the root, depends on
every byte of every event. The ledger signs that root; what is signed is the
file "checkpoint". Nobody, its operator included, can later change, remove or
insert an event without the root becoming another one, which the signature does
not fit.

This bundle holds every event of one record, from the first to the last one that
there was when the bundle was made, and for each the proof that it is in the
tree whose root was signed.

It contains personal data. Keep it as you would keep the record itself.

WHAT IT PROVES, AND WHAT IT DOES NOT

It proves that these events, word for word, were in the ledger when the
checkpoint was signed; in this order; as number 1, 2, 3 and so on of the record,
with none left out in between.

It does not prove that what people wrote is true, or that they were who they
were said to be: the ledger keeps who acted as it was told when they did.

It does not prove that nothing was recorded after the last event shown here.

It proves only as much as its keys. A key that comes with the bundle shows that
the bundle fits together; whoever made the whole bundle up would have made up a
key too. So get the ledger's public key from somewhere else (the school, its
trust, an earlier bundle, a letter) and compare it with the line "log" in
policy.txt. The same goes for the keys of the witnesses, who confirm that they
saw the ledger grow and never change.

WHAT IS IN IT

$PAGE_LINEevents.jsonl                each event on a line: who did what, in a sentence,
                            when, and as data (JSON)
checkpoint                  what the ledger signed, with all signatures
policy.txt                  the public keys of those who signed
records/NNNNN.header        event number NNNNN: what the ledger says of it
records/NNNNN.event         what was recorded (Protocol Buffers, message of the
                            package trellis.v1)
records/NNNNN.salt          32 bytes that were sealed with it, so that nobody
                            guesses the event from its digest
records/NNNNN.entry         the leaf of the tree: position and digest of .header
records/NNNNN.tlog-proof    the way from the leaf to the signed root
SHA256SUMS                  the digest of every other file

HOW TO CHECK IT WITH TRELLIS

    trellis verify BUNDLE.zip --key 'THE KEY YOU GOT FROM ELSEWHERE'

needs no network and no server. It says in words what holds and what does not,
and makes the page and the lines anew from the records to compare them.

HOW TO CHECK IT WITH OTHER TOOLS

In a folder into which the bundle was unpacked:

1. That no file was damaged on the way:

       sha256sum -c SHA256SUMS

2. That what was recorded belongs to its leaf. For each event the two digests in
   each of these pairs are the same (an event that was not sealed has no .salt):

       cat records/00001.salt records/00001.event | sha256sum
       tail -c 32 records/00001.header | od -An -v -tx1

       sha256sum records/00001.header
       tail -c 32 records/00001.entry | od -An -v -tx1

3. That the leaf is in the signed tree. The files are in the open formats of
   https://c2sp.org: tlog-proof, tlog-checkpoint, signed-note, tlog-cosignature
   and tlog-policy. Any program for them checks records/00001.tlog-proof with
   records/00001.entry as the entry and policy.txt as the policy, after you have
   compared its keys. The tree is that of RFC 6962, with SHA-256.

4. That nothing is left out in between. A header begins with its format (1 byte),
   the event's position in the ledger (8 bytes), the length of the record's name
   (1 byte), the name, and the event's number in the record (8 bytes), which is 1
   in the first header, 2 in the second, and so on. Numbers have their highest
   byte first.
)";

// UTC, to the second.
std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

}  // namespace

std::string ReadmeOf(const Evidence& evidence, const proofs::Checkpoint& checkpoint,
                     bool has_page) {
  const auto witnesses =
      std::count_if(evidence.keys.begin(), evidence.keys.end(),
                    [](const auto& key) { return key.type() == proofs::KeyType::kCosignature; });
  return absl::StrReplaceAll(
      kText, {{"$STREAM", evidence.records.front().header.stream},
              {"$LEDGER", checkpoint.origin},
              {"$COUNT", absl::StrCat(evidence.records.size())},
              {"$FIRST", TimeText(evidence.records.front().header.recorded_at)},
              {"$LAST", TimeText(evidence.records.back().header.recorded_at)},
              {"$SIZE", absl::StrCat(checkpoint.size)},
              {"$ROOT", absl::BytesToHexString(AsBytes(checkpoint.root))},
              {"$WITNESSES", witnesses == 0 ? "none has cosigned this checkpoint"
                                            : absl::StrCat(witnesses, " cosigned this checkpoint")},
              {"$PAGE_LINE",
               has_page ? "page.html                   the plan as a page for a browser\n" : ""}});
}

}  // namespace trellis::evidence
