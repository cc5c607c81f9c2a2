#include "projections/erasure_index.h"

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "trellis/v1/directory.pb.h"

namespace trellis::projections {
namespace {

constexpr absl::string_view kPrefix = "z";
constexpr absl::string_view kComplete = "complete";

}  // namespace

void AddErasureRow(const google::protobuf::Message& state, Rows& rows) {
  if (state.GetDescriptor() != v1::Person::descriptor()) return;
  const auto& person = static_cast<const v1::Person&>(state);
  if (!person.has_erase_time()) return;
  rows[absl::StrCat(kPrefix, person.name())] =
      person.has_erasure_complete_time() ? std::string(kComplete) : std::string();
}

absl::StatusOr<std::vector<ErasedPerson>> ErasedPeople(const ViewStore& store) {
  std::vector<ErasedPerson> people;
  RETURN_IF_ERROR(
      store.Scan(std::string(kPrefix), "", [&](absl::string_view key, absl::string_view value) {
        people.push_back(
            {.name = std::string(key.substr(kPrefix.size())), .complete = value == kComplete});
        return true;
      }));
  return people;
}

}  // namespace trellis::projections
