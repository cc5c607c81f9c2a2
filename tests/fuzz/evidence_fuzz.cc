// Bytes as an evidence bundle: an archive has one spelling, and nobody's key makes it hold.
#include <cstdint>
#include <cstring>

#include "evidence/bundle.h"
#include "evidence/bundle_reader.h"
#include "evidence/check.h"
#include "evidence/zip.h"
#include "tests/fuzz/fuzz.h"
#include "tests/proofs/signed_log.h"

namespace trellis::fuzz {

using evidence::ZipMember;

void Try(absl::string_view bytes) {
  const auto members = evidence::ReadZip(bytes);
  CheckError(members.status());
  if (members.ok()) {
    CHECK(evidence::WriteZip(*members) == bytes);
    CHECK(evidence::ZipBytes(*members) == bytes.size());
    CheckError(evidence::ReadEvidence(*members).status());
  }
  const evidence::CheckOptions foreign = {.keys = {proofs::testing::StrangerKey().verifier()}};
  const Report report = evidence::CheckBundle(bytes, foreign);
  CHECK(!report.holds());
  for (const std::string& finding : report.findings.kept()) CHECK(!finding.empty());
}

}  // namespace trellis::fuzz

// libFuzzer's own; there is none in the test that replays the corpus.
extern "C" __attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max);

// Mostly changes one member and seals the bundle again: checksums and digests would stop nearly
// everything else.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max,
                                          unsigned int seed) {
  namespace evidence = trellis::evidence;
  auto members = evidence::ReadZip({reinterpret_cast<const char*>(data), size});
  if (!members.ok() || members->empty() || seed % 8 == 0) return LLVMFuzzerMutate(data, size, max);
  std::string& content = (*members)[seed / 8 % members->size()].content;
  const size_t before = content.size();
  content.resize(before + 64);
  content.resize(
      LLVMFuzzerMutate(reinterpret_cast<uint8_t*>(content.data()), before, content.size()));
  if (members->back().name == evidence::kDigests) {
    members->pop_back();
    members->push_back({evidence::kDigests, evidence::DigestsOf(*members)});
  }
  const std::string made = evidence::WriteZip(*members);
  if (made.size() > max) return LLVMFuzzerMutate(data, size, max);
  std::memcpy(data, made.data(), made.size());
  return made.size();
}
