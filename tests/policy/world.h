// Random people, schools, bodies, records and grants as plain facts, and as the messages that the
// policy reads. Days are numbers here, so that a model of the policy can count them.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "google/protobuf/message.h"
#include "trellis/v1/access_grant.pb.h"
#include "trellis/v1/capacity.pb.h"
#include "trellis/v1/directory.pb.h"

namespace trellis::policy {

// Worlds last from day 0 to this one, which no text ever writes: what is open ends here.
constexpr int kEnd = 60;
// A day as dates are written.
std::string DayText(int day);

// Both days are part of it.
struct Days {
  int from = 0;
  int to = kEnd;

  bool Has(int day) const { return from <= day && day <= to; }
};

struct Role {
  v1::Capacity capacity = v1::CAPACITY_UNSPECIFIED;
  // Numbers of a school, or of a body, or of a trust; the others -1.
  int school = -1;
  int body = -1;
  int trust = -1;
  Days days = {};
};

struct Human {
  // Empty: not in the directory.
  std::vector<Role> roles;
};

struct School {
  // The school that became this one; -1: none.
  int before = -1;
  // By day, the number of its trust.
  std::vector<int> trusts;
};

// Somebody, some school or some body in a record for a time.
struct Tie {
  int number = -1;
  // Of somebody.
  v1::Capacity capacity = v1::CAPACITY_UNSPECIFIED;
  Days days = {};
  bool struck_out = false;
};

enum class Kind { kSupportPlan, kActionPlan, kInduction, kPerson };

struct Record {
  Kind kind = Kind::kSupportPlan;
  // Whose it is.
  int person = -1;
  std::vector<Tie> schools;
  std::vector<Tie> people;
  std::vector<Tie> bodies;
  // Of an induction; kEnd: it goes on.
  int ended = kEnd;
};

struct Grant {
  int record = -1;
  int grantee = -1;
  Days days = {};
  // From this day on it gives nothing; kEnd: not revoked.
  int revoked = kEnd;
};

struct World {
  std::vector<School> schools;
  std::vector<Human> people;
  std::vector<Record> records;
  std::vector<Grant> grants;
};

// Lots, the same wherever they are drawn: the standard distributions differ between libraries.
class Lots {
 public:
  explicit Lots(uint64_t seed) : random_(seed) {}

  // 0 to `below` - 1.
  int Below(int below) { return static_cast<int>(random_() % static_cast<uint64_t>(below)); }
  bool OneIn(int many) { return Below(many) == 0; }

 private:
  std::mt19937_64 random_;
};

World MakeWorld(Lots& lots);

// As the policy has them.
std::string PersonName(int person);
std::string Urn(int school);
v1::Person PersonOf(const World& world, int person);
std::unique_ptr<google::protobuf::Message> StateOf(const World& world, const Record& record);
v1::AccessGrant GrantOf(const Grant& grant);

}  // namespace trellis::policy
