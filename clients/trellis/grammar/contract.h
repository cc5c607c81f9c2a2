// The contract that this program was built with, comments included.
//
// Everything that the command line knows of services, requests and fields comes from here, so a new
// rpc or field becomes a command or a flag without a line being written.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/message.h"

namespace trellis::cli {

// Immutable once made, and thread-safe. Outlives every message and descriptor it gave out.
class Contract {
 public:
  // Reads the descriptors that are part of this binary.
  Contract();

  // Trellis's own services, in the order of their files.
  const std::vector<const google::protobuf::ServiceDescriptor*>& services() const {
    return services_;
  }

  // The method that takes `request`, a message's full name; null if none does.
  const google::protobuf::MethodDescriptor* MethodTaking(absl::string_view request) const;

  // The method of this full name, of any service, such as
  // `google.pubsub.v1.Subscriber.Seek`; null if there is none.
  const google::protobuf::MethodDescriptor* FindMethod(absl::string_view name) const;

  // The enum of this full name; null if there is none.
  const google::protobuf::EnumDescriptor* FindEnum(absl::string_view name) const;

  // An empty message. `type` must be of this contract.
  std::unique_ptr<google::protobuf::Message> NewMessage(
      const google::protobuf::Descriptor& type) const;

 private:
  google::protobuf::DescriptorPool pool_;
  // Thread-safe; makes its prototypes when first asked.
  mutable google::protobuf::DynamicMessageFactory factory_;
  std::vector<const google::protobuf::ServiceDescriptor*> services_;
};

// The comment above a service, method, field or enum value, as one paragraph.
std::string CommentOf(const google::protobuf::ServiceDescriptor& service);
std::string CommentOf(const google::protobuf::MethodDescriptor& method);
std::string CommentOf(const google::protobuf::FieldDescriptor& field);

// The first sentence of a comment, with its full stop.
std::string FirstSentence(absl::string_view comment);

}  // namespace trellis::cli
