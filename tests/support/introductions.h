// Records in the directory whom and what a test's commands name, just before they are given: so
// that tests of other things need not.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "base/mutex.h"
#include "google/protobuf/message.h"
#include "trellis/v1/capacity.pb.h"

namespace trellis::testing {

// Concurrency. Thread-safe.
class Introductions {
 public:
  // Gives a directory command, in whatever way.
  using Give = std::function<void(const google::protobuf::Message& command)>;

  // Records the schools, trusts and bodies that `request` names and, unless it is one of the
  // directory's own, the people, each with the role that they are named in, and `actor` in
  // `capacity`. Roles are held from 2000 on at the schools of the samples and at those that the
  // request names. What is recorded has ids that follow from it, so that nothing comes twice.
  void Before(const google::protobuf::Message& request, const std::string& actor,
              v1::Capacity capacity, const Give& give);

 private:
  // True the first time.
  bool IsNew(const std::string& what);
  void School(const std::string& urn, const Give& give);
  void Person(const std::string& person, const Give& give);
  void Role(const std::string& person, v1::Capacity role, const std::set<std::string>& urns,
            const Give& give);

  Mutex mutex_;
  std::set<std::string> known_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace trellis::testing
