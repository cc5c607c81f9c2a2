#include "queue/settings.h"

#include <algorithm>
#include <google/protobuf/util/field_mask_util.h>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "queue/filter.h"
#include "queue/names.h"

namespace trellis::queue {
namespace {

using google::pubsub::v1::Subscription;
using Violations = std::vector<FieldViolation>;

constexpr int kLabelsMax = 64;
constexpr size_t kLabelBytesMax = 63;
constexpr int kAttemptsMin = 5;
constexpr int kAttemptsMax = 100;
constexpr int64_t kDay = 24 * 60 * 60;

// Those that can be changed after the subscription was made.
constexpr absl::string_view kChangeable[] = {"ack_deadline_seconds",
                                             "retain_acked_messages",
                                             "message_retention_duration",
                                             "labels",
                                             "expiration_policy",
                                             "dead_letter_policy",
                                             "retry_policy",
                                             "push_config",
                                             "enable_exactly_once_delivery"};

void CheckSeconds(absl::string_view field, const google::protobuf::Duration& got, int64_t least,
                  int64_t most, Violations& violations) {
  const bool valid = got.nanos() >= 0 && got.nanos() < 1'000'000'000 && got.seconds() >= least &&
                     (got.seconds() < most || (got.seconds() == most && got.nanos() == 0));
  if (valid) return;
  violations.push_back(
      {std::string(field), absl::StrCat("got ", got.seconds(), " s and ", got.nanos(), " ns, want ",
                                        least, " s to ", most, " s")});
}

void CompleteRetryPolicy(Subscription& settings, Violations& violations) {
  if (!settings.has_retry_policy()) return;
  auto& policy = *settings.mutable_retry_policy();
  if (!policy.has_minimum_backoff()) policy.mutable_minimum_backoff()->set_seconds(10);
  if (!policy.has_maximum_backoff()) policy.mutable_maximum_backoff()->set_seconds(600);
  const size_t before = violations.size();
  CheckSeconds("retry_policy.minimum_backoff", policy.minimum_backoff(), 0, 600, violations);
  CheckSeconds("retry_policy.maximum_backoff", policy.maximum_backoff(), 0, 600, violations);
  if (violations.size() > before) return;
  const auto parts = [](const google::protobuf::Duration& duration) {
    return std::pair(duration.seconds(), duration.nanos());
  };
  if (parts(policy.minimum_backoff()) > parts(policy.maximum_backoff())) {
    violations.push_back({"retry_policy.minimum_backoff", "got more than maximum_backoff"});
  }
}

void CompleteDeadLetterPolicy(absl::string_view ledger, Subscription& settings,
                              Violations& violations) {
  if (!settings.has_dead_letter_policy()) return;
  auto& policy = *settings.mutable_dead_letter_policy();
  const int attempts = policy.max_delivery_attempts();
  if (attempts == 0) {
    policy.set_max_delivery_attempts(kAttemptsMin);
  } else if (attempts < kAttemptsMin || attempts > kAttemptsMax) {
    violations.push_back(
        {"dead_letter_policy.max_delivery_attempts",
         absl::StrCat("got ", attempts, ", want ", kAttemptsMin, " to ", kAttemptsMax)});
  }
  const std::string& topic = policy.dead_letter_topic();
  if (const absl::Status status = CheckName(ledger, kTopics, topic); !status.ok()) {
    violations.push_back({"dead_letter_policy.dead_letter_topic", std::string(status.message())});
  } else if (topic == EventsTopic(ledger)) {
    violations.push_back({"dead_letter_policy.dead_letter_topic",
                          "got the topic of the events, want another: it is made if need be"});
  }
  if (settings.topic() != EventsTopic(ledger)) {
    violations.push_back({"dead_letter_policy",
                          "got one for a subscription to dead letters, want none: what fails "
                          "there stays there"});
  }
}

void CompleteLifetimes(Subscription& settings, Violations& violations) {
  if (!settings.has_message_retention_duration()) {
    settings.mutable_message_retention_duration()->set_seconds(7 * kDay);
  }
  CheckSeconds("message_retention_duration", settings.message_retention_duration(), 600, 31 * kDay,
               violations);
  if (!settings.has_expiration_policy()) {
    settings.mutable_expiration_policy()->mutable_ttl()->set_seconds(31 * kDay);
  }
  if (settings.expiration_policy().has_ttl()) {
    CheckSeconds("expiration_policy.ttl", settings.expiration_policy().ttl(), kDay, 36'500 * kDay,
                 violations);
  }
}

void CheckLabels(const Subscription& settings, Violations& violations) {
  if (settings.labels_size() > kLabelsMax) {
    violations.push_back(
        {"labels", absl::StrCat("got ", settings.labels_size(), ", want at most ", kLabelsMax)});
  }
  for (const auto& [key, value] : settings.labels()) {
    const std::string field = absl::StrCat("labels[", key, "]");
    if (key.empty() || key.size() > kLabelBytesMax || value.size() > kLabelBytesMax) {
      violations.push_back({field, absl::StrCat("got a key of ", key.size(), " and a value of ",
                                                value.size(), " bytes, want 1 to ", kLabelBytesMax,
                                                " and up to ", kLabelBytesMax)});
    }
    if (key == kFormatLabel && value != "json" && value != "protobuf") {
      violations.push_back({field, absl::StrCat("got ", value, ", want json or protobuf")});
    }
  }
}

}  // namespace

absl::StatusOr<Subscription> CompleteSettings(absl::string_view ledger, Subscription settings) {
  RETURN_IF_ERROR(CheckName(ledger, kSubscriptions, settings.name()));
  RETURN_IF_ERROR(CheckName(ledger, kTopics, settings.topic()));
  RETURN_IF_ERROR(Filter::Parse(settings.filter()).status());
  Violations violations;
  if (!settings.push_config().push_endpoint().empty()) {
    violations.push_back({"push_config.push_endpoint", "got one, want none: consumers pull"});
  }
  const int deadline = settings.ack_deadline_seconds();
  if (deadline == 0) {
    settings.set_ack_deadline_seconds(10);
  } else if (deadline < 10 || deadline > 600) {
    violations.push_back(
        {"ack_deadline_seconds", absl::StrCat("got ", deadline, ", want 10 to 600")});
  }
  CompleteRetryPolicy(settings, violations);
  CompleteDeadLetterPolicy(ledger, settings, violations);
  CompleteLifetimes(settings, violations);
  CheckLabels(settings, violations);
  if (!violations.empty()) return InvalidRequest(violations);
  settings.clear_push_config();
  settings.clear_detached();
  settings.clear_topic_message_retention_duration();
  settings.set_state(Subscription::ACTIVE);
  return settings;
}

absl::StatusOr<Subscription> ChangedSettings(absl::string_view ledger, const Subscription& present,
                                             const Subscription& wanted,
                                             const google::protobuf::FieldMask& mask) {
  Violations violations;
  if (mask.paths().empty()) violations.push_back({"update_mask", "got no path, want one or more"});
  for (const std::string& path : mask.paths()) {
    const absl::string_view field = absl::string_view(path).substr(0, path.find('.'));
    const bool changeable = std::any_of(std::begin(kChangeable), std::end(kChangeable),
                                        [&](absl::string_view name) { return name == field; });
    if (!changeable || !google::protobuf::util::FieldMaskUtil::IsValidPath<Subscription>(path)) {
      violations.push_back({"update_mask", absl::StrCat("got ", path, ", want fields of: ",
                                                        absl::StrJoin(kChangeable, ", "))});
    }
  }
  if (!violations.empty()) return InvalidRequest(violations);
  Subscription changed = present;
  google::protobuf::util::FieldMaskUtil::MergeOptions options;
  options.set_replace_message_fields(true);
  options.set_replace_repeated_fields(true);
  google::protobuf::util::FieldMaskUtil::MergeMessageTo(wanted, mask, options, &changed);
  return CompleteSettings(ledger, std::move(changed));
}

}  // namespace trellis::queue
