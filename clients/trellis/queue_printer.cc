// Tables of the queue. Names stand short there, as they can be given.
#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "clients/trellis/grammar/resource_names.h"
#include "clients/trellis/printers.h"
#include "clients/trellis/text.h"

namespace trellis::cli {
namespace {

namespace pubsub = google::pubsub::v1;

using Rows = std::vector<std::vector<std::string>>;

absl::Duration DurationOf(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

// How long something has lasted: `45 s`, `12 min`, `7 h`, `3 d`.
std::string AgeText(absl::Duration age) {
  if (age < absl::Minutes(1)) return absl::StrCat(absl::ToInt64Seconds(age), " s");
  if (age < absl::Hours(1)) return absl::StrCat(absl::ToInt64Minutes(age), " min");
  if (age < absl::Hours(48)) return absl::StrCat(absl::ToInt64Hours(age), " h");
  return absl::StrCat(absl::ToInt64Hours(age) / 24, " d");
}

// A length that somebody chose: `10s`, `100ms`, `31d`.
std::string LengthText(const google::protobuf::Duration& duration) {
  const absl::Duration length = DurationOf(duration);
  if (length >= absl::Hours(24) && length % absl::Hours(24) == absl::ZeroDuration()) {
    return absl::StrCat(absl::ToInt64Hours(length) / 24, "d");
  }
  return absl::FormatDuration(length);
}

std::string OldestAge(const v1::SubscriptionStatus& status) {
  if (!status.has_oldest_unacknowledged_age()) return "-";
  return AgeText(DurationOf(status.oldest_unacknowledged_age()));
}

std::string Labels(const google::protobuf::Map<std::string, std::string>& labels) {
  std::vector<std::string> texts;
  for (const auto& [key, value] : labels) texts.push_back(absl::StrCat(key, "=", value));
  std::sort(texts.begin(), texts.end());
  return absl::StrJoin(texts, ", ");
}

std::string DeadLetterPolicyText(const pubsub::Subscription& settings) {
  if (!settings.has_dead_letter_policy()) return "none: delivered until it succeeds";
  const pubsub::DeadLetterPolicy& policy = settings.dead_letter_policy();
  return absl::StrCat("to ", ShortName(policy.dead_letter_topic()), " after ",
                      policy.max_delivery_attempts(), " deliveries");
}

std::string RetryText(const pubsub::Subscription& settings) {
  if (!settings.has_retry_policy()) return "after 100ms, doubled up to 1m";
  return absl::StrCat("after ", LengthText(settings.retry_policy().minimum_backoff()),
                      ", doubled up to ", LengthText(settings.retry_policy().maximum_backoff()));
}

std::string Rewound(const v1::SubscriptionStatus& status) {
  if (!status.has_rewind_time()) return "";
  return absl::StrCat("from ", status.rewound_from(), " to ", status.rewound_to(), " at ",
                      LondonTimeText(status.rewind_time()), ": the log was older than it");
}

void AddSettings(const pubsub::Subscription& settings, Rows& rows) {
  rows.push_back({"subscription", settings.name()});
  rows.push_back({"topic", ShortName(settings.topic())});
  rows.push_back({"filter", settings.filter().empty() ? "none: all events" : settings.filter()});
  rows.push_back({"ordered", settings.enable_message_ordering() ? "yes" : "no"});
  rows.push_back({"exactly once", settings.enable_exactly_once_delivery() ? "yes" : "no"});
  rows.push_back({"lease", absl::StrCat(settings.ack_deadline_seconds(), "s")});
  rows.push_back({"retries", RetryText(settings)});
  rows.push_back({"dead letters", DeadLetterPolicyText(settings)});
  rows.push_back(
      {"expires",
       settings.expiration_policy().has_ttl()
           ? absl::StrCat("after ", LengthText(settings.expiration_policy().ttl()), " without use")
           : "never"});
  if (!settings.labels().empty()) rows.push_back({"labels", Labels(settings.labels())});
}

void AddStatus(const v1::SubscriptionStatus& status, Rows& rows) {
  rows.push_back({"backlog", absl::StrCat(status.backlog_messages())});
  rows.push_back({"oldest", OldestAge(status)});
  rows.push_back({"outstanding", absl::StrCat(status.outstanding_messages())});
  rows.push_back({"backing off", absl::StrCat(status.waiting_messages())});
  rows.push_back({"consumers", absl::StrCat(status.consumers())});
  rows.push_back({"delivered", absl::StrCat(status.deliveries(), ", again ", status.redeliveries(),
                                            ", acknowledged ", status.acknowledgements(),
                                            ", given up ", status.dead_letters())});
  rows.push_back({"done up to", absl::StrCat(status.cursor(), " of ", status.last_number())});
  if (status.has_rewind_time()) rows.push_back({"set back", Rewound(status)});
}

}  // namespace

std::string LondonTimeText(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S %Z", FromTimestamp(time), London());
}

std::string SubscriptionText(const pubsub::Subscription& settings) {
  Rows rows;
  AddSettings(settings, rows);
  return AlignedTable(rows);
}

std::string SubscriptionText(const pubsub::Subscription& settings,
                             const v1::SubscriptionStatus& status) {
  Rows rows;
  AddSettings(settings, rows);
  AddStatus(status, rows);
  return AlignedTable(rows);
}

std::string SubscriptionsText(const v1::ListSubscriptionStatusesResponse& list) {
  if (list.subscription_statuses().empty()) return "no subscriptions\n";
  Rows rows = {{"SUBSCRIPTION", "TOPIC", "FILTER", "BACKLOG", "OLDEST", "OUTSTANDING", "CONSUMERS",
                "REDELIVERIES", "DEAD LETTERS"}};
  for (const v1::SubscriptionStatus& status : list.subscription_statuses()) {
    rows.push_back({ShortName(status.subscription()), ShortName(status.topic()),
                    status.filter().empty() ? "-" : status.filter(),
                    absl::StrCat(status.backlog_messages()), OldestAge(status),
                    absl::StrCat(status.outstanding_messages()), absl::StrCat(status.consumers()),
                    absl::StrCat(status.redeliveries()), absl::StrCat(status.dead_letters())});
  }
  return AlignedTable(rows);
}

std::string DeadLettersText(const v1::ListDeadLettersResponse& list) {
  if (list.dead_letters().empty()) return "no dead letters\n";
  Rows rows = {{"DEAD LETTER", "POSITION", "TYPE", "STREAM", "SUBSCRIPTION", "ATTEMPTS", "REASON",
                "GIVEN UP", "SENT AGAIN"}};
  for (const v1::DeadLetter& letter : list.dead_letters()) {
    const std::string topic = letter.name().substr(0, letter.name().find("/deadLetters/"));
    rows.push_back({absl::StrCat(ShortName(topic), "/", letter.number()),
                    absl::StrCat(letter.position()), letter.event_type(), letter.stream(),
                    ShortName(letter.subscription()), absl::StrCat(letter.delivery_attempts()),
                    letter.last_reason(), LondonTimeText(letter.dead_letter_time()),
                    letter.has_redrive_time() ? LondonTimeText(letter.redrive_time()) : "-"});
  }
  return AlignedTable(rows);
}

std::string SnapshotsText(const pubsub::ListSnapshotsResponse& list) {
  if (list.snapshots().empty()) return "no snapshots\n";
  Rows rows = {{"SNAPSHOT", "TOPIC", "EXPIRES"}};
  for (const pubsub::Snapshot& snapshot : list.snapshots()) {
    rows.push_back({ShortName(snapshot.name()), ShortName(snapshot.topic()),
                    LondonTimeText(snapshot.expire_time())});
  }
  return AlignedTable(rows);
}

std::string TopicsText(const pubsub::ListTopicsResponse& list) {
  std::string text;
  for (const pubsub::Topic& topic : list.topics()) {
    absl::StrAppend(&text, OneLine(ShortName(topic.name())), "\n");
  }
  return text;
}

}  // namespace trellis::cli
