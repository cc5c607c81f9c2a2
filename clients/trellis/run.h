// The program, apart from the process it runs in.
#pragma once

#include <functional>
#include <istream>
#include <ostream>
#include <string>
#include <vector>

#include "clients/trellis/settings.h"

namespace trellis::cli {

// What the process has. The streams must outlive the run.
struct Process {
  Variables variables;
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  // The terminal's width; 160, the form's own, where there is none.
  int columns = 160;
  // Whether the user wants to stop. Asked first, it takes Ctrl-C over, which until then ends the
  // program. Empty: nobody can.
  std::function<bool()> interrupted = {};
  // Holds SIGINT and SIGTERM back, also from threads that begin later, and gives what waits for one
  // of them. For what serves until then.
  std::function<std::function<void()>()> hold_signals = {};
};

// Does what `arguments`, without the program's name, ask for, and returns the exit code. Answers go
// to `out`, errors in one line to `err`.
int Run(const std::vector<std::string>& arguments, const Process& process);

}  // namespace trellis::cli
