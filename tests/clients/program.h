// The program as a test runs it: words in, text and an exit code out.
#pragma once

#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "clients/trellis/run.h"

namespace trellis::cli {

class Program {
 public:
  // `terminal`: standard error is one.
  explicit Program(bool terminal = false) : terminal_(terminal) {}

  int Run(const std::vector<std::string>& arguments) {
    std::istringstream in;
    out_.str("");
    err_.str("");
    return cli::Run(arguments, {.variables = [](const std::string&) { return std::nullopt; },
                                .in = in,
                                .out = out_,
                                .err = err_,
                                .err_is_terminal = terminal_});
  }

  // What the last run printed.
  std::string out() const { return out_.str(); }
  std::string err() const { return err_.str(); }

 private:
  const bool terminal_;
  std::ostringstream out_, err_;
};

}  // namespace trellis::cli
