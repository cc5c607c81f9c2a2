#include "clients/trellis/grammar/resource_names.h"

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace trellis::cli {
namespace {

namespace pb = google::protobuf;

constexpr NameField kProject{Resource::kProject, "", "Default: the server's ledger."};
constexpr NameField kTopic{Resource::kTopic, nullptr, nullptr};
constexpr NameField kSubscription{Resource::kSubscription, nullptr, nullptr};
constexpr NameField kSnapshot{Resource::kSnapshot, nullptr, nullptr};

// Google's API style calls the same thing by many names; so each is listed.
const std::map<std::string, NameField>& NameFields() {
  static const auto* const fields = new std::map<std::string, NameField>{
      {"google.pubsub.v1.CreateSnapshotRequest.name", kSnapshot},
      {"google.pubsub.v1.CreateSnapshotRequest.subscription", kSubscription},
      {"google.pubsub.v1.DeadLetterPolicy.dead_letter_topic", kTopic},
      {"google.pubsub.v1.DeleteSnapshotRequest.snapshot", kSnapshot},
      {"google.pubsub.v1.DeleteSubscriptionRequest.subscription", kSubscription},
      {"google.pubsub.v1.GetSubscriptionRequest.subscription", kSubscription},
      {"google.pubsub.v1.ListSnapshotsRequest.project", kProject},
      {"google.pubsub.v1.ListTopicsRequest.project", kProject},
      {"google.pubsub.v1.SeekRequest.snapshot", kSnapshot},
      {"google.pubsub.v1.SeekRequest.subscription", kSubscription},
      {"google.pubsub.v1.StreamingPullRequest.subscription", kSubscription},
      {"google.pubsub.v1.Subscription.name", kSubscription},
      {"google.pubsub.v1.Subscription.topic",
       {Resource::kTopic, "events", "Default: events, the ledger's."}},
      {"trellis.v1.GetDeadLetterRequest.name", {Resource::kDeadLetter, nullptr, nullptr}},
      {"trellis.v1.GetSubscriptionStatusRequest.subscription", kSubscription},
      {"trellis.v1.ListDeadLettersRequest.parent",
       {Resource::kTopic, nullptr, "Default: every topic of dead letters."}},
      {"trellis.v1.ListDeadLettersRequest.subscription", kSubscription},
      {"trellis.v1.ListSubscriptionStatusesRequest.parent", kProject},
      {"trellis.v1.RedriveDeadLettersRequest.parent", kTopic},
      {"trellis.v1.RedriveDeadLettersRequest.subscription", kSubscription},
  };
  return *fields;
}

// Calls `visit` with each name that is set or can be made, and the message that has it.
void ForEachName(
    pb::Message& message,
    const std::function<void(pb::Message&, const pb::FieldDescriptor&, NameField)>& visit) {
  const pb::Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const pb::FieldDescriptor& field = *message.GetDescriptor()->field(i);
    if (const NameField name = NameFieldOf(field); name.resource != Resource::kNone) {
      const bool set = !reflection.GetString(message, &field).empty();
      if (set || name.otherwise != nullptr) visit(message, field, name);
    } else if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE && !field.is_repeated() &&
               reflection.HasField(message, &field)) {
      ForEachName(*reflection.MutableMessage(&message, &field), visit);
    }
  }
}

// `name` written out, if it is short; otherwise as it is, for the server to judge.
std::string Completed(const std::string& ledger, NameField field, const std::string& name) {
  const std::string given = name.empty() ? field.otherwise : name;
  const std::vector<std::string> parts = absl::StrSplit(given, '/');
  const bool is_letter = field.resource == Resource::kDeadLetter;
  if (parts.size() != (is_letter ? 2 : 1)) return given;
  const std::string project = absl::StrCat("projects/", ledger);
  switch (field.resource) {
    case Resource::kNone:
      return given;
    case Resource::kProject:
      return given.empty() ? project : absl::StrCat("projects/", given);
    case Resource::kTopic:
      return absl::StrCat(project, "/topics/", given);
    case Resource::kSubscription:
      return absl::StrCat(project, "/subscriptions/", given);
    case Resource::kSnapshot:
      return absl::StrCat(project, "/snapshots/", given);
    case Resource::kDeadLetter:
      return absl::StrCat(project, "/topics/", parts[0], "/deadLetters/", parts[1]);
  }
  return given;
}

}  // namespace

NameField NameFieldOf(const pb::FieldDescriptor& field) {
  const auto found = NameFields().find(field.full_name());
  return found == NameFields().end() ? NameField() : found->second;
}

const char* PlaceholderOf(Resource resource) {
  switch (resource) {
    case Resource::kNone:
      return "TEXT";
    case Resource::kProject:
      return "LEDGER";
    case Resource::kTopic:
      return "TOPIC";
    case Resource::kSubscription:
      return "SUBSCRIPTION";
    case Resource::kSnapshot:
      return "SNAPSHOT";
    case Resource::kDeadLetter:
      return "TOPIC/NUMBER";
  }
  return "TEXT";
}

bool HasShortName(const pb::Message& request) {
  const std::unique_ptr<pb::Message> copy(request.New());
  copy->CopyFrom(request);
  bool found = false;
  ForEachName(*copy, [&](pb::Message& message, const pb::FieldDescriptor& field, NameField name) {
    const std::string given = message.GetReflection()->GetString(message, &field);
    found |= Completed("x", name, given) != given;
  });
  return found;
}

void CompleteNames(const std::string& ledger, pb::Message& request) {
  ForEachName(request, [&](pb::Message& message, const pb::FieldDescriptor& field, NameField name) {
    const pb::Reflection& reflection = *message.GetReflection();
    reflection.SetString(&message, &field,
                         Completed(ledger, name, reflection.GetString(message, &field)));
  });
}

std::string ShortName(const std::string& name) { return name.substr(name.rfind('/') + 1); }

}  // namespace trellis::cli
