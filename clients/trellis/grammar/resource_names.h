// Names of the queue's resources, which may be given short: `mis` is
// `projects/{ledger}/subscriptions/mis` where a subscription is wanted.
#pragma once

#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace trellis::cli {

enum class Resource { kNone, kProject, kTopic, kSubscription, kSnapshot, kDeadLetter };

// What a field of the contract names.
struct NameField {
  Resource resource = Resource::kNone;
  // The short name that stands where none is given; null if one must be. A project is the ledger.
  const char* otherwise = nullptr;
  // The same as a sentence for help; null if one must be given.
  const char* otherwise_help = nullptr;
};

// What `field` names; nothing for fields that are no name of the queue's.
NameField NameFieldOf(const google::protobuf::FieldDescriptor& field);

// What stands for its value in help: `SUBSCRIPTION`.
const char* PlaceholderOf(Resource resource);

// Whether `request` has a name that wants the ledger's: a short one, or none where one can be made.
bool HasShortName(const google::protobuf::Message& request);

// Writes all of them out.
void CompleteNames(const std::string& ledger, google::protobuf::Message& request);

// The id that a name ends with: `mis`.
std::string ShortName(const std::string& name);

}  // namespace trellis::cli
