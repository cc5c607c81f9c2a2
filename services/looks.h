// Who looked: writes the access log (access/access_log.h) from what the gate knows of a call and
// from what it is about to be answered.
//
// Concurrency. Thread-safe.
#pragma once

#include "absl/status/status.h"
#include "access/access_log.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "services/gate.h"

namespace trellis::services {

class Looks {
 public:
  // `log` must outlive it.
  explicit Looks(access::AccessLog& log) : log_(log) {}

  // Records that the call is shown personal data, if it is: the record that it asks for, or those
  // whom `reply` (null: the record as bytes) names as ECT or as a person. Whatever is read under a
  // broken glass is on disk before this returns. Errors of AccessLog::Record: then it must not be
  // shown.
  absl::Status Seen(const Admission& admission, const google::protobuf::MethodDescriptor& method,
                    const google::protobuf::Message* reply) const;

  // Records that somebody wanted what is not theirs to see or to change. What cannot be recorded is
  // not: nothing was shown.
  void Refused(const Visitor& visitor, const google::protobuf::MethodDescriptor& method) const;

 private:
  access::AccessLog& log_;
};

}  // namespace trellis::services
