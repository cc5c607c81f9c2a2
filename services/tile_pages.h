// The ledger's tree over HTTP, for whoever audits it (C2SP tlog-tiles):
//
//   GET /checkpoint                          the newest signed checkpoint
//   GET /tile/<L>/<N>[.p/<W>]                hashes of the tree
//   GET /tile/entries/<N>[.p/<W>]            what its leaves are made of
//
// Anything else below /tile/ is 404. Nothing in it is personal.
#pragma once

#include "eventstore/event_log.h"

namespace httplib {
class Server;
}

namespace trellis::services {

// Adds the pages to `server`; `log` must outlive it.
void AddTilePages(const eventstore::EventLog& log, httplib::Server& server);

}  // namespace trellis::services
