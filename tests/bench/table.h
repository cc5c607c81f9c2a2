// What was measured, as a Markdown table.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace trellis::bench {

// One measurement beside its limit, both of the same run.
struct Row {
  std::string what;
  std::string measured;
  std::string limit;
  // Measured against limit, such as "0.82 ×"; empty where there is no limit to compare with.
  std::string ratio;
  // What is asked for; empty where nothing is.
  std::string wanted;
  bool met = true;
};

// Rounds figures for people: three significant digits.
std::string Figure(double value, const std::string& unit);

// A row whose ratio `value / limit` is to be at least (or at most) `wanted`.
Row AtLeast(const std::string& what, double value, const std::string& unit,
            const std::string& limit_name, double limit, double wanted);
Row AtMost(const std::string& what, double value, const std::string& unit,
           const std::string& limit_name, double limit, double wanted);

// The table.
std::string Markdown(const std::vector<Row>& rows);

// Says on standard error how far the measurement is.
void Show(const std::string& line);

// How long ago that was.
using SteadyClock = std::chrono::steady_clock;
double SecondsSince(SteadyClock::time_point start);

// The median of `values`, which are not empty.
double Median(std::vector<double> values);

}  // namespace trellis::bench
