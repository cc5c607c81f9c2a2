#include "audit/handovers.h"

#include "absl/strings/str_cat.h"
#include "domain/codec.h"
#include "domain/ledger.h"
#include "domain/limits.h"
#include "eventstore/durable_position.h"
#include "eventstore/log_reader.h"
#include "eventstore/recovery.h"

namespace trellis::audit {

std::vector<proofs::Handover> HandoversIn(const eventstore::Database& database,
                                          const std::string& ledger) {
  std::vector<proofs::Handover> handovers;
  const auto end = eventstore::FindEnd(database);
  if (!end.ok()) return handovers;
  const eventstore::DurablePosition all(end->last_position);
  const auto records =
      eventstore::LogReader(database, all)
          .ReadStream(absl::StrCat(domain::kLedgerStreams, ledger), 1, domain::kKeyRotationsMax);
  if (!records.ok()) return handovers;
  for (const eventstore::Record& record : *records) {
    v1::LedgerEvent event;
    if (!domain::DecodeEvent(record.payload, event).ok()) break;
    auto handover = proofs::ReadHandover(event.signing_key_rotated().rotation().handover());
    if (!handover.ok()) break;
    handovers.push_back(*std::move(handover));
  }
  return handovers;
}

}  // namespace trellis::audit
