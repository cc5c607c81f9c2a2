// Training programmes for early career teachers, as data: what a session note can be filed under.
//
// Source: the four core induction programmes that the Department for Education published in 2021
// ("support for early career teachers", Open Government Licence v3.0), counted page by page. A
// school may follow another programme, another order, or its own: what is not here is free text and
// never refused. Immutable; lives for ever.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "trellis/v1/induction.pb.h"
#include "trellis/v1/induction_service.pb.h"

namespace trellis::domain {

const std::vector<v1::KnownProgramme>& KnownProgrammes();

// The module that the note names, by number or title in upper or lower case and, where it has
// several parts, by its part; null if the catalogue has none.
const v1::KnownModule* FindModule(const v1::SessionNote& note);

// What the session of the note is called; empty if that is not known.
std::string SessionTitle(const v1::SessionNote& note);

}  // namespace trellis::domain
