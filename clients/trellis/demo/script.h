// Commands of a made-up school, one after the other, with ids that follow from a seed.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "google/protobuf/message.h"
#include "trellis/v1/play.pb.h"

namespace trellis::cli {

// Somebody of the school, and in which capacity they act.
struct DemoPerson {
  v1::Party party;
  v1::Capacity capacity = v1::CAPACITY_UNSPECIFIED;
};

// As the contract writes dates.
std::string DateText(absl::CivilDay day);
// `day`, or the Friday before it where it is on a weekend.
absl::CivilDay OnAWeekday(absl::CivilDay day);
// The calendar year in whose September the academic year of `day` begins, and that academic year as
// the contract writes it, such as `2026/27`.
absl::civil_year_t AcademicYearOf(absl::CivilDay day);
std::string AcademicYearText(absl::civil_year_t begins);

// The commands of one school, or of the trust itself.
//
// The same seed, scope and day give the same commands, byte for byte: given again they are
// repetitions, which write nothing.
class DemoScript {
 public:
  // `scope` is what the commands are about, such as a URN; `today` the last day that something
  // happens on.
  DemoScript(int seed, std::string scope, absl::CivilDay today)
      : scope_(std::to_string(seed) + "/" + std::move(scope)), today_(today) {}

  absl::CivilDay today() const { return today_; }

  // A UUID that follows from the seed, the scope and `what`.
  std::string Id(absl::string_view what) const;
  // A number below `count` that follows from them.
  size_t Pick(absl::string_view what, size_t count) const;

  // Adds the command that `make` gives, such as `&v1::Command::mutable_sign`, of `who` on `day`,
  // and returns it to be filled in. Signatures take no day: they are of the day they are given.
  template <typename Request>
  Request& Add(const DemoPerson& who, absl::CivilDay day, Request* (v1::Command::*make)()) {
    v1::PlayStep& step = steps_.emplace_back();
    Request& request = *(step.mutable_command()->*make)();
    Begin(who, day, step, request);
    return request;
  }
  // The same, about the resource `name`.
  template <typename Request>
  Request& Add(const DemoPerson& who, absl::CivilDay day, const std::string& name,
               Request* (v1::Command::*make)()) {
    Request& request = Add(who, day, make);
    request.set_name(name);
    return request;
  }

  std::vector<v1::PlayStep> Take() { return std::move(steps_); }

 private:
  void Begin(const DemoPerson& who, absl::CivilDay day, v1::PlayStep& step,
             google::protobuf::Message& request) const;

  const std::string scope_;
  const absl::CivilDay today_;
  std::vector<v1::PlayStep> steps_;
};

}  // namespace trellis::cli
