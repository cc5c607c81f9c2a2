#include "services/tile_pages.h"

#include <httplib.h>
#include <string>

#include "absl/strings/str_cat.h"
#include "proofs/tile.h"
#include "services/cosigner.h"

namespace trellis::services {
namespace {

constexpr char kText[] = "text/plain; charset=utf-8";
constexpr char kOctets[] = "application/octet-stream";
// It is newer in a moment.
constexpr char kForAMoment[] = "no-cache";
// What stands at a path never changes.
constexpr char kForEver[] = "public, max-age=31536000, immutable";

void NotFound(const std::string& path, httplib::Response& response) {
  response.status = 404;
  response.set_content(absl::StrCat("no tile at ", path, "\n"), kText);
}

// In place of what pages say by default.
void Cache(const char* how_long, httplib::Response& response) {
  response.headers.erase("Cache-Control");
  response.set_header("Cache-Control", how_long);
}

void ServeCheckpoint(const Rooms& rooms, httplib::Response& response) {
  const auto newest = rooms.cosigner == nullptr ? rooms.log.checkpoint() : rooms.cosigner->newest();
  if (newest == nullptr) return NotFound("/checkpoint", response);
  Cache(kForAMoment, response);
  response.set_content(newest->note, kText);
}

void ServeTile(const eventstore::EventLog& log, const std::string& path,
               httplib::Response& response) {
  const absl::StatusOr<proofs::TileId> id = proofs::ParseTilePath(path.substr(1));
  if (!id.ok()) return NotFound(path, response);
  absl::StatusOr<std::string> tile = log.ReadTile(*id);
  if (tile.status().code() == absl::StatusCode::kNotFound) return NotFound(path, response);
  if (!tile.ok()) {
    response.status = 500;
    response.set_content(absl::StrCat(tile.status().message(), "\n"), kText);
    return;
  }
  // What is there later begins with it.
  if (id->level != proofs::kEntries) tile->resize(static_cast<size_t>(id->width) * sizeof(Digest));
  Cache(kForEver, response);
  response.set_content(*std::move(tile), kOctets);
}

}  // namespace

void AddTilePages(const Rooms& rooms, httplib::Server& server) {
  server.Get("/checkpoint", [rooms](const httplib::Request&, httplib::Response& response) {
    ServeCheckpoint(rooms, response);
  });
  server.Get("/tile/.*", [rooms](const httplib::Request& request, httplib::Response& response) {
    ServeTile(rooms.log, request.path, response);
  });
}

}  // namespace trellis::services
