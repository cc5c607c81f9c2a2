// The files that can be imported: how each is told, and which commands a row gives.
//
// A row is asked for its next command until it has none: everything that it says is so then. So
// what is known already needs no command, and a row that is half done goes on where it was.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "domain/validate.h"
#include "services/aggregate_service.h"
#include "services/import_row.h"
#include "trellis/v1/import.pb.h"

namespace trellis::services {

// One command that a row gives.
struct ImportStep {
  // Which of the row's commands it is: the name of its request.
  std::string name;
  // Checks it by itself. It has a request id then, though no command was given.
  std::function<absl::Status(const std::string& request_id)> check;
  // Gives it to the pipeline.
  std::function<void(const Caller&, const std::string& request_id, CommandPipeline::Done)> give;
};
using NextStep = absl::StatusOr<std::optional<ImportStep>>;

// The step that gives `request` to an aggregate with this type of state.
template <typename State, typename Request>
ImportStep StepOf(const Rooms& rooms, Request request) {
  const auto with_id = [request = std::move(request)](const std::string& request_id) {
    Request sent = request;
    sent.set_request_id(request_id);
    return sent;
  };
  return {.name = Request::descriptor()->name(),
          .check = [with_id](const std::string& id) { return domain::Validate(with_id(id)); },
          .give =
              [with_id, &pipeline = rooms.pipeline](const Caller& caller, const std::string& id,
                                                    CommandPipeline::Done done) {
                pipeline.Execute<State>(caller, with_id(id), std::move(done));
              }};
}

struct ImportKind {
  v1::ImportProgress::Kind kind;
  // The columns by which the file is told; it has all of them.
  std::vector<std::string> columns;
  // The columns that no two rows may have alike, and what they are called together.
  std::vector<std::string> key;
  std::string key_name;
  // Whether the row says something for the directory.
  std::function<bool(const ImportRow&)> concerns;
  // What no two rows may work on at once: the second waits.
  std::function<std::vector<std::string>(const ImportRow&)> holds;
  // The next command, nothing if there is none, or why the row is refused.
  std::function<NextStep(const Rooms&, const ImportRow&)> next;
};

// The kinds that ImportSchools and ImportPeople take. The first that a header fits is meant.
std::vector<ImportKind> SchoolImports();
std::vector<ImportKind> PeopleImports();

// The kind that `header` is of. INVALID_ARGUMENT (IMPORT_HEADER_UNKNOWN): of none; the error says
// what each wants.
absl::StatusOr<ImportKind> KindWith(const ImportHeader& header,
                                    const std::vector<ImportKind>& kinds);

}  // namespace trellis::services
