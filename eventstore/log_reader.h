// Reading the log. What each function does and answers stands in event_log.h.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "eventstore/database.h"
#include "eventstore/durable_position.h"
#include "eventstore/record.h"

namespace trellis::eventstore {

// Thread-safe. `database` and `durable` must outlive it.
class LogReader {
 public:
  LogReader(const Database& database, const DurablePosition& durable)
      : database_(database), durable_(durable) {}

  absl::StatusOr<std::optional<KnownRequest>> FindRequest(const Uuid& request_id) const;
  absl::Status ReadAll(Position first, Position last,
                       const std::function<absl::Status(Record&)>& visit) const;
  absl::StatusOr<std::vector<Record>> ReadStream(absl::string_view stream, Revision first,
                                                 Revision last) const;
  absl::StatusOr<Revision> StreamRevision(absl::string_view stream) const;

 private:
  absl::Status ReadPage(Position first, Position last,
                        const std::function<absl::Status(Record&)>& visit) const;
  absl::StatusOr<std::vector<Position>> PositionsOf(absl::string_view stream, Revision first,
                                                    Revision last) const;
  absl::Status ReadRecords(const Position* positions, size_t count,
                           std::vector<Record>& records) const;

  const Database& database_;
  const DurablePosition& durable_;
};

// The last revision of `stream` whose position is not beyond `last`; 0 if there is none. The errors
// of LogReader.
absl::StatusOr<Revision> LastRevision(const Database& database, absl::string_view stream,
                                      Position last);

// The request with this id, as it stands in `database`.
absl::StatusOr<std::optional<KnownRequest>> LookUpRequest(const Database& database,
                                                          const Uuid& request_id);

}  // namespace trellis::eventstore
