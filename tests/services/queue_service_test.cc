// How subscriptions stand, dead letters, and the numbers that a monitoring system reads.
#include <httplib.h>

#include "tests/services/queue_fixture.h"

namespace trellis::services {
namespace {

using absl::StatusCode;
using testing::BadFieldsOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kRequestId[] = "0b4f6a52-6a0e-4d0e-9a5e-3c1f5c1f7a10";
constexpr char kOtherRequestId[] = "0b4f6a52-6a0e-4d0e-9a5e-3c1f5c1f7a11";

class QueueServiceTest : public QueueServicesTest {
 protected:
  absl::StatusOr<v1::ListDeadLettersResponse> ListDead(const std::string& text) {
    return client().Read<v1::ListDeadLettersResponse>(
        testing::ParseText<v1::ListDeadLettersRequest>(text));
  }
  std::vector<int64_t> DeadNumbers(const std::string& text) {
    std::vector<int64_t> numbers;
    const auto list = ListDead(text);
    EXPECT_TRUE(list.ok()) << list.status();
    if (!list.ok()) return numbers;
    for (const v1::DeadLetter& letter : list->dead_letters()) numbers.push_back(letter.number());
    return numbers;
  }
  absl::StatusOr<v1::DeadLetter> GetDead(const std::string& name) {
    v1::GetDeadLetterRequest request;
    request.set_name(name);
    return client().Read<v1::DeadLetter>(request);
  }
  absl::StatusOr<int64_t> Redrive(const std::string& text, const std::string& id = kRequestId) {
    auto request = testing::ParseText<v1::RedriveDeadLettersRequest>(text);
    request.set_request_id(id);
    const auto response = client().Read<v1::RedriveDeadLettersResponse>(request);
    if (!response.ok()) return response.status();
    return response->redriven_count();
  }
  const std::string failed_ = "parent: 'projects/trellis/topics/failed' ";
};

TEST_F(QueueServiceTest, AStatusCountsWhatHappened) {
  WriteOne();
  Create("hrs", "filter: 'attributes:ce-type'");
  v1::SubscriptionStatus status = StatusOf("hrs");
  EXPECT_EQ(status.subscription(), SubscriptionName("hrs"));
  EXPECT_EQ(status.topic(), TopicName("events"));
  EXPECT_EQ(status.filter(), "attributes:ce-type");
  EXPECT_EQ(status.backlog_messages(), 0);
  EXPECT_FALSE(status.has_oldest_unacknowledged_time());
  EXPECT_FALSE(status.has_oldest_unacknowledged_age());
  EXPECT_FALSE(status.has_rewind_time());
  const int64_t before = status.cursor();
  EXPECT_EQ(status.last_number(), before);

  const int64_t oldest = absl::ToUnixSeconds(clock_.Now());
  WriteOne();
  WriteOne();
  WriteOne();
  clock_.Advance(absl::Milliseconds(90'250));
  status = StatusOf("hrs");
  EXPECT_EQ(status.backlog_messages(), 3);
  EXPECT_EQ(status.oldest_unacknowledged_time().seconds(), oldest);
  EXPECT_EQ(status.oldest_unacknowledged_age().seconds(), 90);
  EXPECT_EQ(status.oldest_unacknowledged_age().nanos(), 250'000'000);
  EXPECT_EQ(status.last_number(), before + 3);

  auto messages = Pull("hrs");
  ASSERT_THAT(messages, SizeIs(3));
  EXPECT_EQ(StatusOf("hrs").outstanding_messages(), 3);
  EXPECT_EQ(StatusOf("hrs").deliveries(), 3);
  GiveBack("hrs", {messages[2]});
  EXPECT_EQ(StatusOf("hrs").waiting_messages(), 1);
  Acknowledge("hrs", {messages[0], messages[1]});
  clock_.Advance(absl::Milliseconds(200));
  messages = Pull("hrs", 1, /*wait=*/true);
  ASSERT_THAT(messages, SizeIs(1));
  Acknowledge("hrs", messages);
  status = StatusOf("hrs");
  EXPECT_EQ(status.backlog_messages(), 0);
  EXPECT_EQ(status.outstanding_messages(), 0);
  EXPECT_EQ(status.waiting_messages(), 0);
  EXPECT_EQ(status.deliveries(), 4);
  EXPECT_EQ(status.redeliveries(), 1);
  EXPECT_EQ(status.acknowledgements(), 3);
  EXPECT_EQ(status.dead_letters(), 0);
  EXPECT_EQ(status.cursor(), before + 3);
}

TEST_F(QueueServiceTest, StatusesAreListedInPagesByName) {
  std::vector<std::string> created;
  for (const char* const id : {"aaa", "bbb", "ccc", "ddd", "eee"}) {
    Create(id);
    created.push_back(SubscriptionName(id));
  }
  for (const int size : {0, 1, 2, 5, 2000}) {
    v1::ListSubscriptionStatusesRequest request;
    request.set_parent("projects/trellis");
    request.set_page_size(size);
    std::vector<std::string> names;
    do {
      const auto page = client().Read<v1::ListSubscriptionStatusesResponse>(request);
      ASSERT_TRUE(page.ok()) << page.status();
      for (const auto& status : page->subscription_statuses()) {
        names.push_back(status.subscription());
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    EXPECT_EQ(names, created) << size;
  }
  v1::ListSubscriptionStatusesRequest request;
  request.set_parent("projects/trellis");
  request.set_page_size(-1);
  EXPECT_THAT(BadFieldsOf(client().Read<v1::ListSubscriptionStatusesResponse>(request).status()),
              ElementsAre("page_size"));
  request.clear_page_size();
  request.set_parent("projects/other");
  ExpectError(client().Read<v1::ListSubscriptionStatusesResponse>(request).status(),
              StatusCode::kNotFound, "PROJECT_NOT_FOUND");
}

TEST_F(QueueServiceTest, ADeadLetterSaysWhatItIsAndHasItsMessage) {
  CreateWithDeadLetters("hrs", "failed");
  const int64_t position = WriteOne();
  auto messages = Pull("hrs");
  GiveBack("hrs", {messages.back()});
  messages.pop_back();
  Acknowledge("hrs", messages);
  EXPECT_EQ(GiveUp("hrs"), 4) << "and the one before";
  const auto list = ListDead(failed_);
  ASSERT_TRUE(list.ok()) << list.status();
  ASSERT_THAT(list->dead_letters(), SizeIs(1));
  const v1::DeadLetter& letter = list->dead_letters(0);
  EXPECT_EQ(letter.name(), TopicName("failed") + "/deadLetters/1");
  EXPECT_EQ(letter.number(), 1);
  EXPECT_EQ(letter.position(), position);
  EXPECT_THAT(letter.event_id(), SizeIs(36));
  EXPECT_EQ(letter.event_type(), "trellis.v1.OutcomeRecorded");
  EXPECT_THAT(letter.stream(), HasSubstr("supportPlans/"));
  EXPECT_EQ(letter.subscription(), SubscriptionName("hrs"));
  EXPECT_EQ(letter.delivery_attempts(), 5);
  EXPECT_EQ(letter.last_reason(), "nack");
  EXPECT_EQ(letter.dead_letter_time().seconds(), absl::ToUnixSeconds(clock_.Now()));
  EXPECT_FALSE(letter.has_redrive_time());
  EXPECT_FALSE(letter.has_message()) << "a list has no messages";

  const auto found = GetDead(letter.name());
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->message().message_id(), absl::StrCat(position)) << "as it was delivered";
  EXPECT_EQ(found->message().attributes().at("ce-id"), letter.event_id());
  v1::SupportPlanEvent event;
  ASSERT_TRUE(event.ParseFromString(found->message().data()));
  EXPECT_TRUE(event.has_outcome_recorded());
  EXPECT_EQ(StatusOf("hrs").dead_letters(), 1);
  EXPECT_EQ(StatusOf("hrs").backlog_messages(), 0);
}

TEST_F(QueueServiceTest, ADeadLetterOfASubscriptionWithJsonHasJson) {
  Create("json",
         "labels { key: 'format' value: 'json' } retry_policy { minimum_backoff {} "
         "maximum_backoff {} } dead_letter_policy { dead_letter_topic: "
         "'projects/trellis/topics/failed' }");
  WriteOne();
  GiveUp("json");
  const auto found = GetDead(TopicName("failed") + "/deadLetters/1");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->message().attributes().at("content-type"), "application/json");
  EXPECT_EQ(found->message().data().front(), '{');
}

TEST_F(QueueServiceTest, DeadLettersAreListedBySubscriptionAndInPages) {
  CreateWithDeadLetters("hrs", "failed");
  CreateWithDeadLetters("mis", "failed");
  WriteOne();
  GiveUp("hrs");
  const auto of_hr = DeadNumbers(failed_);
  GiveUp("mis");
  const auto all = DeadNumbers(failed_);
  ASSERT_EQ(all.size(), 2 * of_hr.size());
  ASSERT_GT(of_hr.size(), 1u);
  EXPECT_EQ(DeadNumbers(failed_ + "subscription: 'projects/trellis/subscriptions/hrs'"), of_hr);
  EXPECT_EQ(DeadNumbers(failed_ + "subscription: 'projects/trellis/subscriptions/mis'").front(),
            of_hr.back() + 1);
  for (const int size : {1, 3, 1000}) {
    std::vector<int64_t> numbers;
    std::string token;
    do {
      const auto page =
          ListDead(absl::StrCat(failed_, "page_size: ", size, " page_token: '", token, "'"));
      ASSERT_TRUE(page.ok()) << page.status();
      for (const auto& letter : page->dead_letters()) numbers.push_back(letter.number());
      token = page->next_page_token();
    } while (!token.empty());
    EXPECT_EQ(numbers, all) << size;
  }
}

TEST_F(QueueServiceTest, WhatIsSentAgainIsDeliveredAndIsMarked) {
  CreateWithDeadLetters("hrs", "failed");
  WriteOne();
  GiveUp("hrs");
  const auto all = DeadNumbers(failed_);
  ASSERT_GT(all.size(), 2u);
  // The same twice is one.
  EXPECT_EQ(*Redrive(failed_ + "numbers: 2 numbers: 1 numbers: 2"), 2);
  EXPECT_EQ(StatusOf("hrs").backlog_messages(), 2);
  auto messages = Pull("hrs");
  EXPECT_THAT(messages, SizeIs(2));
  EXPECT_EQ(messages[0].delivery_attempt(), 1) << "attempts begin anew";
  Acknowledge("hrs", messages);
  // The same command again sends nothing, and says what it did.
  EXPECT_EQ(*Redrive(failed_ + "numbers: 2 numbers: 1"), 2);
  EXPECT_THAT(Pull("hrs"), IsEmpty());
  EXPECT_TRUE(GetDead(TopicName("failed") + "/deadLetters/1")->has_redrive_time());
  EXPECT_FALSE(GetDead(TopicName("failed") + "/deadLetters/3")->has_redrive_time());
  EXPECT_EQ(DeadNumbers(failed_), all) << "they stay in their topic";
  // Another command sends them once more.
  EXPECT_EQ(*Redrive(failed_ + "numbers: 1", kOtherRequestId), 1);
  EXPECT_THAT(Pull("hrs"), SizeIs(1));
}

TEST_F(QueueServiceTest, AllMeansThoseThatWereNotSentAgainYet) {
  CreateWithDeadLetters("hrs", "failed");
  CreateWithDeadLetters("mis", "failed");
  WriteOne();
  GiveUp("hrs");
  const auto of_hr = static_cast<int64_t>(DeadNumbers(failed_).size());
  GiveUp("mis");
  EXPECT_EQ(*Redrive(failed_ + "numbers: 1", kOtherRequestId), 1);
  const std::string all_of_hr =
      failed_ + "all: true subscription: '" + SubscriptionName("hrs") + "'";
  EXPECT_EQ(*Redrive(all_of_hr), of_hr - 1);
  EXPECT_EQ(*Redrive(all_of_hr), of_hr - 1) << "sent again, it counts what it sent before";
  EXPECT_EQ(StatusOf("hrs").backlog_messages(), of_hr);
  EXPECT_EQ(StatusOf("mis").backlog_messages(), 0);
  EXPECT_EQ(*Redrive(failed_ + "all: true", testing::NewId()), of_hr) << "those of the other";
  EXPECT_EQ(StatusOf("mis").backlog_messages(), of_hr);
  EXPECT_EQ(*Redrive(failed_ + "all: true", testing::NewId()), 0);
}

TEST_F(QueueServiceTest, RedrivesThatCannotBeAreRefusedWhole) {
  CreateWithDeadLetters("hrs", "failed");
  CreateWithDeadLetters("gone", "failed");
  WriteOne();
  GiveUp("hrs");
  const auto of_hr = static_cast<int64_t>(DeadNumbers(failed_).size());
  GiveUp("gone");
  pubsub::DeleteSubscriptionRequest remove;
  remove.set_subscription(SubscriptionName("gone"));
  EXPECT_TRUE(client().Read<Empty>(remove).ok());

  const absl::Status gone =
      Redrive(absl::StrCat(failed_, "numbers: 1 numbers: ", of_hr + 1)).status();
  ExpectError(gone, StatusCode::kFailedPrecondition, "SUBSCRIPTION_GONE");
  EXPECT_EQ(testing::ErrorMetadataOf(gone, "subscription"), SubscriptionName("gone"));
  ExpectError(Redrive(failed_ + "all: true").status(), StatusCode::kFailedPrecondition,
              "SUBSCRIPTION_GONE");
  const absl::Status missing = Redrive(failed_ + "numbers: 1 numbers: 4711").status();
  ExpectError(missing, StatusCode::kNotFound, "DEAD_LETTER_NOT_FOUND");
  EXPECT_EQ(testing::ErrorMetadataOf(missing, "number"), "4711");
  ExpectError(Redrive("parent: 'projects/trellis/topics/none' all: true").status(),
              StatusCode::kNotFound, "TOPIC_NOT_FOUND");
  for (const auto& [text, field] : std::vector<std::pair<std::string, std::string>>{
           {"", "numbers"},
           {"numbers: 1 all: true", "numbers"},
           {"numbers: 0", "numbers"},
           {"numbers: -1", "numbers"},
           {"numbers: 1 subscription: 'projects/trellis/subscriptions/hrs'", "subscription"}}) {
    const absl::Status status = Redrive(failed_ + text).status();
    ExpectError(status, StatusCode::kInvalidArgument, "INVALID_REQUEST");
    EXPECT_THAT(BadFieldsOf(status), ElementsAre(HasSubstr(field))) << text;
  }
  ExpectError(Redrive(failed_ + "numbers: 1", "1").status(), StatusCode::kInvalidArgument,
              "INVALID_REQUEST");
  EXPECT_EQ(StatusOf("hrs").backlog_messages(), 0) << "nothing was sent again";
}

TEST_F(QueueServiceTest, NamesThatAreNoneAndWhatIsNotThereAreToldApart) {
  CreateWithDeadLetters("hrs", "failed");
  for (const char* const name :
       {"failed/1", "projects/trellis/topics/failed/deadLetters/", "projects/trellis/topics/failed",
        "projects/trellis/topics/failed/deadLetters/-1", "deadLetters/1",
        "projects/trellis/topics/failed/deadLetters/1x", "/deadLetters/1"}) {
    const absl::Status status = GetDead(name).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << name << status;
    EXPECT_EQ(ReasonOf(status), "NAME_INVALID") << name;
  }
  for (const int64_t number : {int64_t{0}, int64_t{1}, std::numeric_limits<int64_t>::max()}) {
    ExpectError(GetDead(absl::StrCat(TopicName("failed"), "/deadLetters/", number)).status(),
                StatusCode::kNotFound, "DEAD_LETTER_NOT_FOUND");
  }
  ExpectError(GetDead("projects/other/topics/failed/deadLetters/1").status(), StatusCode::kNotFound,
              "PROJECT_NOT_FOUND");
  ExpectError(ListDead("parent: 'projects/trellis/topics/none'").status(), StatusCode::kNotFound,
              "TOPIC_NOT_FOUND");
  ExpectError(ListDead("parent: 'projects/trellis/topics/events'").status(), StatusCode::kNotFound,
              "TOPIC_NOT_FOUND");
  ExpectError(ListDead(failed_ + "subscription: 'hr'").status(), StatusCode::kInvalidArgument,
              "NAME_INVALID");
  ExpectError(ListDead(failed_ + "page_size: -1").status(), StatusCode::kInvalidArgument,
              "INVALID_REQUEST");
  v1::GetSubscriptionStatusRequest request;
  request.set_subscription(SubscriptionName("none"));
  ExpectError(client().Read<v1::SubscriptionStatus>(request).status(), StatusCode::kNotFound,
              "SUBSCRIPTION_NOT_FOUND");
}

class MetricsTest : public QueueServicesTest {
 protected:
  std::string Scrape() {
    httplib::Client http("http://" + server_.http_address());
    const auto answer = http.Get("/metrics");
    EXPECT_TRUE(answer);
    if (!answer) return "";
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->get_header_value("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    return answer->body;
  }
};

TEST_F(MetricsTest, AServerHasThePositionsAndTheNamesOfTheRest) {
  const int64_t last = WriteOne();
  const std::string text = Scrape();
  EXPECT_THAT(text, HasSubstr(absl::StrCat(
                        "# TYPE trellis_log_position gauge\ntrellis_log_position ", last, "\n")));
  EXPECT_THAT(text, HasSubstr(absl::StrCat("trellis_views_position ", last, "\n")));
  EXPECT_THAT(text, HasSubstr("# TYPE trellis_queue_backlog_seconds gauge\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE trellis_queue_deliveries_total counter\n"));
  EXPECT_THAT(text, Not(HasSubstr("subscription=")));
}

TEST_F(MetricsTest, EverySubscriptionIsMeasured) {
  CreateWithDeadLetters("hrs", "failed");
  Create("mis", "filter: 'attributes.ce-type = \"none\"'");
  const int64_t last = WriteOne();
  clock_.Advance(absl::Milliseconds(2500));
  auto messages = Pull("hrs");
  const std::string pulled = Scrape();
  const auto sample = [](const std::string& name, const std::string& id, double value) {
    return absl::StrCat("\ntrellis_queue_", name, "{subscription=\"", id, "\",topic=\"events\"} ",
                        value, "\n");
  };
  EXPECT_THAT(pulled, HasSubstr(absl::StrCat("\ntrellis_log_position ", last, "\n")));
  EXPECT_THAT(pulled, HasSubstr(absl::StrCat("\ntrellis_views_position ", last, "\n")));
  const auto count = static_cast<double>(messages.size());
  EXPECT_THAT(pulled, HasSubstr(sample("backlog_messages", "hrs", count)));
  EXPECT_THAT(pulled, HasSubstr(sample("backlog_seconds", "hrs", 2.5)));
  EXPECT_THAT(pulled, HasSubstr(sample("outstanding_messages", "hrs", count)));
  EXPECT_THAT(pulled, HasSubstr(sample("deliveries_total", "hrs", count)));
  EXPECT_THAT(pulled, HasSubstr(sample("redeliveries_total", "hrs", 0)));
  EXPECT_THAT(pulled, HasSubstr(sample("waiting_messages", "hrs", 0)));
  EXPECT_THAT(pulled, HasSubstr(sample("consumers", "hrs", 0)));
  EXPECT_THAT(pulled, HasSubstr(sample("backlog_messages", "mis", count)));
  EXPECT_THAT(pulled, HasSubstr(sample("deliveries_total", "mis", 0)));

  Acknowledge("hrs", {messages[0]});
  messages.erase(messages.begin());
  GiveBack("hrs", messages);
  GiveUp("hrs");
  const std::string after = Scrape();
  EXPECT_THAT(after, HasSubstr(sample("acknowledgements_total", "hrs", 1)));
  EXPECT_THAT(after, HasSubstr(sample("dead_letters_total", "hrs", count - 1)));
  EXPECT_THAT(after, HasSubstr(sample("redeliveries_total", "hrs", 4 * (count - 1))));
  EXPECT_THAT(after, HasSubstr(sample("backlog_messages", "hrs", 0)));
  EXPECT_THAT(after, HasSubstr(sample("backlog_seconds", "hrs", 0)));
}

}  // namespace
}  // namespace trellis::services
