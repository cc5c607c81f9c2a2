// What may happen to an induction, and what each thing that happened means.
//
// Requests have passed Validate. Every rule about capacity and state stands in a Decide; Evolve has
// none. Source of the rules: statutory guidance for induction, April 2024, sections 2 and 3.
#pragma once

#include <string>

#include "domain/decision.h"
#include "trellis/v1/induction.pb.h"
#include "trellis/v1/induction_events.pb.h"
#include "trellis/v1/induction_service.pb.h"

namespace trellis::domain {

template <>
struct EventOf<v1::Induction> {
  using Type = v1::InductionEvent;
};
template <typename State>
class DraftOn;
using Induction = v1::Induction;
using InductionDraft = DraftOn<Induction>;
using InductionDecision = DecisionOn<Induction>;
inline constexpr absl::string_view kInductionStreams = "inductions/";

using InductionDecided = DecidedOn<Induction>;

// Applies `event` to `induction`. Total: every event ever written has a case, for ever. `name` is
// the induction's, set by its first event. The texts of session notes and programme reviews stay in
// the events: see domain/session_notes.h.
void Evolve(v1::Induction& induction, const std::string& name, const v1::InductionEvent& event,
            const EventFacts& facts);

// Each returns what follows, or a refusal: NOT_FOUND (no such induction or entry),
// PERMISSION_DENIED (not in this capacity), FAILED_PRECONDITION (a rule), ALREADY_EXISTS
// (RegisterEct). `induction` is the present state; one that does not exist has revision 0.
InductionDecided Decide(const Induction& induction, const v1::RegisterEctRequest& request,
                        const Context& context);
InductionDecided Decide(const Induction& induction, const v1::SetTrnRequest& request,
                        const Context& context);
InductionDecided Decide(const Induction& induction, const v1::AssignMentorRequest& request,
                        const Context& context);
InductionDecided Decide(const Induction& induction, const v1::EndMentorshipRequest& request,
                        const Context& context);
InductionDecided Decide(const Induction& induction, const v1::AssignTutorRequest& request,
                        const Context& context);
InductionDecided Decide(const Induction& induction, const v1::ChangeAppropriateBodyRequest& request,
                        const Context& context);
InductionDecided Decide(const Induction& induction, const v1::ChangeHeadteacherRequest& request,
                        const Context& context);
InductionDecided Decide(const Induction& induction, const v1::MoveSchoolRequest& request,
                        const Context& context);
InductionDecided Decide(const Induction& induction, const v1::ChangeWorkingPatternRequest& request,
                        const Context& context);
InductionDecided Decide(const Induction& induction, const v1::PauseInductionRequest& request,
                        const Context& context);
InductionDecided Decide(const Induction& induction, const v1::ResumeInductionRequest& request,
                        const Context& context);
InductionDecided Decide(const Induction& induction, const v1::ExtendInductionRequest& request,
                        const Context& context);
InductionDecided Decide(const Induction& induction, const v1::ReduceInductionRequest& request,
                        const Context& context);
InductionDecided Decide(const Induction& induction, const v1::RecordAbsenceRequest& request,
                        const Context& context);
InductionDecided Decide(const Induction& induction, const v1::RecordSessionNoteRequest& request,
                        const Context& context);
InductionDecided Decide(const Induction& induction, const v1::CorrectInductionEntryRequest& request,
                        const Context& context);
InductionDecided Decide(const Induction& induction, const v1::RecordProgrammeReviewRequest& request,
                        const Context& context);
InductionDecided Decide(const Induction& induction, const v1::CompleteProgrammeRequest& request,
                        const Context& context);
InductionDecided Decide(const Induction& induction, const v1::CompleteInductionRequest& request,
                        const Context& context);
InductionDecided Decide(const Induction& induction, const v1::LeaveInductionRequest& request,
                        const Context& context);

}  // namespace trellis::domain
