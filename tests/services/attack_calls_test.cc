// What callers get who ask for too much: too often, too much at a time, with guessed tokens, too
// large. Elsewhere: requests of 16 MiB, nested and random ones (bad_input_test.cc,
// every_rpc_test.cc), 10,000 subscriptions (tests/queue/queue_test.cc), CSV (csv_reader_test.cc).
#include <chrono>
#include <grpcpp/generic/generic_stub.h>
#include <httplib.h>
#include <vector>

#include "base/clock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "services/grpc_status.h"
#include "tests/services/identified_fixture.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using testing::Metadata;

// The fixture's administrator gives some dozens of commands before a test begins.
constexpr int kBurst = 300;
constexpr int kGuesses = 20;
constexpr int kAtOnce = 3;

auto After(absl::Duration time) { return absl::ToChronoTime(SystemClock().Now() + time); }

// What becomes of a WhoAmI with these bytes as its request.
grpc::Status WhoAmIOf(const std::string& server, const Metadata& metadata, const std::string& bytes,
                      grpc::ClientContext& context) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxSendMessageSize(-1);
  grpc::GenericStub stub(
      grpc::CreateCustomChannel(server, grpc::InsecureChannelCredentials(), arguments));
  for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer answer;
  grpc::CompletionQueue queue;
  const auto call =
      stub.PrepareUnaryCall(&context, "/trellis.v1.AccessService/WhoAmI", request, &queue);
  call->StartCall();
  grpc::Status status;
  call->Finish(&answer, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  EXPECT_TRUE(queue.Next(&tag, &ok));
  return status;
}

class AttackByCallsTest : public IdentifiedTest {
 protected:
  AttackByCallsTest()
      : IdentifiedTest(RateLimits{
            .person = {.per_second = 10, .burst = kBurst, .at_once = 8},
            .service = {.at_once = kAtOnce},
            .failures = {.per_second = 10, .burst = kGuesses},
            .pages = {},
        }) {}

  absl::Status WhoAmI(const Metadata& metadata) {
    return Ask<v1::WhoAmIResponse>(metadata, v1::WhoAmIRequest()).status();
  }
  httplib::Result Page(const std::string& path, const Metadata& metadata) {
    httplib::Client pages(absl::StrCat("http://", server_.http_address()));
    return pages.Get(path.c_str(), {{"Authorization", metadata.find("authorization")->second}});
  }

  // Calls until the answer has this reason; the last one if it has not within a minute.
  std::string CallUntil(const std::string& reason, const Metadata& metadata) {
    const SystemClock clock;
    const absl::Time end = clock.Now() + absl::Minutes(1);
    std::string got;
    while (got != reason && clock.Now() < end) got = ReasonOf(WhoAmI(metadata));
    return got;
  }
};

TEST_F(AttackByCallsTest, WhoCallsTooOftenIsToldToWaitAndNobodyElseIs) {
  const std::string plan = Open().name();
  clock_.Advance(absl::Minutes(1));
  const Metadata noisy = As("ruth"), polite = As("sian");
  for (int i = 0; i < kBurst; ++i) ASSERT_TRUE(WhoAmI(noisy).ok()) << i;
  const absl::Status refused = WhoAmI(noisy);
  ExpectError(refused, StatusCode::kResourceExhausted, "RATE_LIMITED");
  EXPECT_EQ(RetryDelay(refused), absl::Milliseconds(100));
  EXPECT_EQ(testing::ErrorMetadataOf(refused, "caller"), testing::Tutor().party.person());
  EXPECT_TRUE(WhoAmI(polite).ok());

  // The pages count with the calls, and say it as HTTP does.
  const auto page = Page("/" + plan, noisy);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->status, 429);
  EXPECT_EQ(page->get_header_value("Retry-After"), "1");
  EXPECT_EQ(Page("/" + plan, polite)->status, 200);

  clock_.Advance(*RetryDelay(refused));
  EXPECT_TRUE(WhoAmI(noisy).ok());
  EXPECT_EQ(ReasonOf(WhoAmI(noisy)), "RATE_LIMITED");
}

// Nothing of the request is read: it would be refused for another reason.
TEST_F(AttackByCallsTest, WhoCallsTooOftenCostsNoParsing) {
  const Metadata noisy = As("ruth");
  for (int i = 0; i < kBurst; ++i) ASSERT_TRUE(WhoAmI(noisy).ok());
  const auto answer = client_.CallBytes("/trellis.v1.AccessService/WhoAmI", noisy, "\xff\xff");
  EXPECT_EQ(ReasonOf(answer), "RATE_LIMITED");
}

TEST_F(AttackByCallsTest, StreamsThatStayOpenAreCountedUntilTheyEnd) {
  Program("reports", "events.subscribe");
  const Metadata program = As("reports");
  ASSERT_TRUE(WhoAmI(program).ok());
  grpc::GenericStub stub(
      grpc::CreateChannel(server_.grpc_address(), grpc::InsecureChannelCredentials()));
  grpc::CompletionQueue queue;
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::GenericClientAsyncReaderWriter>> streams;
  for (int i = 0; i < kAtOnce; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    contexts.back()->set_deadline(After(absl::Minutes(1)));
    for (const auto& [key, value] : program) contexts.back()->AddMetadata(key, value);
    streams.push_back(stub.PrepareCall(contexts.back().get(),
                                       "/google.pubsub.v1.Subscriber/StreamingPull", &queue));
    streams.back()->StartCall(nullptr);
  }
  EXPECT_EQ(CallUntil("TOO_MANY_CALLS", program), "TOO_MANY_CALLS");
  const absl::Status refused = WhoAmI(program);
  EXPECT_EQ(refused.code(), StatusCode::kResourceExhausted);
  EXPECT_TRUE(RetryDelay(refused).has_value());
  EXPECT_TRUE(WhoAmI(As("sian")).ok());

  for (const auto& context : contexts) context->TryCancel();
  EXPECT_EQ(CallUntil("OK", program), "OK");
  queue.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue.Next(&tag, &ok)) {
  }
}

TEST_F(AttackByCallsTest, CallsThatWereAnsweredLeaveRoom) {
  Program("reports", "events.subscribe");
  for (int i = 0; i < 10 * kAtOnce; ++i) ASSERT_TRUE(WhoAmI(As("reports")).ok()) << i;
  for (int i = 0; i < 10 * kAtOnce; ++i) {
    ASSERT_EQ(
        ReasonOf(client_.CallBytes("/trellis.v1.AccessService/WhoAmI", As("reports"), "\xff")),
        "UNREADABLE_REQUEST");
  }
}

TEST_F(AttackByCallsTest, WhoGuessesTokensIsHeldBackByAddress) {
  Metadata guess = {{"authorization", "Bearer a.b.c"}};
  for (int i = 0; i < kGuesses; ++i) ASSERT_EQ(WhoAmI(guess).code(), StatusCode::kUnauthenticated);
  const absl::Status refused = WhoAmI(guess);
  ExpectError(refused, StatusCode::kResourceExhausted, "RATE_LIMITED");
  EXPECT_EQ(testing::ErrorMetadataOf(refused, "caller"), "127.0.0.1");
  // The pages are of the same address.
  EXPECT_EQ(Page("/", guess)->status, 429);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(WhoAmI(guess).code(), StatusCode::kUnauthenticated);
  // Whoever is known takes nothing of it.
  for (int i = 0; i < 2 * kGuesses; ++i) ASSERT_TRUE(WhoAmI(As("sian")).ok()) << i;
}

// 17 MiB of zeros are 17 KiB on the way: what counts is what they become.
TEST_F(AttackByCallsTest, ABombThatUnpacksToMoreThan16MiBIsNotRead) {
  grpc::ClientContext context;
  context.set_deadline(After(absl::Minutes(1)));
  context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  const grpc::Status status =
      WhoAmIOf(server_.grpc_address(), As("ruth"), std::string(17 << 20, '\0'), context);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << status.error_message();
  EXPECT_TRUE(WhoAmI(As("ruth")).ok());
}

// A token of 16 KiB is looked at, and more than that is not even told apart.
TEST_F(AttackByCallsTest, MetadataAreLimited) {
  const auto with_token = [&](size_t bytes) {
    return WhoAmI({{"authorization", "Bearer " + std::string(bytes, 'a')}});
  };
  EXPECT_EQ(ReasonOf(with_token(16 * 1024)), "TOKEN_MALFORMED");
  EXPECT_EQ(ReasonOf(with_token(16 * 1024 + 1)), "TOKEN_TOO_LARGE");
  EXPECT_EQ(with_token(kMetadataBytesMax).code(), StatusCode::kResourceExhausted);
  Metadata many = As("sian");
  for (int i = 0; i < 1000; ++i) many.emplace(absl::StrCat("key-", i), "value");
  EXPECT_EQ(WhoAmI(many).code(), StatusCode::kResourceExhausted);
  // Over another connection: gRPC may end one over which so much came.
  grpc::ClientContext context;
  EXPECT_TRUE(WhoAmIOf(server_.grpc_address(), As("sian"), "", context).ok());
}

TEST_F(AttackByCallsTest, APersonHasAHundredDiaryFeeds) {
  const Metadata ect = As("sam", "ect");
  v1::CreateDiaryFeedRequest feed;
  feed.set_name(testing::Ect().party.person());
  const auto create = [&](int number) {
    feed.set_request_id(testing::NewId());
    feed.mutable_diary_feed()->set_secret_digest(absl::StrCat(
        std::string(24, 'd'), std::string(5 - absl::StrCat(number).size(), '0'), number, "end"));
    return Ask<v1::PersonReply>(ect, feed).status();
  };
  for (int i = 0; i < 100; ++i) {
    const absl::Status made = create(i);
    ASSERT_TRUE(made.ok()) << made;
  }
  EXPECT_EQ(create(100).code(), StatusCode::kFailedPrecondition);
}

class AttackWithoutAPauseTest : public IdentifiedTest {
 protected:
  AttackWithoutAPauseTest()
      : IdentifiedTest(RateLimits{
            .person = {}, .service = {}, .failures = {.per_second = 1.0 / 60, .burst = 1}}) {}
};

// The refusal comes when it may try again, which is after it has given up.
TEST_F(AttackWithoutAPauseTest, WhoDoesNotWaitIsKeptWaiting) {
  const Metadata guess = {{"authorization", "Bearer a.b.c"}};
  grpc::ClientContext first, second;
  EXPECT_EQ(WhoAmIOf(server_.grpc_address(), guess, "", first).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
  second.set_deadline(After(absl::Milliseconds(500)));
  EXPECT_EQ(WhoAmIOf(server_.grpc_address(), guess, "", second).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
}

}  // namespace
}  // namespace trellis::services
