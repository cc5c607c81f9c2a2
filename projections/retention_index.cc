#include "projections/retention_index.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "domain/aggregate.h"
#include "domain/retention.h"
#include "projections/listing.h"
#include "trellis/v1/directory.pb.h"

namespace trellis::projections {
namespace {

// A row for each record about a person, and one for each person of the directory:
//   key := 'yf' person:text NUL record:text   value := trellis.v1.Retention
//   key := 'yp' person:text                   value := the person whom it is joined into, or empty
// and keys that find people. What is no longer true may stay: the rows say what is.
//   key := 'yj' into:text NUL person:text     joined into that
//   key := 'ys' urn:text NUL person:text      whom the school had
constexpr char kPeople[] = "yp";
std::string FactsPrefix(absl::string_view person) { return absl::StrCat("yf", person, kKeyEnd); }
std::string JoinedPrefix(absl::string_view into) { return absl::StrCat("yj", into, kKeyEnd); }
std::string SchoolPrefix(absl::string_view urn) { return absl::StrCat("ys", urn, kKeyEnd); }

// Whom the record is joined into; empty if into none, or there is none.
absl::StatusOr<std::string> JoinedInto(const ViewStore& store, const std::string& person) {
  ASSIGN_OR_RETURN(std::optional<std::string> into, store.Find(absl::StrCat(kPeople, person)));
  return std::move(into).value_or("");
}

// The record that stands for `person`.
absl::StatusOr<std::string> Standing(const ViewStore& store, std::string person) {
  for (size_t i = 0; i < kJoinedMax; ++i) {
    ASSIGN_OR_RETURN(std::string into, JoinedInto(store, person));
    if (into.empty()) break;
    person = std::move(into);
  }
  return person;
}

// Adds what the records about `person` say.
absl::Status AddFacts(const ViewStore& store, const std::string& person, v1::Retention& known) {
  absl::Status damage;
  RETURN_IF_ERROR(
      store.Scan(FactsPrefix(person), "", [&](absl::string_view key, absl::string_view value) {
        v1::Retention row;
        if (!row.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
          damage = DamagedRow(key.substr(sizeof(kPeople) - 1));
          return false;
        }
        known.MergeFrom(row);
        return true;
      }));
  return damage;
}

// Adds those who are joined into `person` now.
absl::Status AddJoined(const ViewStore& store, const std::string& person,
                       std::vector<std::string>& records) {
  const std::string prefix = JoinedPrefix(person);
  std::vector<std::string> found;
  RETURN_IF_ERROR(store.Scan(prefix, "", [&](absl::string_view key, absl::string_view) {
    found.emplace_back(key.substr(prefix.size()));
    return found.size() < kJoinedMax;
  }));
  for (std::string& one : found) {
    ASSIGN_OR_RETURN(const std::string into, JoinedInto(store, one));
    if (into == person && records.size() < kJoinedMax) records.push_back(std::move(one));
  }
  return absl::OkStatus();
}

}  // namespace

void AddRetentionRows(const google::protobuf::Message& state, Rows& rows) {
  const v1::Retention known = domain::RetentionKnownOf(state);
  if (known.person().empty()) return;
  const std::string& name = domain::NameOf(state);
  rows[FactsPrefix(known.person()) + name] = known.SerializeAsString();
  for (const v1::RetentionDuty& duty : known.duties()) {
    if (!duty.school_urn().empty()) rows[SchoolPrefix(duty.school_urn()) + known.person()] = "";
  }
  if (state.GetDescriptor() != v1::Person::descriptor()) return;
  const auto& person = static_cast<const v1::Person&>(state);
  rows[absl::StrCat(kPeople, name)] = person.joined_into();
  if (!person.joined_into().empty()) rows[JoinedPrefix(person.joined_into()) + name] = "";
}

absl::StatusOr<v1::Retention> FindRetentionRows(const ViewStore& store, const std::string& record) {
  v1::Retention known;
  ASSIGN_OR_RETURN(const std::string standing, Standing(store, record));
  std::vector<std::string> records = {standing};
  for (size_t i = 0; i < records.size(); ++i) {
    const std::string one = records[i];
    RETURN_IF_ERROR(AddFacts(store, one, known));
    RETURN_IF_ERROR(AddJoined(store, one, records));
  }
  if (known.person().empty()) return known;
  known.set_person(standing);
  known.mutable_records()->Assign(records.begin(), records.end());
  return known;
}

absl::StatusOr<RetentionPage> RetentionPageOf(const ViewStore& store, const std::string& after,
                                              size_t count) {
  RetentionPage page;
  std::vector<std::string> standing;
  size_t seen = 0;
  const std::string from = after.empty() ? "" : absl::StrCat(kPeople, after, kKeyEnd);
  RETURN_IF_ERROR(store.Scan(kPeople, from, [&](absl::string_view key, absl::string_view into) {
    page.last = std::string(key.substr(sizeof(kPeople) - 1));
    if (into.empty()) standing.push_back(page.last);
    return ++seen < count;
  }));
  if (seen < count) page.last.clear();
  for (const std::string& person : standing) {
    ASSIGN_OR_RETURN(page.people.emplace_back(), FindRetentionRows(store, person));
  }
  return page;
}

absl::StatusOr<RetentionPage> RetentionPageOf(const ViewStore& store,
                                              const std::vector<std::string>& urns,
                                              const std::string& after, size_t count) {
  std::set<std::string> found;
  for (const std::string& urn : urns) {
    const std::string prefix = SchoolPrefix(urn);
    RETURN_IF_ERROR(store.Scan(prefix, "", [&](absl::string_view key, absl::string_view) {
      found.emplace(key.substr(prefix.size()));
      return true;
    }));
  }
  std::set<std::string> standing;
  for (const std::string& person : found) {
    ASSIGN_OR_RETURN(std::string one, Standing(store, person));
    if (one > after) standing.insert(std::move(one));
  }
  RetentionPage page;
  for (const std::string& person : standing) {
    if (page.people.size() == count) return page;
    ASSIGN_OR_RETURN(page.people.emplace_back(), FindRetentionRows(store, person));
    page.last = person;
  }
  page.last.clear();
  return page;
}

}  // namespace trellis::projections
