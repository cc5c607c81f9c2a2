#include "queue/ack_id.h"

#include <array>
#include <cstring>

#include "absl/strings/escaping.h"

namespace trellis::queue {

// The three numbers as this machine has them: an ack id does not outlive the process.
std::string AckIdText(const AckId& ack_id) {
  const std::array<uint64_t, 3> numbers{ack_id.session, ack_id.number, ack_id.lease};
  return absl::WebSafeBase64Escape(
      absl::string_view(reinterpret_cast<const char*>(numbers.data()), sizeof(numbers)));
}

std::optional<AckId> ParseAckId(absl::string_view text) {
  std::array<uint64_t, 3> numbers{};
  std::string bytes;
  if (text.size() != 32 || !absl::WebSafeBase64Unescape(text, &bytes) ||
      bytes.size() != sizeof(numbers)) {
    return std::nullopt;
  }
  std::memcpy(numbers.data(), bytes.data(), sizeof(numbers));
  return AckId{.session = numbers[0], .number = numbers[1], .lease = numbers[2]};
}

}  // namespace trellis::queue
