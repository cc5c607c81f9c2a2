#include "services/erasure.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/status_macros.h"
#include "domain/aggregate.h"
#include "domain/erasable.h"
#include "domain/person.h"
#include "services/held_records.h"
#include "services/retention.h"
#include "trellis/v1/erasure_requests.pb.h"

namespace trellis::services {
namespace {

using projections::StateRowPointer;

v1::ErasureReport ReportOf(const Held& held, const domain::RetentionFinding& finding,
                           absl::CivilDay today) {
  v1::ErasureReport report;
  const auto add = [](std::string what, int64_t count, const char* why,
                      google::protobuf::RepeatedPtrField<v1::ErasureReport::Part>& parts) {
    v1::ErasureReport::Part& part = *parts.Add();
    part.set_what(std::move(what));
    part.set_count(count);
    part.set_why(why);
  };
  for (const StateRowPointer& row : held.records) {
    add(domain::NameOf(*row->state), row->revision, "sealed under the key that is destroyed",
        *report.mutable_goes());
  }
  auto& stays = *report.mutable_stays();
  add("headers of these events", 0,
      "times, types, ids and digests prove that the ledger is whole, and name nobody", stays);
  add("records of others", held.others,
      "they are kept for whom they are about, and may name the person as mentor, tutor or author",
      stays);
  add("reminders", 0, "which entries of a record fell due when, by ids alone", stays);
  add("access log", 0, "who has looked at what is kept by ids alone, for its own time", stays);
  add("what was delivered or exported", 0,
      "subscribers get a notice with each record; bundles and files are with whoever has them",
      stays);
  add("backups of keys elsewhere", 0,
      "only those in --key-backups are reached; the others end with their own time, and a restored "
      "key is destroyed at the start",
      stays);
  for (const std::string& record : finding.records) {
    if (record == domain::NameOf(*held.records.front()->state)) continue;
    add(record, 0, "joined with the person, with a key of its own: erase it too", stays);
  }
  for (const std::string& reason : domain::ReasonsAgainst(finding, today)) {
    report.add_against(reason);
  }
  return report;
}

class Erasing {
 public:
  Erasing(const Rooms& rooms, Eraser& eraser, Call call, const v1::EraseSubjectRequest& request)
      : rooms_(rooms), eraser_(eraser), call_(std::move(call)), request_(request) {}

  void Begin() const {
    const absl::StatusOr<v1::ErasureReport> report = Report();
    if (!report.ok()) return call_.Fail(report.status());
    if (request_.dry_run()) return DryRun(*report);
    absl::StatusOr<Caller> caller = call_.admission().caller;
    if (!caller.ok()) return call_.Fail(caller.status());
    caller->credential = CredentialOf(call_.admission().principal);
    rooms_.pipeline.Execute<v1::Person>(
        *caller, request_,
        [self = *this, report = *report](const absl::StatusOr<std::string>& reply) {
          if (!reply.ok()) return self.call_.Fail(reply.status());
          self.Answer(*reply, report);
        },
        [self = *this, actor = caller->actor](
            const v1::Person& person, const domain::DecisionOn<v1::Person>& decision,
            Outcome& outcome) { return self.Elsewhere(person, decision, actor, outcome); });
  }

 private:
  // A subject stays the same whatever person it is bound to: two people are two subjects.
  std::string CredentialOf(const Principal& principal) const {
    if (principal.subject.empty()) return "";
    return absl::BytesToHexString(AsBytes(rooms_.vault.Fingerprint(
        absl::StrCat("subject of a token\n", principal.issuer, "\n", principal.subject))));
  }

  // What is kept of the person, without the names of records that the caller may not see.
  absl::StatusOr<domain::RetentionFinding> Finding() const {
    ASSIGN_OR_RETURN(domain::RetentionFinding finding, RetentionOf(rooms_, request_.name()));
    for (v1::RetentionDuty& duty : finding.duties) {
      ASSIGN_OR_RETURN(const bool may_know, MayKnow(rooms_, call_.admission(), duty));
      if (!may_know) duty.clear_source();
    }
    return finding;
  }

  absl::CivilDay Today() const { return LondonDay(rooms_.clock.Now()); }

  absl::StatusOr<v1::ErasureReport> Report() const {
    ASSIGN_OR_RETURN(const StateRowPointer person, rooms_.views.FindRow(request_.name()));
    if (person == nullptr) return domain::NotFound(request_.name());
    ASSIGN_OR_RETURN(const Held held, HeldOf(rooms_.views, person));
    ASSIGN_OR_RETURN(const domain::RetentionFinding finding, Finding());
    return ReportOf(held, finding, Today());
  }

  void DryRun(const v1::ErasureReport& report) const {
    v1::EraseSubjectResponse response;
    const absl::StatusOr<StateRowPointer> person = rooms_.views.FindRow(request_.name());
    if (!person.ok()) return call_.Fail(person.status());
    *response.mutable_person() = (*person)->as<v1::Person>();
    *response.mutable_report() = report;
    // What writes nothing is a look, and recorded as one.
    response.mutable_receipt();
    call_.ReplyBytes(response.SerializeAsString());
  }

  // Looks at the present records each time that the command is decided: a hold that is placed
  // meanwhile moves the person, and the command is decided anew.
  absl::Status Elsewhere(const v1::Person& person, const domain::DecisionOn<v1::Person>& decision,
                         const v1::Party& actor, Outcome& outcome) const {
    ASSIGN_OR_RETURN(const domain::RetentionFinding finding, Finding());
    const domain::Context context{.now = rooms_.clock.Now(),
                                  .today = Today(),
                                  .actor = actor,
                                  .capacity = v1::CAPACITY_UNSPECIFIED,
                                  .new_name = ""};
    RETURN_IF_ERROR(domain::RequireErasable(finding, request_, context.today));
    for (const v1::PersonEvent& event : decision.events) {
      if (!event.has_subject_erased()) continue;
      ASSIGN_OR_RETURN(const StateRowPointer row, rooms_.views.FindRow(person.name()));
      ASSIGN_OR_RETURN(const Held held, HeldOf(rooms_.views, row));
      AddErasures(held, context, outcome);
    }
    return absl::OkStatus();
  }

  void Answer(const std::string& reply, const v1::ErasureReport& report) const {
    v1::EraseSubjectResponse response;
    response.ParseFromString(reply);
    *response.mutable_report() = report;
    if (response.person().has_erase_time()) {
      *response.mutable_operation() = Eraser::OperationOf(response.person());
      eraser_.Wake();
    }
    call_.Reply(response);
  }

  const Rooms rooms_;
  Eraser& eraser_;
  const Call call_;
  const v1::EraseSubjectRequest request_;
};

}  // namespace

Handler EraseSubjectHandler(const Rooms& rooms, Eraser& eraser) {
  return Unary<v1::EraseSubjectRequest>(
      [rooms, &eraser](Call call, const v1::EraseSubjectRequest& request) {
        Erasing(rooms, eraser, std::move(call), request).Begin();
      });
}

}  // namespace trellis::services
