#include "domain/entries.h"

#include <array>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "domain/aggregate.h"
#include "trellis/v1/options.pb.h"

namespace trellis::domain {
namespace {

namespace pb = google::protobuf;

// The lists of entries of one type of state, by their letters.
using Lists = std::array<const pb::FieldDescriptor*, 26>;

Lists ListsOf(const pb::Descriptor& state) {
  Lists lists{};
  for (int i = 0; i < state.field_count(); ++i) {
    const std::string& letter = state.field(i)->options().GetExtension(v1::entry_letter);
    if (letter.empty()) continue;
    const pb::FieldDescriptor*& list = lists.at(static_cast<size_t>(letter[0] - 'a'));
    CHECK(list == nullptr);
    list = state.field(i);
  }
  return lists;
}

// Looked up once for every aggregate.
const absl::flat_hash_map<const pb::Descriptor*, Lists>& AllLists() {
  static const auto& all = *new absl::flat_hash_map<const pb::Descriptor*, Lists>([] {
    absl::flat_hash_map<const pb::Descriptor*, Lists> lists;
    for (const Aggregate& aggregate : Aggregates()) {
      const pb::Descriptor* const state = aggregate.state.GetDescriptor();
      lists[state] = ListsOf(*state);
    }
    return lists;
  }());
  return all;
}

const pb::FieldDescriptor& EntryField(const pb::Message& entry) {
  const pb::FieldDescriptor* const field = entry.GetDescriptor()->FindFieldByName("entry");
  CHECK(field != nullptr);
  return *field;
}

}  // namespace

const pb::FieldDescriptor* EntryList(const pb::Descriptor& state, char letter) {
  if (letter < 'a' || letter > 'z') return nullptr;
  const auto lists = AllLists().find(&state);
  return lists == AllLists().end() ? nullptr : lists->second[static_cast<size_t>(letter - 'a')];
}

pb::Message* FindEntry(pb::Message& state, absl::string_view id) {
  int number = 0;
  if (id.size() < 2 || !absl::SimpleAtoi(id.substr(1), &number)) return nullptr;
  const pb::FieldDescriptor* const list = EntryList(*state.GetDescriptor(), id[0]);
  if (list == nullptr) return nullptr;
  // Ids are given in order, so an entry stands where its number says.
  const pb::Reflection& reflection = *state.GetReflection();
  if (number < 1 || number > reflection.FieldSize(state, list)) return nullptr;
  return reflection.MutableRepeatedMessage(&state, list, number - 1);
}

const pb::Message* FindEntry(const pb::Message& state, absl::string_view id) {
  return FindEntry(const_cast<pb::Message&>(state), id);
}

v1::Entry& EntryOf(pb::Message& entry) {
  return static_cast<v1::Entry&>(
      *entry.GetReflection()->MutableMessage(&entry, &EntryField(entry)));
}

const v1::Entry& EntryOf(const pb::Message& entry) {
  return static_cast<const v1::Entry&>(
      entry.GetReflection()->GetMessage(entry, &EntryField(entry)));
}

bool IsStruckOut(const pb::Message& entry) { return EntryOf(entry).correction().struck_out(); }

std::string NextEntryId(char letter, int size) {
  return absl::StrCat(absl::string_view(&letter, 1), size + 1);
}

}  // namespace trellis::domain
