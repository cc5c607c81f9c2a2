// Events as sentences, for the audit trail.
//
// The words stand beside each kind of event in the contract, as the option `(trellis.v1.sentence)`,
// so that a new kind needs no code here:
//
//   {field.path}   the field's value: dates and enums in words, lists joined, text as it was said
//   [ ... ]        left out when a field in it is empty
//
// A full stop is put before a new sentence of the template where the text before it lacks one, and
// at the end.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "trellis/v1/party.pb.h"

namespace trellis::rendering {

// What happened, on one line, to stand after the name of who did it: "set target t1 under c1, due
// Fri 14 Oct 2022: ...". An event of a kind that this version does not know says so.
std::string Sentence(const google::protobuf::Message& event);

// The whole sentence: "Ruth Adeyemi (induction tutor) set target t1 ...". Without a name, which is
// so once it was erased: "The induction tutor set target t1 ...". What Trellis does itself:
// "Trellis reminded of review r1, due Fri 14 Oct 2022: week before."
std::string SentenceFor(absl::string_view actor_name, v1::Capacity capacity,
                        const google::protobuf::Message& event);

}  // namespace trellis::rendering
