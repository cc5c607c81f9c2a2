#include "queue/filter_parser.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/status_macros.h"
#include "queue/filter.h"

namespace trellis::queue {
namespace {

using Kind = FilterExpression::Kind;

// As much of a word as an error repeats.
constexpr size_t kGotMax = 20;

bool IsWordCharacter(char c) { return absl::ascii_isalnum(c) || c == '_'; }
bool IsKeyCharacter(char c) { return IsWordCharacter(c) || c == '-'; }
// A byte of UTF-8 that goes on with a character.
bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Reads from left to right, and each rule of the language is a function. It calls itself for
// parentheses only: the length of a filter bounds the depth.
class Parser {
 public:
  explicit Parser(absl::string_view text) : text_(text) {}

  absl::StatusOr<FilterExpression> ParseAll() {
    if (text_.size() > kFilterBytesMax) {
      return Fail(kFilterBytesMax, absl::StrCat(text_.size(), " bytes"),
                  absl::StrCat("at most ", kFilterBytesMax));
    }
    ASSIGN_OR_RETURN(FilterExpression expression, ParseExpression());
    if (at_ < text_.size()) return Fail(at_, "AND, OR or the end");
    return expression;
  }

 private:
  // Terms with the same operator between them.
  absl::StatusOr<FilterExpression> ParseExpression() {
    ASSIGN_OR_RETURN(FilterExpression first, ParseTerm());
    absl::string_view word = PeekWord();
    if (word != "AND" && word != "OR") return first;
    const absl::string_view joining = word;
    FilterExpression all{joining == "AND" ? Kind::kAnd : Kind::kOr, "", "", {}};
    all.parts.push_back(std::move(first));
    for (; word == joining; word = PeekWord()) {
      at_ += word.size();
      ASSIGN_OR_RETURN(FilterExpression term, ParseTerm());
      all.parts.push_back(std::move(term));
    }
    if (word == "AND" || word == "OR") {
      return Fail(at_, absl::StrCat("parentheses around what belongs together: beside ", joining,
                                    " it could mean two things"));
    }
    return all;
  }

  // A comparison or something in parentheses, after any number of negations.
  absl::StatusOr<FilterExpression> ParseTerm() {
    bool negated = false;
    for (;; negated = !negated) {
      if (!Take('-') && !TakeWord("NOT")) break;
    }
    ASSIGN_OR_RETURN(FilterExpression inner, ParseSimple());
    return negated ? Not(std::move(inner)) : std::move(inner);
  }

  absl::StatusOr<FilterExpression> ParseSimple() {
    if (Take('(')) {
      ASSIGN_OR_RETURN(FilterExpression inner, ParseExpression());
      if (!Take(')')) return Fail(at_, "AND, OR or \")\"");
      return inner;
    }
    if (TakeWord("attributes")) return ParseComparison();
    if (TakeWord("hasPrefix")) return ParseHasPrefix();
    return Fail(at_, "attributes, hasPrefix, NOT or \"(\"");
  }

  // What follows `attributes`.
  absl::StatusOr<FilterExpression> ParseComparison() {
    if (Take(':')) {
      ASSIGN_OR_RETURN(std::string key, ParseKey());
      return FilterExpression{Kind::kHas, std::move(key), "", {}};
    }
    if (!Take('.')) return Fail(at_, "\":\" or \".\" and a key");
    ASSIGN_OR_RETURN(std::string key, ParseKey());
    SkipBlanks();
    const bool differs = absl::StartsWith(Rest(), "!=");
    if (!differs && !absl::StartsWith(Rest(), "=")) {
      return Fail(at_,
                  "= or != (a key with other characters than letters, digits, _ and - stands "
                  "in quotes)");
    }
    at_ += differs ? 2 : 1;
    ASSIGN_OR_RETURN(std::string value, ParseString("a value in quotes"));
    FilterExpression equals{Kind::kEquals, std::move(key), std::move(value), {}};
    return differs ? Not(std::move(equals)) : std::move(equals);
  }

  // What follows `hasPrefix`.
  absl::StatusOr<FilterExpression> ParseHasPrefix() {
    if (!Take('(')) return Fail(at_, "\"(\"");
    if (!TakeWord("attributes")) return Fail(at_, "attributes");
    if (!Take('.')) return Fail(at_, "\".\" and a key");
    ASSIGN_OR_RETURN(std::string key, ParseKey());
    if (!Take(',')) return Fail(at_, "\",\"");
    ASSIGN_OR_RETURN(std::string value, ParseString("a prefix in quotes"));
    if (!Take(')')) return Fail(at_, "\")\"");
    return FilterExpression{Kind::kHasPrefix, std::move(key), std::move(value), {}};
  }

  absl::StatusOr<std::string> ParseKey() {
    SkipBlanks();
    const size_t start = at_;
    while (at_ < text_.size() && IsKeyCharacter(text_[at_])) ++at_;
    if (at_ > start) return std::string(text_.substr(start, at_ - start));
    ASSIGN_OR_RETURN(std::string key, ParseString("a key, in quotes if it has other characters "
                                                  "than letters, digits, _ and -"));
    if (key.empty()) return Fail(start, "a key that is not empty");
    return key;
  }

  absl::StatusOr<std::string> ParseString(absl::string_view want) {
    SkipBlanks();
    const size_t start = at_;
    if (start == text_.size() || (text_[start] != '"' && text_[start] != '\'')) {
      return Fail(start, want);
    }
    std::string value;
    for (++at_; at_ < text_.size();) {
      if (text_[at_] == text_[start]) {
        ++at_;
        return value;
      }
      if (text_[at_] == '\\') {
        RETURN_IF_ERROR(ParseEscape(value));
      } else {
        value += text_[at_++];
      }
    }
    return Fail(at_, absl::StrCat("the end of the string that begins in column ", Column(start)));
  }

  // Adds to `value` what a backslash and what belongs to it stand for.
  absl::Status ParseEscape(std::string& value) {
    const char kind = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    const auto count = [&](size_t from, size_t max, auto is_digit) {
      size_t digits = 0;
      while (digits < max && from + digits < text_.size() && is_digit(text_[from + digits])) {
        ++digits;
      }
      return digits;
    };
    const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
    const auto is_hex = [](char c) { return absl::ascii_isxdigit(c); };
    const size_t hex_wanted = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    const size_t size = hex_wanted > 0   ? 2 + count(at_ + 2, hex_wanted, is_hex)
                        : is_octal(kind) ? 1 + count(at_ + 1, 3, is_octal)
                                         : 2;
    std::string character;
    if ((hex_wanted > 0 && size != 2 + hex_wanted) ||
        !absl::CUnescape(text_.substr(at_, size), &character)) {
      return Fail(at_, R"(\\, \", \n, \t or the like, or \101, \x41, \u0041 or \U00000041)");
    }
    value += character;
    at_ += size;
    return absl::OkStatus();
  }

  static FilterExpression Not(FilterExpression inner) {
    FilterExpression negation{Kind::kNot, "", "", {}};
    negation.parts.push_back(std::move(inner));
    return negation;
  }

  absl::string_view Rest() const { return text_.substr(at_); }

  void SkipBlanks() {
    while (at_ < text_.size() && absl::ascii_isspace(text_[at_])) ++at_;
  }

  bool Take(char c) {
    SkipBlanks();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  absl::string_view PeekWord() {
    SkipBlanks();
    size_t end = at_;
    while (end < text_.size() && IsWordCharacter(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }

  bool TakeWord(absl::string_view wanted) {
    if (PeekWord() != wanted) return false;
    at_ += wanted.size();
    return true;
  }

  // In characters, from 1.
  size_t Column(size_t at) const {
    const absl::string_view before = text_.substr(0, at);
    return before.size() -
           static_cast<size_t>(std::count_if(before.begin(), before.end(), IsContinuation)) + 1;
  }

  // What stands at `at`. The contents of a string are not repeated: they are the caller's own.
  std::string Got(size_t at) const {
    if (at >= text_.size()) return "the end";
    if (text_[at] == '"' || text_[at] == '\'') return "a string";
    size_t end = at;
    while (end < text_.size() && end < at + kGotMax && IsWordCharacter(text_[end])) ++end;
    if (end == at) {
      for (++end; end < text_.size() && IsContinuation(text_[end]);) ++end;
    }
    return absl::StrCat("\"", absl::Utf8SafeCHexEscape(text_.substr(at, end - at)), "\"");
  }

  absl::Status Fail(size_t at, absl::string_view want) const { return Fail(at, Got(at), want); }

  absl::Status Fail(size_t at, absl::string_view got, absl::string_view want) const {
    const size_t column = Column(at);
    return Error(absl::StatusCode::kInvalidArgument, "FILTER_INVALID",
                 absl::StrCat("filter: column ", column, ": got ", got, ", want ", want),
                 {{"column", absl::StrCat(column)}});
  }

  const absl::string_view text_;
  size_t at_ = 0;
};

}  // namespace

absl::StatusOr<FilterExpression> ParseFilter(absl::string_view text) {
  return Parser(text).ParseAll();
}

}  // namespace trellis::queue
