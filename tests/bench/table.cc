#include "tests/bench/table.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace trellis::bench {
namespace {

Row Compare(const std::string& what, double value, const std::string& unit,
            const std::string& limit_name, double limit, double wanted, bool at_least) {
  const double ratio = value / limit;
  return {.what = what,
          .measured = Figure(value, unit),
          .limit = absl::StrCat(limit_name, ": ", Figure(limit, unit)),
          .ratio = absl::StrFormat("%.2f ×", ratio),
          .wanted = absl::StrFormat("%s %.2f ×", at_least ? "≥" : "≤", wanted),
          .met = at_least ? ratio >= wanted : ratio <= wanted};
}

}  // namespace

std::string Figure(double value, const std::string& unit) {
  if (value >= 1000) {
    const std::string digits = absl::StrFormat("%.0f", value);
    std::string grouped;
    for (size_t i = 0; i < digits.size(); ++i) {
      if (i > 0 && (digits.size() - i) % 3 == 0) grouped += ' ';
      grouped += digits[i];
    }
    return absl::StrCat(grouped, " ", unit);
  }
  const int decimals = value >= 100 ? 0 : (value >= 10 ? 1 : 2);
  return absl::StrFormat("%.*f %s", decimals, value, unit);
}

Row AtLeast(const std::string& what, double value, const std::string& unit,
            const std::string& limit_name, double limit, double wanted) {
  return Compare(what, value, unit, limit_name, limit, wanted, true);
}

Row AtMost(const std::string& what, double value, const std::string& unit,
           const std::string& limit_name, double limit, double wanted) {
  return Compare(what, value, unit, limit_name, limit, wanted, false);
}

std::string Markdown(const std::vector<Row>& rows) {
  std::string table =
      "| measured | figure | limit, same run | ratio | wanted | met |\n|---|---|---|---|---|---|\n";
  for (const Row& row : rows) {
    absl::StrAppend(&table, "| ", row.what, " | ", row.measured, " | ", row.limit, " | ", row.ratio,
                    " | ", row.wanted, " | ",
                    row.wanted.empty() ? "" : (row.met ? "yes" : "**no**"), " |\n");
  }
  return table;
}

void Show(const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); }

double SecondsSince(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace trellis::bench
