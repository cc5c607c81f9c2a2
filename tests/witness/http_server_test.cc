#include "witness/http_server.h"

#include <httplib.h>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "gmock/gmock.h"
#include "tests/witness/testing.h"

namespace trellis::witness {
namespace {

using testing::Fork;
using testing::LogKey;
using testing::TestLog;
using testing::WitnessTest;

constexpr char kPath[] = "/add-checkpoint";
constexpr char kBytes[] = "application/octet-stream";

class WitnessHttpTest : public WitnessTest {
 protected:
  WitnessHttpTest()
      : server_(*HttpServer::Start(Open(), "127.0.0.1", 0)), client_("127.0.0.1", server_->port()) {
    client_.set_keep_alive(true);
  }

  httplib::Result Post(const std::string& body, const std::string& type = kBytes) {
    return client_.Post(kPath, body, type);
  }
  int Status(const std::string& body, const std::string& type = kBytes) {
    const httplib::Result result = Post(body, type);
    return result ? result->status : -1;
  }

  const std::unique_ptr<HttpServer> server_;
  httplib::Client client_;
};

TEST_F(WitnessHttpTest, AnswersAsTheProtocolSays) {
  const TestLog log(9);
  const httplib::Result cosigned = Post(log.Request(0, 5));
  ASSERT_TRUE(cosigned);
  EXPECT_EQ(cosigned->status, 200);
  EXPECT_TRUE(Key().Verifies(log.NoteAt(5).text, *proofs::ParseSignature(cosigned->body)));

  const httplib::Result conflict = Post(log.Request(0, 9));
  ASSERT_TRUE(conflict);
  EXPECT_EQ(conflict->status, 409);
  EXPECT_EQ(conflict->get_header_value("Content-Type"), "text/x.tlog.size");
  EXPECT_EQ(conflict->body, "5\n");

  EXPECT_EQ(Status("old"), 400);
  EXPECT_EQ(Status(""), 400);
  EXPECT_EQ(Status(TestLog(9, proofs::testing::StrangerKey()).Request(0, 9)), 404);
  EXPECT_EQ(Status(Fork(4, "another fifth entry").Request(5, 5)), 422);
  proofs::Note by_stranger = log.NoteAt(9);
  by_stranger.signatures = {proofs::testing::StrangerKey().Sign(by_stranger.text)};
  EXPECT_EQ(Status(FormatRequest({5, log.Growth(5, 9), by_stranger})), 403);
}

// Content types that the library would take apart, and that tools send unless told otherwise.
TEST_F(WitnessHttpTest, TakesTheBytesOfABodyWhateverItIsCalled) {
  const TestLog log(3);
  EXPECT_EQ(Status(log.Request(0, 1), "application/x-www-form-urlencoded"), 200);
  EXPECT_EQ(Status(log.Request(1, 2), "text/plain"), 200);
  EXPECT_EQ(Status(log.Request(2, 3), "multipart/form-data; boundary=x"), 415);
  EXPECT_EQ(Status(log.Request(2, 3)), 200);
}

TEST_F(WitnessHttpTest, ABodyThatIsTooLargeIsNotKept) {
  const std::string large(kRequestBytesMax + 1, 'x');
  EXPECT_EQ(Status(large), 413);
  EXPECT_EQ(Status(large.substr(1)), 400);
  // In pieces, without saying its length.
  size_t pieces = 100;
  const httplib::Result result = client_.Post(
      kPath,
      [&](size_t, httplib::DataSink& sink) {
        if (pieces-- == 0) {
          sink.done();
          return true;
        }
        return sink.write(large.data(), large.size());
      },
      kBytes);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 413);
  // The connection is none the worse.
  EXPECT_EQ(Status(TestLog(3).Request(0, 3)), 200);
}

TEST_F(WitnessHttpTest, ServesWhatItCosigned) {
  const std::string path = absl::StrCat("/", OriginHash(LogKey().verifier().name()), "/checkpoint");
  ASSERT_EQ(client_.Get(path)->status, 404);
  const TestLog log(5);
  const httplib::Result cosigned = Post(log.Request(0, 5));
  const httplib::Result served = client_.Get(path);
  EXPECT_EQ(served->status, 200);
  EXPECT_EQ(served->get_header_value("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(served->body, proofs::FormatNote(log.NoteAt(5)) + cosigned->body);
}

TEST_F(WitnessHttpTest, ServesNothingElse) {
  const std::string hash = OriginHash(LogKey().verifier().name());
  ASSERT_EQ(Status(TestLog(5).Request(0, 5)), 200);
  for (const std::string& path :
       {std::string("/"), std::string(kPath), "/" + hash, "/" + hash + "/checkpoint/",
        "/" + hash.substr(1) + "/checkpoint", "/" + absl::AsciiStrToUpper(hash) + "/checkpoint",
        "/../" + hash, std::string("/witness"), "/" + OriginHash("another") + "/checkpoint"}) {
    EXPECT_EQ(client_.Get(path)->status, 404) << path;
  }
  EXPECT_EQ(client_.Post("/", TestLog(5).Request(5, 5), kBytes)->status, 404);
}

TEST_F(WitnessHttpTest, AnAddressThatIsTakenIsRefused) {
  const absl::Status status = HttpServer::Start(*witness_, "127.0.0.1", server_->port()).status();
  EXPECT_EQ(ErrorReason(status), "CANNOT_LISTEN");
}

}  // namespace
}  // namespace trellis::witness
