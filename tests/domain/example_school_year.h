// A calendar such as a school in England has it: 2026/27.
#pragma once

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "trellis/v1/school_calendar.pb.h"

namespace trellis::domain {

inline v1::SchoolYear ExampleSchoolYear() {
  v1::SchoolYear year;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        academic_year: "2026/27"
        autumn {
          starts_on: "2026-09-01"
          ends_on: "2026-12-18"
          half_term { starts_on: "2026-10-26" ends_on: "2026-10-30" }
        }
        spring {
          starts_on: "2027-01-04"
          ends_on: "2027-03-25"
          half_term { starts_on: "2027-02-15" ends_on: "2027-02-19" }
        }
        summer {
          starts_on: "2027-04-12"
          ends_on: "2027-07-21"
          half_term { starts_on: "2027-05-31" ends_on: "2027-06-04" }
        }
        inset_days: "2026-09-01"
        inset_days: "2026-11-02"
      )pb",
      &year));
  return year;
}

}  // namespace trellis::domain
