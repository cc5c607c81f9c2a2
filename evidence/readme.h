// What a bundle says of itself, to somebody who has never heard of Trellis.
#pragma once

#include <string>

#include "evidence/bundle.h"
#include "proofs/checkpoint.h"

namespace trellis::evidence {

// The text of README.txt, each line at most 80 columns but for names and digests. `checkpoint` is
// that of `evidence`; `has_page`: the bundle has a page.html.
std::string ReadmeOf(const Evidence& evidence, const proofs::Checkpoint& checkpoint, bool has_page);

}  // namespace trellis::evidence
