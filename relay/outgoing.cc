#include "relay/outgoing.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "base/uuid.h"
#include "google/pubsub/v1/pubsub.pb.h"

namespace trellis::relay {
namespace {

constexpr char kContentType[] = "content-type";

std::string Token(absl::string_view ledger) { return absl::StrReplaceAll(ledger, {{".", "_"}}); }

std::string PercentEncoded(absl::string_view value) {
  std::string encoded;
  for (const char c : value) {
    if (c <= ' ' || c > '~' || c == '"' || c == '%') {
      absl::StrAppendFormat(&encoded, "%%%02X", static_cast<uint8_t>(c));
    } else {
      encoded += c;
    }
  }
  return encoded;
}

}  // namespace

std::string StreamName(absl::string_view ledger) { return absl::StrCat("trellis-", Token(ledger)); }

std::string StreamSubjects(absl::string_view ledger) {
  return absl::StrCat("trellis.", Token(ledger), ".>");
}

absl::StatusOr<Outgoing> OutgoingOf(absl::string_view ledger, const queue::Message& message,
                                    bool json) {
  google::pubsub::v1::PubsubMessage shown;
  if (!shown.ParseFromString(json ? message.json_bytes() : message.bytes())) {
    return absl::InternalError(absl::StrCat("message ", message.number(), " cannot be parsed"));
  }
  const eventstore::Header& header = message.record().header;
  Outgoing outgoing;
  // Without its package, since a dot would begin a further token.
  const std::string type = header.type.substr(header.type.rfind('.') + 1);
  outgoing.subject = absl::StrCat("trellis.", Token(ledger), ".", type);
  outgoing.id = UuidText(header.event_id);
  for (const auto& [key, value] : shown.attributes()) {
    // Pub/Sub's binding leaves extensions without the prefix; that of NATS does not.
    const bool as_is = key == kContentType || absl::StartsWith(key, "ce-");
    outgoing.headers.emplace_back(as_is ? key : absl::StrCat("ce-", key), PercentEncoded(value));
  }
  outgoing.headers.emplace_back("ce-position", absl::StrCat(message.number()));
  outgoing.data = std::move(*shown.mutable_data());
  return outgoing;
}

}  // namespace trellis::relay
