#include "tests/support/lifecycle.h"

#include <atomic>
#include <google/protobuf/text_format.h>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/uuid.h"

namespace trellis::testing {
namespace {

namespace pb = google::protobuf;

constexpr char kPlan[] = R"pb(
  ect { person: "people/00000000-0000-4000-8000-0000000000e1" name: "Sam Okafor" }
  induction_tutor { person: "people/00000000-0000-4000-8000-0000000000a1" name: "Ruth Adeyemi" }
  headteacher { person: "people/00000000-0000-4000-8000-0000000000b1" name: "Siân Hughes" }
  appropriate_body { person: "people/00000000-0000-4000-8000-0000000000d1" name: "Tom Whitlock" }
  school { urn: "900001" name: "Northgate Academy" }
  concerns {
    standard_code: "7d"
    cause: "Instructions are given several times before the class settles."
    discussed_on: "2022-09-26"
  }
)pb";

// What the plan of the lifecycle has beside kPlan.
constexpr char kMore[] = R"pb(
  starts_on: "2022-09-27"
  targets {
    concern_id: "c1"
    statement: "Use class rules in every lesson."
    success_measure: "An observation sees them."
    due_on: "2022-10-14"
  }
  actions { concern_id: "c1" target_id: "t1" statement: "Observe a colleague." }
  support {
    concern_id: "c1"
    kind: COACHING
    description: "Weekly coaching."
    supported_by { role: "Lead Practitioner" }
  }
  reviews { scheduled_on: "2022-09-29" }
  reviews { scheduled_on: "2022-09-30" }
  reviews { scheduled_on: "2022-10-10" }
)pb";

constexpr char kSteps[] = R"pb(
  steps {
    capacity: INDUCTION_TUTOR
    command {
      raise_concern {
        concern { standard_code: "1b" cause: "Tasks do not stretch." discussed_on: "2022-10-03" }
      }
    }
  }
  steps {
    capacity: INDUCTION_TUTOR
    command {
      set_target {
        target {
          concern_id: "c2"
          statement: "Plan tasks that stretch."
          success_measure: "Books show it."
          due_on: "2022-10-21"
        }
      }
    }
  }
  steps {
    capacity: INDUCTION_TUTOR
    command {
      revise_target { target_id: "t1" due_on: "2022-10-21" reason: "The course is later." }
    }
  }
  steps {
    capacity: HEADTEACHER
    command { withdraw_target { target_id: "t2" reason: "Covered by t1." } }
  }
  steps {
    capacity: INDUCTION_TUTOR
    command { add_action { action { concern_id: "c1" statement: "Attend CPD." } } }
  }
  steps {
    capacity: ECT
    command { complete_action { action_id: "a1" note: "Observed two lessons." } }
  }
  steps {
    capacity: INDUCTION_TUTOR
    command {
      arrange_support {
        support {
          concern_id: "c1"
          kind: COURSE
          description: "Behaviour course."
          supported_by { role: "Provider" }
        }
      }
    }
  }
  steps {
    capacity: ECT
    command { record_support { support_id: "s1" note: "It was cancelled." } }
  }
  steps {
    capacity: INDUCTION_TUTOR
    command {
      log_observation {
        observation {
          observers { role: "Faculty Leader" }
          standard_codes: "7d"
          strengths: "Clear routines."
        }
      }
    }
  }
  steps {
    capacity: INDUCTION_TUTOR
    command { schedule_review { review { scheduled_on: "2022-10-24" } } }
  }
  steps {
    capacity: INDUCTION_TUTOR
    command {
      reschedule_review { review_id: "r3" scheduled_on: "2022-10-11" reason: "An inset day." }
    }
  }
  steps {
    capacity: INDUCTION_TUTOR
    command {
      complete_review {
        review_id: "r1"
        judgements { target_id: "t1" judgement: PARTLY_MET words: "Not in every lesson." }
        outcomes { concern_id: "c1" words: "Better starts." }
      }
    }
  }
  steps {
    capacity: INDUCTION_TUTOR
    command { record_missed_review { review_id: "r2" reason: "Illness." } }
  }
  steps {
    capacity: INDUCTION_TUTOR
    command { record_outcome { outcome { concern_id: "c1" words: "Calm." } } }
  }
  steps {
    capacity: ECT
    command { add_comment { comment { words: "Coaching helps." } } }
  }
  steps {
    capacity: APPROPRIATE_BODY
    command { confirm_as_appropriate_body { confirmation: AREAS } }
  }
  steps {
    capacity: INDUCTION_TUTOR
    command { correct_entry { entry_id: "u2" reason: "Wrong lesson." } }
  }
  steps {
    capacity: ECT
    command { sign { seen_and_discussed: true } }
  }
  steps {
    capacity: INDUCTION_TUTOR
    command { decline_to_sign { statement: "Not yet." } }
  }
  steps {
    capacity: INDUCTION_TUTOR
    command { mark_signature_unavailable { capacity: HEADTEACHER reason: "On leave." } }
  }
  steps {
    capacity: INDUCTION_TUTOR
    command { resolve_concern { concern_id: "c2" resolution: "Tasks stretch." } }
  }
  steps {
    capacity: HEADTEACHER
    command { pause_plan { reason: ABSENCE } }
  }
  steps {
    capacity: HEADTEACHER
    command { resume_plan { note: "Back." } }
  }
  steps {
    capacity: HEADTEACHER
    command {
      change_party {
        capacity: APPROPRIATE_BODY
        party { person: "people/00000000-0000-4000-8000-0000000000d9" name: "Ana Silva" }
        reason: "Another contact at the hub."
      }
    }
  }
  steps {
    capacity: HEADTEACHER
    command {
      move_support_plan {
        school { urn: "900002" name: "Southfield School" }
        induction_tutor {
          person: "people/00000000-0000-4000-8000-0000000000a9"
          name: "Noor Rahman"
        }
        headteacher { person: "people/00000000-0000-4000-8000-0000000000b1" name: "Siân Hughes" }
        reason: "A post at Southfield, in the same trust."
      }
    }
  }
  steps {
    capacity: HEADTEACHER
    command { renew_plan { words: "More time." } }
  }
  steps {
    capacity: HEADTEACHER
    command { close_plan { reason: LEFT words: "Moved away." } }
  }
)pb";

Actor ActorFor(v1::Capacity capacity) {
  const auto plan = ParseText<v1::SupportPlan>(kPlan);
  switch (capacity) {
    case v1::ECT:
      return {plan.ect(), capacity};
    case v1::HEADTEACHER:
      return {plan.headteacher(), capacity};
    case v1::APPROPRIATE_BODY:
      return {plan.appropriate_body(), capacity};
    default:
      return {plan.induction_tutor(), capacity};
  }
}

void SetIfThere(pb::Message& request, const std::string& field, const std::string& value) {
  if (const auto* const found = request.GetDescriptor()->FindFieldByName(field)) {
    request.GetReflection()->SetString(&request, found, value);
  }
}

}  // namespace

Actor Ect() { return ActorFor(v1::ECT); }
Actor Tutor() { return ActorFor(v1::INDUCTION_TUTOR); }
Actor Headteacher() { return ActorFor(v1::HEADTEACHER); }
Actor AppropriateBody() { return ActorFor(v1::APPROPRIATE_BODY); }
Actor Administrator() {
  Actor actor{.party = {}, .capacity = v1::ADMINISTRATOR};
  actor.party.set_person("people/00000000-0000-4000-8000-000000000008");
  actor.party.set_name("Ines Keller");
  return actor;
}

std::string NewId() {
  static std::atomic<uint64_t> next = 1;
  return UuidText(UuidFromDigest(Sha256(absl::StrCat("tests ", next++))));
}

void ParseTextInto(const std::string& text, pb::Message& message) {
  CHECK(pb::TextFormat::ParseFromString(text, &message));
}

v1::OpenSupportPlanRequest OpenRequest() {
  v1::OpenSupportPlanRequest request;
  request.set_request_id(NewId());
  request.set_support_plan_id(NewId());
  ParseTextInto(kPlan, *request.mutable_support_plan());
  return request;
}

v1::RecordOutcomeRequest OutcomeRequest(const std::string& plan, const std::string& words) {
  auto request = RequestFor<v1::RecordOutcomeRequest>(plan);
  request.mutable_outcome()->set_concern_id("c1");
  request.mutable_outcome()->set_words(words);
  return request;
}

std::vector<v1::PlayStep> Lifecycle() {
  v1::Play play;
  v1::PlayStep& opening = *play.add_steps();
  opening.set_capacity(v1::INDUCTION_TUTOR);
  auto& open = *opening.mutable_command()->mutable_open_support_plan();
  open = OpenRequest();
  open.set_occurred_on("2022-09-27");
  open.mutable_support_plan()->MergeFrom(ParseText<v1::SupportPlan>(kMore));
  play.MergeFrom(ParseText<v1::Play>(kSteps));
  for (v1::PlayStep& step : *play.mutable_steps()) {
    *step.mutable_actor() = ActorFor(step.capacity()).party;
  }
  return {play.steps().begin(), play.steps().end()};
}

const pb::Message& RequestOf(const v1::Command& command) {
  const auto* const field =
      command.GetDescriptor()->FindFieldByNumber(static_cast<int>(command.request_case()));
  CHECK(field != nullptr);
  return command.GetReflection()->GetMessage(command, field);
}

void Prepare(const v1::SupportPlan& plan, v1::Command& command) {
  auto& request = const_cast<pb::Message&>(RequestOf(command));
  SetIfThere(request, "name", plan.name());
  SetIfThere(request, "request_id", NewId());
  if (const auto* const field = request.GetDescriptor()->FindFieldByName("content_revision")) {
    request.GetReflection()->SetInt64(&request, field, plan.content_revision());
  }
}

domain::Decided Decide(const domain::Plan& plan, const v1::Command& command,
                       const domain::Context& context) {
  using Command = v1::Command;
  switch (command.request_case()) {
#define TRELLIS_DECIDE(Case, field) \
  case Command::Case:               \
    return domain::Decide(plan, command.field(), context)
    TRELLIS_DECIDE(kOpenSupportPlan, open_support_plan);
    TRELLIS_DECIDE(kRaiseConcern, raise_concern);
    TRELLIS_DECIDE(kResolveConcern, resolve_concern);
    TRELLIS_DECIDE(kSetTarget, set_target);
    TRELLIS_DECIDE(kReviseTarget, revise_target);
    TRELLIS_DECIDE(kWithdrawTarget, withdraw_target);
    TRELLIS_DECIDE(kAddAction, add_action);
    TRELLIS_DECIDE(kCompleteAction, complete_action);
    TRELLIS_DECIDE(kArrangeSupport, arrange_support);
    TRELLIS_DECIDE(kRecordSupport, record_support);
    TRELLIS_DECIDE(kLogObservation, log_observation);
    TRELLIS_DECIDE(kScheduleReview, schedule_review);
    TRELLIS_DECIDE(kRescheduleReview, reschedule_review);
    TRELLIS_DECIDE(kCompleteReview, complete_review);
    TRELLIS_DECIDE(kRecordMissedReview, record_missed_review);
    TRELLIS_DECIDE(kRecordOutcome, record_outcome);
    TRELLIS_DECIDE(kAddComment, add_comment);
    TRELLIS_DECIDE(kSign, sign);
    TRELLIS_DECIDE(kDeclineToSign, decline_to_sign);
    TRELLIS_DECIDE(kMarkSignatureUnavailable, mark_signature_unavailable);
    TRELLIS_DECIDE(kConfirmAsAppropriateBody, confirm_as_appropriate_body);
    TRELLIS_DECIDE(kPausePlan, pause_plan);
    TRELLIS_DECIDE(kResumePlan, resume_plan);
    TRELLIS_DECIDE(kCorrectEntry, correct_entry);
    TRELLIS_DECIDE(kClosePlan, close_plan);
    TRELLIS_DECIDE(kRenewPlan, renew_plan);
    TRELLIS_DECIDE(kChangeParty, change_party);
    TRELLIS_DECIDE(kMoveSupportPlan, move_support_plan);
#undef TRELLIS_DECIDE
    default:
      break;
  }
  Crash("a command that is none on a support plan");
}

}  // namespace trellis::testing
