// Opens the log `DIRECTORY/log` and reads all of it, in a process of its own: RocksDB, as Debian
// builds it, ends a process for some damages. The private key is what standard input says.
//
//   refused REASON MESSAGE      it was not opened
//   gone REASON MESSAGE         it was, and a record cannot be read
//   whole RECORDS DIGEST        all of it can; the digest of all leaves
#include <iostream>
#include <iterator>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/error.h"
#include "eventstore/event_log.h"

namespace trellis {
namespace {

int Say(const char* what, const absl::Status& status) {
  std::cout << what << ' ' << ErrorReason(status) << ' ' << status.message() << '\n';
  return 0;
}

int OpenLog(const std::string& directory, const std::string& key) {
  auto signer = proofs::SignerKey::Parse(key);
  if (!signer.ok()) return Say("no key", signer.status());
  const SystemClock clock;
  const auto log = eventstore::EventLog::Open({.directory = directory + "/log",
                                               .ledger = "test",
                                               .memtable_bytes = 64 * 1024,
                                               .key = *std::move(signer)},
                                              clock);
  if (!log.ok()) return Say("refused", log.status());
  std::string leaves;
  uint64_t records = 0;
  const absl::Status read =
      (*log)->ReadAll(1, (*log)->durable_position(), [&](const eventstore::Record& record) {
        absl::StrAppend(&leaves, AsBytes(record.leaf_digest));
        ++records;
        return absl::OkStatus();
      });
  if (!read.ok()) return Say("gone", read);
  std::cout << "whole " << records << ' ' << absl::BytesToHexString(AsBytes(Sha256(leaves)))
            << '\n';
  return 0;
}

}  // namespace
}  // namespace trellis

int main(int, char** argv) {
  const std::string key{std::istreambuf_iterator<char>(std::cin), {}};
  return trellis::OpenLog(argv[1], key);
}
