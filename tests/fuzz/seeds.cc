// Writes the first inputs of each corpus out of real things: fuzz_seeds DIRECTORY. What libFuzzer
// found beside them stays.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>

#include "proofs/tile.h"
#include "proofs/tlog_proof.h"
#include "services/csv_reader.h"
#include "services/pages.h"
#include "tests/eventstore/log_fixture.h"
#include "tests/evidence/evidence_fixture.h"
#include "tests/identity/rfc_vectors.h"
#include "tests/scenarios/scenario_file.h"
#include "tests/support/methods.h"
#include "trellis/v1/audit_service.pb.h"
#include "witness/request.h"

namespace trellis::fuzz {
namespace {

namespace pb = google::protobuf;
using proofs::testing::LogKey;
using proofs::testing::WitnessKey;

class Corpus {
 public:
  Corpus(const std::string& root, const std::string& target) : directory_(root + "/" + target) {
    std::filesystem::create_directories(directory_);
  }
  void Add(const std::string& name, absl::string_view bytes) const {
    std::ofstream file(directory_ + "/" + name, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    CHECK(file.good());
  }
  // And what it becomes by an end that is missing, a byte that is changed and one too many.
  void AddWithMistakes(const std::string& name, const std::string& bytes) const {
    Add(name, bytes);
    Add(name + "_cut", absl::string_view(bytes).substr(0, bytes.size() * 2 / 3));
    std::string changed = bytes;
    changed[changed.size() / 2] ^= 1;
    Add(name + "_changed", changed);
    Add(name + "_longer", bytes + "\n");
  }
  void AddAll(const std::vector<std::string>& texts) const {
    for (size_t i = 0; i < texts.size(); ++i) Add(absl::StrCat("text_", i), texts[i]);
  }

 private:
  const std::string directory_;
};

proofs::Note SignedNote(const std::vector<size_t>& witnesses) {
  return proofs::testing::Signed({LogKey().verifier().name(), 5, Sha256("root"), {}}, witnesses);
}

void WriteNotes(const std::string& root) {
  const Corpus notes(root, "note");
  notes.AddWithMistakes("log", proofs::FormatNote(SignedNote({})));
  notes.AddWithMistakes("witnesses", proofs::FormatNote(SignedNote({0, 1, 2})));
  notes.Add("checkpoint", proofs::FormatCheckpoint({"a", 0, Sha256(""), {"extension"}}));
  notes.Add("signature", proofs::FormatSignature(SignedNote({}).signatures[0]));
  const Corpus proof(root, "tlog_proof");
  proofs::TlogProof tlog{"extra", 2, {Sha256("a"), Sha256("b")}, SignedNote({1})};
  proof.AddWithMistakes("extra", proofs::FormatTlogProof(tlog));
  tlog.extra.reset();
  tlog.hashes.clear();
  proof.AddWithMistakes("alone", proofs::FormatTlogProof(tlog));
  const Corpus requests(root, "witness_request");
  requests.AddWithMistakes("grown", witness::FormatRequest({3, {Sha256("a")}, SignedNote({})}));
  requests.AddWithMistakes("first", witness::FormatRequest({0, {}, SignedNote({2})}));
  const Corpus keys(root, "key");
  keys.AddWithMistakes("log", LogKey().verifier().ToString());
  keys.AddWithMistakes("witness", WitnessKey(0).verifier().ToString());
  keys.AddWithMistakes("log_secret", LogKey().ToSecretString());
  keys.AddWithMistakes("witness_secret", WitnessKey(1).ToSecretString());
  const Corpus policies(root, "policy");
  std::string policy = absl::StrCat("# Who counts.\nlog ", LogKey().verifier().ToString(),
                                    " https://ledger.example\n");
  for (size_t i = 0; i < 3; ++i) {
    absl::StrAppend(&policy, "witness w", i, " ", WitnessKey(i).verifier().ToString(), "\n");
  }
  policies.Add("nobody", policy + "quorum none\n");
  policies.Add("one", policy + "quorum w2\n");
  policies.AddWithMistakes("groups", policy +
                                         "group two 2 w0 w1 w2\ngroup any any two w0\n"
                                         "group all all any\nquorum all\n");
}

void WriteTiles(const std::string& root) {
  const Corpus tiles(root, "tile");
  tiles.AddAll({"tile/0/000", "tile/0/x001/x234/067", "tile/1/000.p/17", "tile/entries/000.p/255",
                "tile/63/x072/x057/x594/x037/x927/935", "tile/0/x000/001", "tile/0/000.p/256"});
  std::string bundle;
  for (const char* const entry : {"", "one", "a longer entry"}) proofs::AppendEntry(entry, bundle);
  tiles.AddWithMistakes("bundle", bundle);
}

void WriteBundles(const std::string& root) {
  evidence::Ledger ledger;
  const std::string person = ledger.AppendPerson();
  const std::string plan = ledger.PlayPlan(3);
  const evidence::Evidence evidence = ledger.EvidenceOf(plan);
  const Corpus records(root, "record");
  for (eventstore::Record record : evidence.records) {
    records.AddWithMistakes(absl::StrCat("plan_", record.header.revision),
                            eventstore::EncodeRecord(record));
  }
  const Corpus bundles(root, "evidence");
  bundles.Add("plan", evidence::Written(evidence));
  bundles.AddWithMistakes("person", evidence::Written(ledger.EvidenceOf(person, {0, 1})));
  bundles.Add("empty", evidence::WriteZip({}));
  bundles.AddWithMistakes("zip", evidence::WriteZip({{"a/b.txt", "one"}, {"c", ""}}));
}

// The command of each scenario that is the first of its kind to be accepted, or refused.
void WriteCommands(const Corpus& requests) {
  std::set<std::string> written;
  for (const std::string& path : testing::ScenarioFiles()) {
    for (const testing::Scenario& scenario : testing::ReadScenarios(path)) {
      for (const testing::Result& result : testing::RunScenario(scenario)) {
        const pb::Message& request = testing::RequestOf(result.step.given.command);
        const std::string name =
            absl::StrCat(request.GetDescriptor()->name(), result.decided.ok() ? "" : "_refused");
        const std::string bytes = request.SerializeAsString();
        if (bytes.size() > 2000 || !written.insert(name).second) continue;
        requests.Add(name, absl::StrCat(request.GetDescriptor()->full_name(), "\n", bytes));
      }
    }
  }
}

void WriteRequests(const std::string& root) {
  const Corpus requests(root, "request");
  for (const pb::MethodDescriptor* const method : testing::ServedMethods()) {
    const pb::Descriptor& type = *method->input_type();
    const std::unique_ptr<pb::Message> request(
        pb::MessageFactory::generated_factory()->GetPrototype(&type)->New());
    for (int i = 0; i < type.field_count(); ++i) {
      const pb::FieldDescriptor* const field = type.field(i);
      if (field->is_repeated() || field->type() != pb::FieldDescriptor::TYPE_STRING) continue;
      const bool names = field->name() == "name" || field->name() == "parent";
      request->GetReflection()->SetString(request.get(), field, names ? testing::kPlan : "1");
    }
    requests.Add(type.name() + "_texts",
                 absl::StrCat(type.full_name(), "\n", request->SerializeAsString()));
  }
  WriteCommands(requests);
}

void WriteTexts(const std::string& root) {
  Corpus(root, "csv")
      .AddAll({"URN,LA (code),EstablishmentName\r\n100000,201,\"The Aldgate School\"\r\n",
               "a,b\nfirst,\"in \"\"quotes\"\"\"\n\n\"two\nlines\",x",
               "a,b\n\"never closed,\nnext,row\n", "a\n\"x\"y,\n z , \t\r\n,,,\n",
               services::CsvLine({"plain", " blank ", "a,b", "\"", "\n"})});
  Corpus(root, "filter")
      .AddAll({"", "attributes:key", "attributes.\"\\u0041\" = \"\\x41\\101\"",
               R"(hasPrefix(attributes.ce-type, "trellis.v1.") AND NOT attributes:traceparent)",
               "-(attributes:a OR (attributes.b != 'c'))", "NOT NOT attributes:x AND attributes:y",
               "attributes:a AND attributes:b OR attributes:c", "((((((attributes:a))))))"});
  v1::ListSupportPlansRequest list;
  Corpus(root, "page_token")
      .AddAll({services::PageToken(list, "100"), services::PageToken(list, testing::kPlan),
               services::PageToken(v1::ListTrailRequest(), "1"), "100", "AAAAAAAAAAA=", "!"});
  const std::string plan = absl::StrCat("GET /", testing::kPlan, " HTTP/1.1\r\nHost: a\r\n");
  Corpus(root, "http")
      .AddAll({"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", plan + "Connection: close\r\n\r\n",
               plan + "Accept-Encoding: gzip\r\nRange: bytes=0-10,5-6\r\n\r\n",
               "GET /checkpoint HTTP/1.1\r\n\r\nGET /tile/0/000.p/1 HTTP/1.1\r\n\r\n",
               "GET /tile/entries/000.p/9 HTTP/1.0\r\n\r\n", "HEAD /metrics HTTP/1.1\r\n\r\n",
               "GET /healthz?a=%00&b=%zz HTTP/1.1\r\n\r\n", "GET /diary/a/b.ics HTTP/1.1\r\n\r\n",
               "GET /supportPlans/..%2f..%2fetc HTTP/1.1\r\nExpect: 100-continue\r\n\r\n",
               "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
               "PUT /checkpoint HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\nx",
               "PRI * HTTP/2.0\r\n\r\n",
               "POST / HTTP/1.1\r\nContent-Type: multipart/form-data; "
               "boundary=b\r\nContent-Length: 60\r\n"
               "\r\n--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b--\r\n"});
}

void WriteTokens(const std::string& root) {
  const Corpus tokens(root, "token");
  size_t number = 0;
  for (const auto& vector : identity::testing::kRfcVectors) {
    tokens.Add(absl::StrCat("key_", ++number), vector.key);
    tokens.AddWithMistakes(absl::StrCat("rfc_", number), vector.token);
  }
  for (const char* const other : identity::testing::kRfcOtherTokens) {
    tokens.Add(absl::StrCat("rfc_other_", ++number), other);
  }
  const std::string header = R"({"alg":"ES256","kid":"a","typ":"at+jwt"})";
  const std::string claims =
      R"({"iss":"issuer","aud":["account","trellis"],"sub":"person-1","exp":1664784300,)"
      R"("nbf":1664784000,"iat":1664784000.5,"azp":"app","scope":"read write","typ":"Bearer"})";
  tokens.AddWithMistakes("person", absl::StrCat(header, "\n", claims));
  tokens.Add("program",
             R"({"alg":"EdDSA","typ":"JWT"})"
             "\n"
             R"({"iss":"issuer","aud":"trellis","sub":"app","exp":1664784300,"client_id":"app"})");
  tokens.Add("critical", R"({"alg":"RS256","typ":"JWT","crit":["b64"],"b64":false,"jwk":{}})");
}

// What RocksDB wrote: batches within a block, and one over two.
void WriteLogs(const std::string& root) {
  const testing::TempDirectory directory;
  const eventstore::SetClock clock;
  const auto log =
      eventstore::EventLog::Open({.directory = directory / "log", .ledger = "seeds"}, clock);
  CHECK(log.ok());
  const Corpus logs(root, "write_ahead_log");
  const auto copy = [&](const std::string& name, bool with_mistakes) {
    for (const auto& file : std::filesystem::directory_iterator(directory / "log")) {
      if (file.path().extension() != ".log") continue;
      std::ifstream stream(file.path(), std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(stream), {});
      with_mistakes ? logs.AddWithMistakes(name, bytes) : logs.Add(name, bytes);
    }
  };
  for (const size_t size : {10, 200}) {
    CHECK(Append(**log, eventstore::NewCommit({eventstore::ToStream(absl::StrCat("stream/", size),
                                                                    0, {std::string(size, 'x')})}))
              .ok());
  }
  copy("small", true);
  CHECK(Append(**log, eventstore::NewCommit(
                          {eventstore::ToStream("large", 0, {std::string(32'500, 'x')})}))
            .ok());
  copy("two_blocks", false);
}

}  // namespace
}  // namespace trellis::fuzz

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: fuzz_seeds DIRECTORY\n";
    return 2;
  }
  for (const auto write :
       {trellis::fuzz::WriteNotes, trellis::fuzz::WriteTiles, trellis::fuzz::WriteBundles,
        trellis::fuzz::WriteRequests, trellis::fuzz::WriteTexts, trellis::fuzz::WriteTokens,
        trellis::fuzz::WriteLogs}) {
    write(argv[1]);
  }
  return 0;
}
