#include "tests/bench/access_bench.h"

#include <fstream>
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "policy/access.h"
#include "tests/bench/load.h"
#include "tests/bench/noise_bench.h"
#include "tests/bench/processes.h"
#include "tests/bench/sample.h"
#include "tests/support/certificates.h"
#include "tests/support/openid_provider.h"
#include "trellis/v1/directory_service.pb.h"
#include "trellis/v1/support_plan.pb.h"
#include "vault/master_key.h"

namespace trellis::bench {
namespace {

constexpr int kInFlight = 128;
constexpr int kPlansPerSlot = 8;
constexpr char kRoot[] = "root";
constexpr char kOpen[] = "/trellis.v1.SupportPlanService/OpenSupportPlan";
constexpr char kRevise[] = "/trellis.v1.SupportPlanService/ReviseTarget";
constexpr char kGet[] = "/trellis.v1.SupportPlanService/GetSupportPlan";
constexpr char kTutorsPerson[] = "people/00000000-0000-4000-8000-000000000002";

std::string Written(const std::string& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
  return file;
}

// A provider of tokens and a certificate, and whoever calls with them.
class Identities {
 public:
  explicit Identities(const std::string& work)
      : certificate_(Written(work + "/tls.pem", issued_.certificate)),
        key_(Written(work + "/tls.key", issued_.key)),
        master_key_(work + "/master.key") {
    CHECK(vault::WriteMasterKeyFile(master_key_, vault::MasterKey::Generate()).ok());
  }

  Caller Of(const std::string& subject, const std::string& capacity) const {
    return Identified(provider_->Issue(subject, "bench"), capacity, authority_.root());
  }
  std::vector<std::string> TrellisdFlags() const {
    return {"--issuer",
            provider_->issuer(),
            "--audience",
            "trellis",
            "--keys",
            provider_->keys_address(),
            "--administrator",
            kRoot,
            "--tls-certificate",
            certificate_,
            "--tls-key",
            key_,
            "--master-key",
            master_key_};
  }
  std::vector<std::string> NullFlags() const {
    return {"--certificate", certificate_, "--key", key_};
  }
  std::string issuer() const { return provider_->issuer(); }

 private:
  const SystemClock clock_;
  const std::unique_ptr<testing::OpenIdProvider> provider_ =
      *testing::OpenIdProvider::Start(clock_, {.lifetime = absl::Hours(2)});
  const testing::CertificateAuthority authority_{"bench"};
  const testing::Certificate issued_ = authority_.Issue({"IP:127.0.0.1"});
  const std::string certificate_, key_, master_key_;
};

std::vector<std::string> With(std::vector<std::string> command,
                              const std::vector<std::string>& flags) {
  command.insert(command.end(), flags.begin(), flags.end());
  return command;
}

void Bind(const std::string& server, const Identities& identities) {
  v1::BindIdentityRequest bind;
  bind.set_name(kTutorsPerson);
  bind.set_request_id(UuidText(RandomUuid()));
  bind.mutable_identity()->set_issuer(identities.issuer());
  bind.mutable_identity()->set_subject("tutor");
  CallOnce(server, "/trellis.v1.DirectoryService/BindIdentity", bind.SerializeAsString(),
           identities.Of(kRoot, "ADMINISTRATOR"));
}

// The calls that are compared; each slot goes round plans of its own.
struct Calls {
  Caller caller;
  absl::Duration round;
  std::vector<int64_t> counts = std::vector<int64_t>(kInFlight, 0);

  LoadOptions Commands(const std::string& method) {
    return Load(method, [](int plan, int64_t count) {
      return ReviseRequest(plan, count).SerializeAsString();
    });
  }
  LoadOptions Reads(const std::string& method) {
    return Load(method, [](int plan, int64_t) {
      v1::GetSupportPlanRequest request;
      request.set_name(PlanName(plan));
      return request.SerializeAsString();
    });
  }

 private:
  LoadOptions Load(const std::string& method,
                   std::function<std::string(int plan, int64_t count)> request) {
    return {.method = method,
            .in_flight = kInFlight,
            .duration = round,
            .next =
                [this, request = std::move(request)](int slot) {
                  const int64_t count = counts[static_cast<size_t>(slot)]++;
                  return BufferOf(request(
                      slot * kPlansPerSlot + static_cast<int>(count % kPlansPerSlot), count));
                },
            .caller = caller};
  }
};

double RateOf(const std::string& name, const ServerProcess& server, const LoadOptions& load) {
  const LoadResult result = RunLoad(server.WordAfter("grpc"), load);
  if (result.failures > 0) Crash(absl::StrCat(name, ": ", result.first_failure));
  Show(absl::StrFormat("  %-34s %8.0f /s   p99 %7.0f us", name, result.calls_per_second,
                       result.p99_us));
  return result.calls_per_second;
}

// How much longer it takes to be told of a plan that is hidden than of one that does not exist,
// that there is none: the ratio of the medians of calls in turn, so that both meet the same
// machine.
Row MeasureHiddenPlans(const std::string& server, const Caller& stranger) {
  constexpr int kCalls = 2'000;
  const auto channel = ChannelTo(server, stranger);
  std::vector<double> hidden, absent;
  v1::GetSupportPlanRequest request;
  for (int i = 0; i < kCalls; ++i) {
    request.set_name(PlanName(i % (kInFlight * kPlansPerSlot)));
    hidden.push_back(MicrosecondsToRefusal(channel, kGet, request.SerializeAsString(), stranger));
    request.set_name(absl::StrCat("supportPlans/", UuidText(RandomUuid())));
    absent.push_back(MicrosecondsToRefusal(channel, kGet, request.SerializeAsString(), stranger));
  }
  return AtMost("being told that a hidden plan does not exist, the median", Median(hidden), "us",
                "one that does not", Median(absent), 1.25);
}

// Nanoseconds of one answer of the policy about a plan of the tutor's school.
double PolicyNanoseconds() {
  v1::SupportPlan plan;
  plan.mutable_ect()->set_person("people/00000000-0000-4000-8000-000000000001");
  plan.mutable_school()->set_urn("900001");
  for (int i = 0; i < 10; ++i) plan.add_support()->add_supported_by()->set_person(kTutorsPerson);
  v1::Person person;
  v1::PersonRole& role = *person.add_roles();
  role.set_role(v1::INDUCTION_TUTOR);
  role.set_school_urn("900001");
  role.set_starts_on("2020-09-01");
  const policy::Asker asker{
      .person = kTutorsPerson, .capacity = v1::INDUCTION_TUTOR, .record = &person};
  const auto same = [](absl::string_view a, absl::string_view b) { return a == b; };
  constexpr int kTimes = 1'000'000;
  int allowed = 0;
  const SteadyClock::time_point start = SteadyClock::now();
  for (int i = 0; i < kTimes; ++i) {
    const auto* const row = policy::Policy::Get().Find("SupportPlanService/GetSupportPlan");
    const policy::Subject subject = policy::SubjectOf(plan);
    const auto extent =
        policy::ExtentOf(row->ReachOf(asker.capacity), asker, subject, "2026-09-14", same);
    allowed += extent.allowed ? 1 : 0;
  }
  CHECK(allowed == kTimes);
  return SecondsSince(start) * 1e9 / kTimes;
}

// A server with its data in `directory`, and whom its plans are of.
struct Serving {
  Serving(const AccessBenchOptions& options, const Identities& identities,
          const std::string& directory, const std::vector<std::string>& flags = {})
      : trellisd(With(With({options.trellisd, "--data", options.work + directory, "--listen",
                            "127.0.0.1:0", "--http", "127.0.0.1:0"},
                           flags),
                      identities.TrellisdFlags())),
        address(trellisd.WordAfter("grpc")),
        keeper(identities.Of(kRoot, "ADMINISTRATOR")),
        tutor(identities.Of("tutor", "INDUCTION_TUTOR")) {
    OpenPlans(address, 0, keeper, tutor);
    Bind(address, identities);
  }

  const ServerProcess trellisd;
  const std::string address;
  const Caller keeper, tutor;
};

// On a server of its own, with the limits that there are by default.
void MeasureNoiseOf(const AccessBenchOptions& options, const Identities& identities,
                    std::vector<Row>& rows) {
  const Serving serving(options, identities, "/noise");
  CallOnce(serving.address, kOpen, OpenRequest(0).SerializeAsString(), serving.tutor);
  v1::GetSupportPlanRequest get;
  get.set_name(PlanName(0));
  MeasureNoise({.server = serving.address,
                .polite = serving.tutor,
                .polite_method = kGet,
                .polite_request = get.SerializeAsString(),
                .noisy = serving.keeper,
                .noisy_method = "/trellis.v1.AccessService/WhoAmI",
                .rounds = options.rounds,
                .round = options.round},
               rows);
}

}  // namespace

void MeasureAccess(const AccessBenchOptions& options, std::vector<Row>& rows) {
  Show("Callers who are known: TLS, a token, the policy, the access log:");
  const Identities identities(options.work);
  const Serving serving(options, identities, "/access", {"--calls-per-second", "1000000"});
  const std::string& server = serving.address;
  const Caller& tutor = serving.tutor;
  for (int plan = 0; plan < kInFlight * kPlansPerSlot; ++plan) {
    CallOnce(server, kOpen, OpenRequest(plan).SerializeAsString(), tutor);
  }
  v1::GetSupportPlanRequest request;
  request.set_name(PlanName(0));
  const auto null_server = [&](const std::string& rpc, const std::string& answer) {
    const std::string file = Written(absl::StrCat(options.work, "/null-", rpc), answer);
    return With({options.self, "--null-server", rpc, "--answer", file}, identities.NullFlags());
  };
  const ServerProcess null_command(null_server(
      "command", CallOnce(server, kRevise, ReviseRequest(0, -1).SerializeAsString(), tutor)));
  const ServerProcess null_read(
      null_server("read", CallOnce(server, kGet, request.SerializeAsString(), tutor)));

  Calls calls{.caller = tutor, .round = options.round};
  std::vector<double> command_ratio, commands_null, read_ratio, reads_null;
  for (int round = 0; round < options.rounds; ++round) {
    commands_null.push_back(
        RateOf("null rpc, TLS, 128", null_command, calls.Commands(kNullMethod)));
    command_ratio.push_back(
        RateOf("durable command, TLS, token, 128", serving.trellisd, calls.Commands(kRevise)) /
        commands_null.back());
    reads_null.push_back(
        RateOf("null rpc for a read, TLS, 128", null_read, calls.Reads(kNullMethod)));
    read_ratio.push_back(
        RateOf("GetSupportPlan, TLS, token, 128", serving.trellisd, calls.Reads(kGet)) /
        reads_null.back());
  }
  rows.push_back(AtLeast("durable commands by token over TLS, 128 in flight",
                         Median(command_ratio) * Median(commands_null), "/s", "null rpc over TLS",
                         Median(commands_null), 0.60));
  rows.push_back(AtLeast("GetSupportPlan likewise, every look recorded",
                         Median(read_ratio) * Median(reads_null), "/s", "null rpc over TLS",
                         Median(reads_null), 0.60));
  // The tutor is no mentor of any plan.
  rows.push_back(MeasureHiddenPlans(server, identities.Of("tutor", "MENTOR")));
  const double nanoseconds = PolicyNanoseconds();
  rows.push_back({.what = "an answer of the policy about a plan with ten supporters",
                  .measured = Figure(nanoseconds, "ns"),
                  .limit = "",
                  .ratio = "",
                  .wanted = "< 2 000 ns",
                  .met = nanoseconds < 2'000});
  MeasureNoiseOf(options, identities, rows);
}

}  // namespace trellis::bench
