// The entries of a state by their ids: a letter for the list, which the contract gives it
// (`entry_letter`), and a number.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "trellis/v1/entry.pb.h"

namespace trellis::domain {

// The entry with this id, or null. `state` is that of any aggregate.
google::protobuf::Message* FindEntry(google::protobuf::Message& state, absl::string_view id);
const google::protobuf::Message* FindEntry(const google::protobuf::Message& state,
                                           absl::string_view id);

// The list of a state of this type that holds entries of this letter, or null: `targets` for 't'.
const google::protobuf::FieldDescriptor* EntryList(const google::protobuf::Descriptor& state,
                                                   char letter);

// How the entry came to be in the record.
v1::Entry& EntryOf(google::protobuf::Message& entry);
const v1::Entry& EntryOf(const google::protobuf::Message& entry);

// True if the whole entry was struck out: it counts no more.
bool IsStruckOut(const google::protobuf::Message& entry);
// The same for an entry of a known type, without a look at its descriptor.
template <typename T>
requires requires(const T& entry) { entry.entry().correction(); }
bool IsStruckOut(const T& entry) { return entry.entry().correction().struck_out(); }

// The id for the next entry of a list that has `size` entries: ids are given in order and never
// again, and entries are never removed.
std::string NextEntryId(char letter, int size);

}  // namespace trellis::domain
