#include "queue/settings.h"

#include <functional>

#include "base/error.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "queue/names.h"

namespace trellis::queue {
namespace {

using google::pubsub::v1::Subscription;

Subscription Minimal() {
  Subscription settings;
  settings.set_name("projects/test/subscriptions/one");
  settings.set_topic("projects/test/topics/events");
  return settings;
}

TEST(SettingsTest, DefaultsAreFilledIn) {
  const auto settings = CompleteSettings("test", Minimal());
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->ack_deadline_seconds(), 10);
  EXPECT_EQ(settings->message_retention_duration().seconds(), 7 * 24 * 3600);
  EXPECT_EQ(settings->expiration_policy().ttl().seconds(), 31 * 24 * 3600);
  EXPECT_FALSE(settings->has_retry_policy());
  EXPECT_EQ(settings->state(), Subscription::ACTIVE);
}

struct Refused {
  const char* field;
  std::function<void(Subscription&)> change;
};

TEST(SettingsTest, WhatIsOutOfRangeIsNamed) {
  const std::vector<Refused> table{
      {"ack_deadline_seconds", [](auto& s) { s.set_ack_deadline_seconds(-1); }},
      {"ack_deadline_seconds", [](auto& s) { s.set_ack_deadline_seconds(9); }},
      {"ack_deadline_seconds", [](auto& s) { s.set_ack_deadline_seconds(601); }},
      {"push_config.push_endpoint",
       [](auto& s) { s.mutable_push_config()->set_push_endpoint("https://school.example"); }},
      {"message_retention_duration",
       [](auto& s) { s.mutable_message_retention_duration()->set_seconds(1); }},
      {"expiration_policy.ttl",
       [](auto& s) { s.mutable_expiration_policy()->mutable_ttl()->set_seconds(60); }},
      {"retry_policy.maximum_backoff",
       [](auto& s) { s.mutable_retry_policy()->mutable_maximum_backoff()->set_seconds(601); }},
      {"retry_policy.minimum_backoff",
       [](auto& s) { s.mutable_retry_policy()->mutable_minimum_backoff()->set_nanos(-5); }},
      {"retry_policy.minimum_backoff",
       [](auto& s) {
         s.mutable_retry_policy()->mutable_minimum_backoff()->set_seconds(30);
         s.mutable_retry_policy()->mutable_maximum_backoff()->set_seconds(20);
       }},
      {"dead_letter_policy.max_delivery_attempts",
       [](auto& s) {
         s.mutable_dead_letter_policy()->set_dead_letter_topic("projects/test/topics/failed");
         s.mutable_dead_letter_policy()->set_max_delivery_attempts(4);
       }},
      {"dead_letter_policy.dead_letter_topic",
       [](auto& s) {
         s.mutable_dead_letter_policy()->set_dead_letter_topic("projects/test/topics/events");
       }},
      {"dead_letter_policy.dead_letter_topic",
       [](auto& s) {
         s.mutable_dead_letter_policy()->set_dead_letter_topic("projects/other/topics/failed");
       }},
      {"dead_letter_policy",
       [](auto& s) {
         s.set_topic("projects/test/topics/failed");
         s.mutable_dead_letter_policy()->set_dead_letter_topic("projects/test/topics/other");
       }},
      {"labels[format]", [](auto& s) { (*s.mutable_labels())["format"] = "xml"; }},
  };
  for (const Refused& row : table) {
    Subscription settings = Minimal();
    row.change(settings);
    const auto complete = CompleteSettings("test", settings);
    ASSERT_FALSE(complete.ok()) << row.field;
    EXPECT_EQ(ErrorReason(complete.status()), "INVALID_REQUEST");
    EXPECT_NE(complete.status().message().find(row.field), absl::string_view::npos)
        << row.field << ": " << complete.status();
  }
}

TEST(SettingsTest, NamesAndFilters) {
  const auto reason = [](const std::string& name, const std::string& topic,
                         const std::string& filter) {
    Subscription settings = Minimal();
    if (!name.empty()) settings.set_name(name);
    if (!topic.empty()) settings.set_topic(topic);
    settings.set_filter(filter);
    return ErrorReason(CompleteSettings("test", settings).status());
  };
  EXPECT_EQ(reason("subscriptions/one", "", ""), "NAME_INVALID");
  EXPECT_EQ(reason("projects/test/subscriptions/1one", "", ""), "NAME_INVALID");
  EXPECT_EQ(reason("projects/test/subscriptions/google", "", ""), "NAME_INVALID");
  EXPECT_EQ(reason("projects/test/subscriptions/ab", "", ""), "NAME_INVALID");
  EXPECT_EQ(reason("projects/other/subscriptions/one", "", ""), "PROJECT_NOT_FOUND");
  EXPECT_EQ(reason("", "projects/test/subscriptions/one", ""), "NAME_INVALID");
  EXPECT_EQ(reason("", "", "attributes."), "FILTER_INVALID");
}

TEST(SettingsTest, OnlySomeFieldsCanBeChanged) {
  const Subscription present = *CompleteSettings("test", Minimal());
  Subscription wanted = present;
  wanted.set_ack_deadline_seconds(60);
  wanted.set_filter("attributes:x");
  google::protobuf::FieldMask mask;
  mask.add_paths("ack_deadline_seconds");
  const auto changed = ChangedSettings("test", present, wanted, mask);
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->ack_deadline_seconds(), 60);
  EXPECT_EQ(changed->filter(), "");
  for (const char* const path : {"filter", "topic", "name", "enable_message_ordering", "nothing"}) {
    google::protobuf::FieldMask bad;
    bad.add_paths(path);
    EXPECT_EQ(ErrorReason(ChangedSettings("test", present, wanted, bad).status()),
              "INVALID_REQUEST")
        << path;
  }
  EXPECT_EQ(ErrorReason(ChangedSettings("test", present, wanted, {}).status()), "INVALID_REQUEST");
}

}  // namespace
}  // namespace trellis::queue
