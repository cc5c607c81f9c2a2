// The texts of session notes and programme reviews. They stand in the events alone, because they
// are between the mentor and the ECT: a state that is shown to others cannot show them, and stays
// small. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "domain/induction.h"

namespace trellis::domain {

// PERMISSION_DENIED unless the actor is the mentor or the ECT of the induction, acting as such.
absl::Status RequireMayReadNotes(const Induction& induction, const Context& context);

// The notes as those who draft an action plan read them: those of `module`, in upper or lower case,
// first, in the order of their sessions; then all others, the newest session first. Those struck
// out are left out.
std::vector<v1::SessionNote> ForDrafting(std::vector<v1::SessionNote> notes,
                                         absl::string_view module);

// Collects the texts of one induction, event by event. They are never put right: such a note is
// struck out and made anew.
class SessionTexts {
 public:
  void Add(const v1::InductionEvent& event);

  // The entry with its texts; those struck out keep theirs.
  v1::SessionNote WithText(v1::SessionNote note) const;
  v1::ProgrammeReview WithTexts(v1::ProgrammeReview review) const;

 private:
  std::map<std::string, std::string> notes_;
  std::map<std::string, v1::ProgrammeReview> reviews_;
};

}  // namespace trellis::domain
