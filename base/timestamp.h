// absl::Time and google.protobuf.Timestamp, to the microsecond: what the log keeps.
#pragma once

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace trellis {

inline google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  constexpr int64_t kMicrosPerSecond = 1'000'000;
  const int64_t micros = absl::ToUnixMicros(time);
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(micros / kMicrosPerSecond);
  timestamp.set_nanos(static_cast<int32_t>(micros % kMicrosPerSecond) * 1000);
  return timestamp;
}

inline absl::Time FromTimestamp(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

}  // namespace trellis
