// The real server as a process of its own.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

#include "tests/support/temp_directory.h"

namespace trellis::integration {

class Daemon {
 public:
  // Starts trellisd with these arguments.
  explicit Daemon(const std::vector<std::string>& arguments);
  // Kills it if it runs still.
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Waits until it says where it serves; false if it ended instead, or said nothing for 30 s.
  bool AwaitServing();
  const std::string& grpc_address() const { return grpc_address_; }
  const std::string& http_address() const { return http_address_; }

  pid_t process() const { return process_; }
  void Signal(int signal) const;
  // Waits for its end. Its exit code; 128 and the signal if one ended it.
  int Wait();

  // What it has printed: all of it once it has ended, up to the line about serving before.
  const std::string& out() const { return out_; }
  std::string err() const;

 private:
  // Reads standard output up to a line's end, or to the end if `all`.
  bool ReadOut(bool all);

  const testing::TempDirectory directory_;
  pid_t process_ = -1;
  int out_fd_ = -1;
  std::string out_;
  std::string grpc_address_;
  std::string http_address_;
};

// What became of a process that was to end by itself.
struct Ended {
  int exit_code = 0;
  std::string out;
  std::string err;
};
Ended RunToEnd(const std::vector<std::string>& arguments);

// The arguments for a server of what `data` holds, on free ports, followed by `more`.
std::vector<std::string> Serving(const std::string& data,
                                 const std::vector<std::string>& more = {});

}  // namespace trellis::integration
