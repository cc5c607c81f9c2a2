// A line that names a request, and bytes as that request: what is said of it can be told; what is
// valid is decided in every state that the scenarios reach, and what follows can be applied.
#include <algorithm>
#include <memory>

#include "absl/strings/match.h"
#include "domain/codec.h"
#include "domain/validate.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/util/json_util.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/situations.h"
#include "tests/support/methods.h"

namespace trellis::fuzz {
namespace {

namespace pb = google::protobuf;
using Message = std::unique_ptr<pb::Message>;

// Null if no rpc takes such a request.
Message RequestNamed(absl::string_view name) {
  for (const pb::MethodDescriptor* const method : testing::ServedMethods()) {
    const pb::Descriptor* const type = method->input_type();
    if (type->full_name() != std::string(name)) continue;
    return Message(pb::MessageFactory::generated_factory()->GetPrototype(type)->New());
  }
  return nullptr;
}

// Maps have no order of their own.
std::string BytesOf(const pb::Message& message) {
  std::string bytes;
  pb::io::StringOutputStream stream(&bytes);
  pb::io::CodedOutputStream out(&stream);
  out.SetSerializationDeterministic(true);
  CHECK(message.SerializeToCodedStream(&out));
  out.Trim();
  return bytes;
}

// Written as JSON and read it is what it was, but for what nobody knows.
void CheckJson(const pb::Message& request) {
  std::string json;
  // There is no JSON of a time outside the years 1 to 9999, say.
  if (!pb::util::MessageToJsonString(request, &json).ok()) return;
  const Message read(request.New());
  CHECK(pb::util::JsonStringToMessage(json, read.get()).ok());
  const Message known(request.New());
  known->CopyFrom(request);
  known->DiscardUnknownFields();
  CHECK(BytesOf(*read) == BytesOf(*known));
}

void CheckFollows(const Situation& situation, const testing::Decided& decided) {
  const std::string name = testing::NameOf(*situation.state);
  testing::AnyMessage state = situation.state;
  domain::EventFacts facts;
  facts.recorded_at = situation.now;
  for (const testing::AnyMessage& event : decided->events) {
    const std::string bytes = event->SerializeAsString();
    const auto stored = domain::DecodeEventOf(name, bytes);
    CHECK(stored.ok() && (*stored)->SerializeAsString() == bytes);
    domain::AggregateOf(name)->evolve(*state, name, **stored, facts);
  }
  CHECK(domain::RevisionOf(*state) ==
        domain::RevisionOf(*situation.state) + static_cast<int64_t>(decided->events.size()));
}

void TryCommand(const pb::Message& request) {
  v1::Command command;
  if (!PutInto(command, request)) return;
  for (const Situation& situation : SituationsOf(testing::AggregateFor(command))) {
    const std::string before = situation.state->SerializeAsString();
    const testing::Decided decided =
        testing::DecideCommand(*situation.state, command, ContextOf(situation, command));
    CheckError(decided.status());
    CHECK(situation.state->SerializeAsString() == before);
    if (decided.ok()) CheckFollows(situation, decided);
  }
}

}  // namespace

void Try(absl::string_view bytes) {
  const size_t end = std::min(bytes.find('\n'), bytes.size());
  const Message request = RequestNamed(bytes.substr(0, end));
  if (request == nullptr || end == bytes.size()) return;
  const std::string body(bytes.substr(end + 1));
  if (!request->ParseFromString(body)) return;
  const Message same(request->New());
  CHECK(same->ParseFromString(BytesOf(*request)) && BytesOf(*same) == BytesOf(*request));
  if (absl::StartsWith(bytes, "google.")) return;
  const absl::Status valid = domain::Validate(*request);
  CheckError(valid);
  // What only the server says is no part of a request.
  domain::ClearOutputOnly(*same);
  // Not the payloads: a map in them is written in no certain order.
  CHECK(domain::Validate(*same).ToString(absl::StatusToStringMode::kWithNoExtraData) ==
        valid.ToString(absl::StatusToStringMode::kWithNoExtraData));
  if (!valid.ok()) return;
  CheckJson(*same);
  TryCommand(*same);
}

}  // namespace trellis::fuzz
