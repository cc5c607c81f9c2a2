#include "clients/trellis/queue.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "base/timestamp.h"
#include "clients/trellis/grammar/request.h"
#include "clients/trellis/grammar/usage.h"
#include "clients/trellis/printers.h"
#include "clients/trellis/tail.h"
#include "google/pubsub/v1/pubsub.pb.h"
#include "trellis/v1/queue_service.pb.h"

namespace trellis::cli {
namespace {

namespace pubsub = google::pubsub::v1;

// After every message there will be.
constexpr absl::CivilSecond kEnd(9999, 12, 31, 23, 59, 59);

// What a command has to work with.
struct Work {
  const Contract& contract;
  const Invocation& invocation;
  const bool json;
  Session& session;
  const Process& process;

  void Print(const google::protobuf::Message& answer) const {
    process.out << Present(answer, {.json = json, .terminal = process.out_is_terminal});
  }

  // The request that the command line says, as the generated type.
  template <typename Request>
  absl::StatusOr<Request> RequestAs() const {
    ASSIGN_OR_RETURN(const auto built, BuildRequest(contract, invocation, process.in));
    Request request;
    if (request.ParseFromString(built->SerializeAsString())) return request;
    return UsageError("the request is too large");
  }
};

absl::Status Show(const Work& work) {
  ASSIGN_OR_RETURN(auto status_request, work.RequestAs<v1::GetSubscriptionStatusRequest>());
  pubsub::GetSubscriptionRequest request;
  request.set_subscription(status_request.subscription());
  ASSIGN_OR_RETURN(const auto settings,
                   work.session.Ask<pubsub::Subscription>(
                       "google.pubsub.v1.Subscriber.GetSubscription", request));
  ASSIGN_OR_RETURN(const auto status,
                   work.session.Ask<v1::SubscriptionStatus>(
                       "trellis.v1.QueueService.GetSubscriptionStatus", status_request));
  if (work.json) {
    work.process.out << absl::StrCat("{\"settings\":", CompactJson(settings),
                                     ",\"status\":", CompactJson(status), "}\n");
  } else {
    work.process.out << SubscriptionText(settings, status);
  }
  return absl::OkStatus();
}

// Without a topic, those of all topics.
absl::Status Dead(const Work& work) {
  ASSIGN_OR_RETURN(auto request, work.RequestAs<v1::ListDeadLettersRequest>());
  pubsub::ListTopicsResponse topics;
  if (!request.parent().empty()) {
    topics.add_topics()->set_name(request.parent());
  } else {
    pubsub::ListTopicsRequest all;
    ASSIGN_OR_RETURN(topics, work.session.Ask<pubsub::ListTopicsResponse>(
                                 "google.pubsub.v1.Publisher.ListTopics", all));
    // The first is that of the events.
    topics.mutable_topics()->DeleteSubrange(0, 1);
    if (topics.topics_size() > 1 && (request.page_size() != 0 || !request.page_token().empty())) {
      return UsageError("queue dead: TOPIC is missing, want one to show a page of");
    }
  }
  v1::ListDeadLettersResponse letters;
  for (const pubsub::Topic& topic : topics.topics()) {
    request.set_parent(topic.name());
    ASSIGN_OR_RETURN(const auto of_topic, work.session.Ask<v1::ListDeadLettersResponse>(
                                              "trellis.v1.QueueService.ListDeadLetters", request));
    letters.MergeFrom(of_topic);
  }
  work.Print(letters);
  return absl::OkStatus();
}

absl::Status Seek(const Work& work) {
  ASSIGN_OR_RETURN(auto request, work.RequestAs<pubsub::SeekRequest>());
  std::vector<std::string> places;
  for (const GivenFlag& given : work.invocation.flags) {
    const std::string& name = given.flag->name;
    if (name == "beginning") *request.mutable_time() = ToTimestamp(absl::UnixEpoch());
    if (name == "end") {
      *request.mutable_time() = ToTimestamp(absl::FromCivil(kEnd, absl::UTCTimeZone()));
    }
    if (name == "time" || name == "snapshot" || name == "beginning" || name == "end") {
      places.push_back(absl::StrCat("--", name));
    }
  }
  // A file may have said where.
  if (places.size() > 1 || request.target_case() == pubsub::SeekRequest::TARGET_NOT_SET) {
    return UsageError(absl::StrCat("queue seek: got ",
                                   places.empty() ? "no place" : absl::StrJoin(places, " and "),
                                   ", want one of --time, --snapshot, --beginning, --end"));
  }
  ASSIGN_OR_RETURN(const auto answer, work.session.Ask<pubsub::SeekResponse>(
                                          "google.pubsub.v1.Subscriber.Seek", request));
  work.Print(answer);
  return absl::OkStatus();
}

absl::Status RunTail(const Work& work) {
  return Tail(work.invocation, work.json, work.session, work.process);
}

using Run = absl::Status (*)(const Work&);

const std::map<std::string, Run>& Runs() {
  static const auto* const runs = new std::map<std::string, Run>{
      {"queue show", Show}, {"queue dead", Dead}, {"queue seek", Seek}, {"queue tail", RunTail}};
  return *runs;
}

}  // namespace

bool IsQueueCommand(const Command& command) { return Runs().count(command.Path()) == 1; }

absl::Status RunQueueCommand(const Contract& contract, const Invocation& invocation, bool json,
                             Session& session, const Process& process) {
  return Runs().at(invocation.command->Path())({contract, invocation, json, session, process});
}

}  // namespace trellis::cli
