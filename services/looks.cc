#include "services/looks.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "trellis/v1/directory.pb.h"
#include "trellis/v1/directory_service.pb.h"
#include "trellis/v1/party.pb.h"
#include "trellis/v1/privacy_service.pb.h"

namespace trellis::services {
namespace {

namespace pb = google::protobuf;

// The person whom a message is about: an ECT's, or somebody of the directory.
std::string PersonOf(const pb::Message& message) {
  const pb::Descriptor* const type = message.GetDescriptor();
  if (type == v1::Person::descriptor()) return static_cast<const v1::Person&>(message).name();
  if (type == v1::RoleHolder::descriptor()) {
    return static_cast<const v1::RoleHolder&>(message).name();
  }
  if (type == v1::Retention::descriptor())
    return static_cast<const v1::Retention&>(message).person();
  if (type == v1::RetentionDue::descriptor()) {
    return static_cast<const v1::RetentionDue&>(message).person();
  }
  const pb::FieldDescriptor* const ect = type->FindFieldByName("ect");
  if (ect == nullptr || ect->message_type() != v1::Party::descriptor()) return "";
  const pb::Message& party = message.GetReflection()->GetMessage(message, ect);
  return static_cast<const v1::Party&>(party).person();
}

// Those whom a reply is about: itself, or the items of its lists.
void AddPersons(const pb::Message& reply, std::vector<std::string>& persons) {
  persons.push_back(PersonOf(reply));
  const pb::Reflection& reflection = *reply.GetReflection();
  for (int i = 0; i < reply.GetDescriptor()->field_count(); ++i) {
    const pb::FieldDescriptor& field = *reply.GetDescriptor()->field(i);
    if (!field.is_repeated() || field.cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    for (int item = 0; item < reflection.FieldSize(reply, &field); ++item) {
      persons.push_back(PersonOf(reflection.GetRepeatedMessage(reply, &field, item)));
    }
  }
}

v1::AccessEntry EntryOf(const Principal& principal, const std::string& reason,
                        const Finding& finding, const pb::MethodDescriptor& method) {
  v1::AccessEntry entry;
  entry.set_reader(principal.name.empty() ? "developer" : principal.name);
  entry.set_rpc(absl::StrCat(method.service()->full_name(), "/", method.name()));
  entry.set_record(finding.record.empty() ? "-" : finding.record);
  entry.set_reason(reason);
  entry.set_access_grant(finding.access_grant);
  return entry;
}

}  // namespace

absl::Status Looks::Seen(const Admission& admission, const pb::MethodDescriptor& method,
                         const pb::Message* reply) const {
  std::vector<std::string> persons = {admission.finding.subject};
  if (reply != nullptr) AddPersons(*reply, persons);
  std::sort(persons.begin(), persons.end());
  persons.erase(std::unique(persons.begin(), persons.end()), persons.end());
  if (persons.front().empty()) persons.erase(persons.begin());
  if (persons.empty()) return absl::OkStatus();
  v1::AccessEntry entry = EntryOf(admission.principal, admission.reason, admission.finding, method);
  entry.set_outcome(v1::AccessEntry::SEEN);
  if (admission.caller.ok()) entry.set_capacity(admission.caller->capacity);
  for (auto first = persons.begin(); first != persons.end();) {
    const auto count = std::min<std::ptrdiff_t>(access::kSubjectsMax, persons.end() - first);
    entry.mutable_subjects()->Assign(first, first + count);
    first += count;
    RETURN_IF_ERROR(log_.Record(entry));
  }
  return admission.finding.glass_broken ? log_.Flush() : absl::OkStatus();
}

void Looks::Refused(const Visitor& visitor, const pb::MethodDescriptor& method) const {
  if (visitor.finding.subject.empty()) return;
  v1::AccessEntry entry = EntryOf(visitor.principal, visitor.reason, visitor.finding, method);
  entry.set_outcome(v1::AccessEntry::REFUSED);
  entry.set_capacity(visitor.caller.capacity);
  entry.add_subjects(visitor.finding.subject);
  log_.Record(entry).IgnoreError();
}

}  // namespace trellis::services
