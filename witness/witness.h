// A witness: cosigns checkpoints of the logs it watches, as long as each of them only grows.
//
// It answers as C2SP tlog-witness lays down, and remembers before it answers: whoever has a
// cosignature can rely on the witness never cosigning another tree of that size, nor a smaller one,
// whatever happens to its machine. Thread-safe; requests about one log are answered one at a time.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "proofs/key.h"
#include "witness/rules.h"
#include "witness/state_directory.h"

namespace trellis::witness {

struct Options {
  // A directory; made on the first run, those above it are not.
  std::string state;
  // The file of the private key; made on the first run (proofs/key_file.h).
  std::string key_file;
  // The name of the new key, needed on the first run. Later, if given, it has to be the key's.
  std::string name = {};
  // The keys of the logs to watch, at least one.
  std::vector<std::string> logs;
};

// An answer over HTTP.
struct Reply {
  int status = 0;
  std::string content_type;
  std::string body;
};

// Of the answer 409, whose body is the size of the tree that was cosigned last.
inline constexpr char kSizeMediaType[] = "text/x.tlog.size";

class Witness {
 public:
  // Opens the state and the key, or makes both. `clock` must outlive it. Errors of ReadLogKeys,
  // ReadKeyFile, WriteKeyFile and StateDirectory; INVALID_ARGUMENT (KEY_UNFIT) if the key is no
  // witness's or has another name, or there is none and no name for one.
  static absl::StatusOr<std::unique_ptr<Witness>> Open(const Options& options, const Clock& clock);

  // Answers `POST /add-checkpoint`. 200 and the cosignature's line, once it is kept; 400, 403, 404,
  // 409 and 422 as rules.h says; 503 if it could not be kept. From then on it is 503 for that log
  // until the witness is opened anew: what stands on the disk is no longer certain.
  Reply AddCheckpoint(absl::string_view request);

  // Answers `GET /<origin_hash>/checkpoint`: 200 and the checkpoint that was cosigned last; 404 if
  // there is none.
  Reply LastCheckpoint(absl::string_view origin_hash) const;

  // The public key, as others write it into their policies.
  std::string vkey() const { return key_.verifier().ToString(); }

 private:
  struct Watched {
    Mutex mutex;
    Cosigned last ABSL_GUARDED_BY(mutex);
    absl::Status health ABSL_GUARDED_BY(mutex);
    Digest fork ABSL_GUARDED_BY(mutex) = {};  // The root of the last that was noted.
  };

  Witness(proofs::SignerKey key, LogKeys keys, std::unique_ptr<StateDirectory> state,
          const Clock& clock);
  // The cosignature's line.
  absl::StatusOr<std::string> Cosign(const Submission& submission, const std::string& hash,
                                     Watched& log) ABSL_EXCLUSIVE_LOCKS_REQUIRED(log.mutex);

  const proofs::SignerKey key_;
  const LogKeys keys_;
  const std::unique_ptr<StateDirectory> state_;
  const Clock& clock_;
  // By OriginHash: those that are watched, and those that were.
  std::map<std::string, std::unique_ptr<Watched>, std::less<>> logs_;
};

}  // namespace trellis::witness
