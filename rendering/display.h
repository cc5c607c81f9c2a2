// Text on a screen of fixed-width characters: what is safe to print, how wide it is, where it
// wraps.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace trellis::rendering {

// `text` without anything that could make a page or a terminal lie: bytes that are no UTF-8,
// control characters and the marks that reverse the direction of text become U+FFFD, a tab a space;
// the line and paragraph separators U+2028 and U+2029 and all other line ends become '\n'.
std::string CleanText(absl::string_view text);

// CleanText on one line: each run of white space becomes one space, none stays at the ends.
std::string OneLine(absl::string_view text);

// How many columns a terminal needs for `text`, clean and on one line: two for the wide characters
// of East Asia and for emoji, none for combining marks and joiners, else one. A sequence that a
// terminal joins into one picture counts as its parts: the answer may be too large, never too
// small.
int DisplayWidth(absl::string_view text);

// `text` in lines of at most `width` columns, at least 2. Breaks at spaces and where a '\n' stands;
// a word that is longer than a line is broken between characters, never before a combining mark.
// At least one line.
std::vector<std::string> Wrap(absl::string_view text, int width);

// `line` with spaces after it, to `width` columns.
std::string PadRight(absl::string_view line, int width);

}  // namespace trellis::rendering
