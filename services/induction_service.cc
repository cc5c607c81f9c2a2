#include "services/induction_service.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "domain/dates.h"
#include "domain/induction.h"
#include "domain/programmes.h"
#include "domain/session_notes.h"
#include "domain/term_clock.h"
#include "projections/stored_event.h"
#include "services/pages.h"
#include "services/programme_end.h"
#include "services/seen.h"

namespace trellis::services {
namespace {

constexpr int kItemsByDefault = 50;

template <typename Request>
Handler InductionCommand(const Rooms& rooms) {
  return CommandHandler<v1::Induction, Request>(rooms);
}

Handler CompleteProgrammeHandler(const Rooms& rooms) {
  return CommandHandler<v1::Induction, v1::CompleteProgrammeRequest>(
      rooms,
      [&views = rooms.views](const v1::Induction& induction,
                             const domain::DecisionOn<v1::Induction>& decision, Outcome& outcome) {
        return HandOverActionPlans(views, induction, decision, outcome);
      });
}

absl::StatusOr<domain::SessionTexts> TextsOf(const Rooms& rooms, const v1::Induction& induction) {
  ASSIGN_OR_RETURN(
      const std::vector<eventstore::Record> records,
      rooms.log.ReadStream(induction.name(), 1, static_cast<uint64_t>(induction.revision())));
  domain::SessionTexts texts;
  for (const eventstore::Record& record : records) {
    v1::InductionEvent event;
    RETURN_IF_ERROR(projections::ReadEvent(rooms.vault, record, event));
    texts.Add(event);
  }
  return texts;
}

bool Meets(const v1::SessionNote& note, const v1::ListSessionNotesRequest& request) {
  const auto is = [](const std::string& wanted, const std::string& got) {
    return wanted.empty() || absl::EqualsIgnoreCase(wanted, got);
  };
  return is(request.provider(), note.programme().provider()) &&
         is(request.module(), note.module()) &&
         (request.year() == 0 || request.year() == note.year());
}

}  // namespace

absl::StatusOr<v1::Induction> InductionForPartner(const Rooms& rooms, const Caller& caller,
                                                  const std::string& name) {
  ASSIGN_OR_RETURN(v1::Induction induction, StateAt<v1::Induction>(rooms, name, Moment{}));
  domain::Context context;
  context.now = rooms.clock.Now();
  context.today = LondonDay(context.now);
  context.actor = caller.actor;
  context.capacity = caller.capacity;
  RETURN_IF_ERROR(domain::RequireMayReadNotes(induction, context));
  return induction;
}

absl::StatusOr<v1::ListInductionsResponse> ListInductions(
    const Rooms& rooms, const v1::ListInductionsRequest& request) {
  ASSIGN_OR_RETURN(const std::string after, PageCursor(request));
  ASSIGN_OR_RETURN(
      auto listing,
      rooms.views.Inductions(request, after, PageSize(request.page_size(), kItemsByDefault)));
  v1::ListInductionsResponse response;
  if (listing.more) response.set_next_page_token(PageToken(request, listing.items.back().name()));
  for (v1::InductionSummary& induction : listing.items) {
    *response.add_inductions() = std::move(induction);
  }
  return response;
}

absl::StatusOr<v1::InductionClock> GetInductionClock(const Rooms& rooms,
                                                     const v1::GetInductionClockRequest& request) {
  ASSIGN_OR_RETURN(const v1::Induction induction,
                   StateAt<v1::Induction>(rooms, request.name(), Moment{}));
  const absl::CivilDay today = LondonDay(rooms.clock.Now());
  return domain::ClockOn(induction, domain::ParseDate(request.on()).value_or(today));
}

absl::StatusOr<v1::ListProgrammesResponse> ListProgrammes(
    const Rooms&, const v1::ListProgrammesRequest& request) {
  v1::ListProgrammesResponse response;
  RETURN_IF_ERROR(CutPage(request, domain::KnownProgrammes(), kItemsByDefault,
                          response.mutable_programmes(), response));
  return response;
}

absl::StatusOr<v1::ListSessionNotesResponse> ListSessionNotes(
    const Rooms& rooms, const Caller& caller, const v1::ListSessionNotesRequest& request) {
  ASSIGN_OR_RETURN(const v1::Induction induction,
                   InductionForPartner(rooms, caller, request.name()));
  ASSIGN_OR_RETURN(const domain::SessionTexts texts, TextsOf(rooms, induction));
  std::vector<v1::SessionNote> notes;
  for (const v1::SessionNote& note : induction.session_notes()) {
    if (Meets(note, request)) notes.push_back(texts.WithText(note));
  }
  if (!request.module_first().empty()) notes = domain::ForDrafting(notes, request.module_first());
  v1::ListSessionNotesResponse response;
  RETURN_IF_ERROR(
      CutPage(request, notes, kItemsByDefault, response.mutable_session_notes(), response));
  return response;
}

absl::StatusOr<v1::ListProgrammeReviewsResponse> ListProgrammeReviews(
    const Rooms& rooms, const Caller& caller, const v1::ListProgrammeReviewsRequest& request) {
  ASSIGN_OR_RETURN(const v1::Induction induction,
                   InductionForPartner(rooms, caller, request.name()));
  ASSIGN_OR_RETURN(const domain::SessionTexts texts, TextsOf(rooms, induction));
  std::vector<v1::ProgrammeReview> reviews;
  for (const v1::ProgrammeReview& review : induction.programme_reviews()) {
    reviews.push_back(texts.WithTexts(review));
  }
  v1::ListProgrammeReviewsResponse response;
  RETURN_IF_ERROR(
      CutPage(request, reviews, kItemsByDefault, response.mutable_programme_reviews(), response));
  return response;
}

std::map<std::string, Handler> InductionHandlers(const Rooms& rooms) {
  return {
      {"RegisterEct", InductionCommand<v1::RegisterEctRequest>(rooms)},
      {"SetTrn", InductionCommand<v1::SetTrnRequest>(rooms)},
      {"AssignMentor", InductionCommand<v1::AssignMentorRequest>(rooms)},
      {"EndMentorship", InductionCommand<v1::EndMentorshipRequest>(rooms)},
      {"AssignTutor", InductionCommand<v1::AssignTutorRequest>(rooms)},
      {"ChangeAppropriateBody", InductionCommand<v1::ChangeAppropriateBodyRequest>(rooms)},
      {"ChangeHeadteacher", InductionCommand<v1::ChangeHeadteacherRequest>(rooms)},
      {"MoveSchool", InductionCommand<v1::MoveSchoolRequest>(rooms)},
      {"ChangeWorkingPattern", InductionCommand<v1::ChangeWorkingPatternRequest>(rooms)},
      {"PauseInduction", InductionCommand<v1::PauseInductionRequest>(rooms)},
      {"ResumeInduction", InductionCommand<v1::ResumeInductionRequest>(rooms)},
      {"ExtendInduction", InductionCommand<v1::ExtendInductionRequest>(rooms)},
      {"ReduceInduction", InductionCommand<v1::ReduceInductionRequest>(rooms)},
      {"RecordAbsence", InductionCommand<v1::RecordAbsenceRequest>(rooms)},
      {"RecordSessionNote", InductionCommand<v1::RecordSessionNoteRequest>(rooms)},
      {"CorrectInductionEntry", InductionCommand<v1::CorrectInductionEntryRequest>(rooms)},
      {"RecordProgrammeReview", InductionCommand<v1::RecordProgrammeReviewRequest>(rooms)},
      {"CompleteProgramme", CompleteProgrammeHandler(rooms)},
      {"CompleteInduction", InductionCommand<v1::CompleteInductionRequest>(rooms)},
      {"LeaveInduction", InductionCommand<v1::LeaveInductionRequest>(rooms)},
      {"GetInduction", GetHandler<v1::GetInductionRequest>(rooms)},
      {"ListInductions",
       SeenHandler(rooms, ListInductions, &v1::ListInductionsResponse::mutable_inductions)},
      {"GetInductionClock", ReadHandler(rooms, GetInductionClock)},
      {"ListSessionNotes", ReadHandler(rooms, ListSessionNotes)},
      {"ListProgrammeReviews", ReadHandler(rooms, ListProgrammeReviews)},
      {"ListProgrammes", ReadHandler(rooms, ListProgrammes)},
  };
}

}  // namespace trellis::services
