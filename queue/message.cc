#include "queue/message.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/wire_format_lite.h>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/pubsub/v1/pubsub.pb.h"

namespace trellis::queue {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedOutputStream;
using google::pubsub::v1::PubsubMessage;

constexpr char kContentType[] = "content-type";
// The fields of an entry of a map.
constexpr int kKeyField = 1;
constexpr int kValueField = 2;
constexpr int kSecondsField = 1;
constexpr int kNanosField = 2;

void WriteBytes(int field, absl::string_view bytes, CodedOutputStream& out) {
  out.WriteTag(WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED));
  out.WriteVarint32(static_cast<uint32_t>(bytes.size()));
  out.WriteRaw(bytes.data(), static_cast<int>(bytes.size()));
}

size_t BytesSize(absl::string_view bytes) {
  return 1 + CodedOutputStream::VarintSize32(static_cast<uint32_t>(bytes.size())) + bytes.size();
}

void WriteEntry(absl::string_view key, absl::string_view value, CodedOutputStream& out) {
  out.WriteTag(WireFormatLite::MakeTag(PubsubMessage::kAttributesFieldNumber,
                                       WireFormatLite::WIRETYPE_LENGTH_DELIMITED));
  out.WriteVarint32(static_cast<uint32_t>(BytesSize(key) + BytesSize(value)));
  WriteBytes(kKeyField, key, out);
  WriteBytes(kValueField, value, out);
}

std::string TimestampBytes(absl::Time time) {
  const int64_t micros = absl::ToUnixMicros(time);
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  CodedOutputStream out(&stream);
  WireFormatLite::WriteInt64(kSecondsField, micros / 1'000'000, &out);
  WireFormatLite::WriteInt32(kNanosField, static_cast<int32_t>(micros % 1'000'000 * 1000), &out);
  out.Trim();
  return bytes;
}

}  // namespace

Message::Message(Number number, absl::Time publish_time, eventstore::Record record,
                 Attributes attributes, const EventFormat& format)
    : number_(number),
      publish_time_(publish_time),
      record_(std::move(record)),
      attributes_(std::move(attributes)),
      format_(format),
      bytes_(Encode(record_.payload)) {}

const std::string& Message::json_bytes() const {
  absl::call_once(json_once_, [this] {
    const std::string json = format_.json(record_);
    if (!json.empty()) json_bytes_ = Encode(json);
  });
  return json_bytes_.empty() ? bytes_ : json_bytes_;
}

// By hand, since a message with a map costs several times as much.
std::string Message::Encode(absl::string_view data) const {
  const bool json = data.data() != record_.payload.data();
  std::string bytes;
  bytes.reserve(data.size() + 40 * attributes_.size() + 256);
  google::protobuf::io::StringOutputStream stream(&bytes);
  CodedOutputStream out(&stream);
  WriteBytes(PubsubMessage::kDataFieldNumber, data, out);
  for (const auto& [key, value] : attributes_) {
    WriteEntry(key, json && key == kContentType ? "application/json" : value, out);
  }
  WriteBytes(PubsubMessage::kMessageIdFieldNumber, absl::StrCat(number_), out);
  WriteBytes(PubsubMessage::kPublishTimeFieldNumber, TimestampBytes(publish_time_), out);
  WriteBytes(PubsubMessage::kOrderingKeyFieldNumber, key(), out);
  out.Trim();
  return bytes;
}

}  // namespace trellis::queue
