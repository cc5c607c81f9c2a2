// The ledger's tree over HTTP, for whoever audits it (C2SP tlog-tiles):
//
//   GET /checkpoint                          the newest signed checkpoint; where witnesses are
//                                            asked, the newest that enough of them cosigned
//   GET /tile/<L>/<N>[.p/<W>]                hashes of the tree
//   GET /tile/entries/<N>[.p/<W>]            what its leaves are made of
//
// Anything else below /tile/ is 404. Nothing in it is personal.
#pragma once

#include "services/aggregate_service.h"

namespace httplib {
class Server;
}

namespace trellis::services {

// Adds the pages to `server`; what `rooms` holds must outlive it.
void AddTilePages(const Rooms& rooms, httplib::Server& server);

}  // namespace trellis::services
