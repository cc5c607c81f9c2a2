// Events as they go to the broker, and where it is.
#include "relay/outgoing.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "queue/message.h"
#include "relay/brokers.h"

namespace trellis::relay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

const queue::EventFormat kFormat{
    .attributes = [](const eventstore::Record&) { return queue::Attributes(); },
    .json = [](const eventstore::Record&) { return std::string("{}"); }};

queue::Message MessageWith(const queue::Attributes& attributes) {
  eventstore::Record record;
  record.header.stream = "plans/a";
  record.header.type = "trellis.v1.ConcernRaised";
  record.header.event_id = *ParseUuid("0d7e2b64-31c5-4f9a-8a52-7d0000000001");
  record.payload = "bytes";
  return {7, absl::UnixEpoch(), record, attributes, kFormat};
}

TEST(OutgoingTest, HasAHeaderForEachAttribute) {
  const auto outgoing = OutgoingOf("north",
                                   MessageWith({{"ce-type", "trellis.v1.ConcernRaised"},
                                                {"content-type", "application/protobuf"},
                                                {"sequence", "3"}}),
                                   /*json=*/false);
  ASSERT_TRUE(outgoing.ok()) << outgoing.status();
  EXPECT_EQ(outgoing->subject, "trellis.north.ConcernRaised");
  EXPECT_EQ(outgoing->id, "0d7e2b64-31c5-4f9a-8a52-7d0000000001");
  EXPECT_EQ(outgoing->data, "bytes");
  EXPECT_THAT(outgoing->headers,
              UnorderedElementsAre(Pair("ce-type", "trellis.v1.ConcernRaised"),
                                   Pair("content-type", "application/protobuf"),
                                   Pair("ce-sequence", "3"), Pair("ce-position", "7")));
}

TEST(OutgoingTest, EncodesWhatAHeaderCannotHold) {
  const auto outgoing =
      OutgoingOf("north", MessageWith({{"ce-x", "a \"b\" 100%\r\n\xC3\xA9~"}}), /*json=*/false);
  ASSERT_TRUE(outgoing.ok()) << outgoing.status();
  EXPECT_THAT(outgoing->headers,
              ::testing::Contains(Pair("ce-x", "a%20%22b%22%20100%25%0D%0A%C3%A9~")));
}

TEST(OutgoingTest, KeepsLedgersApart) {
  EXPECT_EQ(StreamName("north.east"), "trellis-north_east");
  EXPECT_EQ(StreamSubjects("north.east"), "trellis.north_east.>");
  EXPECT_EQ(StreamSubjects("north"), "trellis.north.>");
}

TEST(BrokersTest, AreUrls) {
  const auto brokers =
      ParseBrokers("nats://u:p@ss@one:1234,tls://two,nats://[::1]:5/,nats://[::2]");
  ASSERT_TRUE(brokers.ok()) << brokers.status();
  EXPECT_THAT(brokers->urls, ElementsAre("nats://u:p@ss@one:1234", "tls://two", "nats://[::1]:5/",
                                         "nats://[::2]"));
  EXPECT_EQ(brokers->shown, "one:1234,two:4222,[::1]:5,[::2]:4222");
}

TEST(BrokersTest, AreRefusedWithoutShowingAPassword) {
  for (const char* const text :
       {"", "nats://", "nats://u:secret@", "http://u:secret@host", "nats://host:0",
        "nats://u:secret@host:65536", "nats://u:secret@host:", "nats://u:secret@host:+1",
        "nats://u:secret@host/path", "nats://u:secret@host:4222?x", "nats://one,",
        "nats://u:secret@two words"}) {
    const auto brokers = ParseBrokers(text);
    EXPECT_FALSE(brokers.ok()) << text;
    EXPECT_THAT(std::string(brokers.status().message()), HasSubstr("--relay: got ")) << text;
    EXPECT_THAT(std::string(brokers.status().message()), Not(HasSubstr("secret"))) << text;
  }
}

}  // namespace
}  // namespace trellis::relay
