#include "services/received_messages.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/wire_format_lite.h>

#include "queue/settings.h"

namespace trellis::services {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedOutputStream;
using google::pubsub::v1::ReceivedMessage;

void WriteHeader(int field, size_t size, CodedOutputStream& out) {
  out.WriteTag(WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED));
  out.WriteVarint32(static_cast<uint32_t>(size));
}

size_t SizeWithHeader(size_t size) {
  return 1 + CodedOutputStream::VarintSize32(static_cast<uint32_t>(size)) + size;
}

}  // namespace

std::string WithReceived(const std::vector<queue::Received>& received,
                         const google::pubsub::v1::Subscription& settings, int field,
                         const google::protobuf::MessageLite& rest) {
  const auto format = settings.labels().find(queue::kFormatLabel);
  const bool json = format != settings.labels().end() && format->second == "json";
  const auto bytes_of = [&](const queue::Received& one) -> const std::string& {
    return json ? one.message->json_bytes() : one.message->bytes();
  };
  size_t size = rest.ByteSizeLong();
  for (const queue::Received& one : received) size += bytes_of(one).size() + 64;
  std::string bytes;
  bytes.reserve(size);
  google::protobuf::io::StringOutputStream stream(&bytes);
  CodedOutputStream out(&stream);
  rest.SerializeToCodedStream(&out);
  for (const queue::Received& one : received) {
    const std::string& message = bytes_of(one);
    // Attempts are shown where there is a policy that counts them, as in Pub/Sub.
    const uint32_t attempt = settings.has_dead_letter_policy() ? one.attempt : 0;
    const size_t attempt_size = attempt == 0 ? 0 : 1 + CodedOutputStream::VarintSize32(attempt);
    WriteHeader(field,
                SizeWithHeader(one.ack_id.size()) + SizeWithHeader(message.size()) + attempt_size,
                out);
    WriteHeader(ReceivedMessage::kAckIdFieldNumber, one.ack_id.size(), out);
    out.WriteRaw(one.ack_id.data(), static_cast<int>(one.ack_id.size()));
    WriteHeader(ReceivedMessage::kMessageFieldNumber, message.size(), out);
    out.WriteRaw(message.data(), static_cast<int>(message.size()));
    if (attempt != 0) {
      WireFormatLite::WriteInt32(ReceivedMessage::kDeliveryAttemptFieldNumber,
                                 static_cast<int32_t>(attempt), &out);
    }
  }
  out.Trim();
  return bytes;
}

}  // namespace trellis::services
