// Processes that are measured from outside.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace trellis::bench {

// A server in a process of its own, which ends with this object.
class ServerProcess {
 public:
  // Starts `command` and reads its standard output until a line comes; crashes if none does.
  explicit ServerProcess(const std::vector<std::string>& command);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // The line it printed.
  const std::string& line() const { return line_; }
  // The word after `key` in the line, up to a blank or comma.
  std::string WordAfter(const std::string& key) const;
  // Seconds from the start of the process to the line.
  double start_seconds() const { return start_seconds_; }
  pid_t pid() const { return pid_; }
  // Its resident memory in MiB, now.
  double resident_mib() const;
  // The processor time that it has used so far, in seconds.
  double cpu_seconds() const;

 private:
  pid_t pid_ = -1;
  std::string line_;
  double start_seconds_ = 0;
};

// The processor time that a process has used so far, in seconds.
double CpuSecondsOf(pid_t process);

// The null server: answers every request of the `rpc` ("command" or "read") with the message that
// `answer` holds, until SIGTERM; over TLS if there are files, in PEM, for it.
int ServeNull(const std::string& rpc, const std::string& answer, const std::string& certificate,
              const std::string& key);

// The rpc of the null server.
inline constexpr char kNullMethod[] = "/trellis.bench.Null/Call";

}  // namespace trellis::bench
