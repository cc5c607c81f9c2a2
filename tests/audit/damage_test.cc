// Ledgers that were damaged by lot: each damage is found where it is, or it changed nothing.
#include "absl/strings/match.h"
#include "base/uuid.h"
#include "eventstore/big_endian.h"
#include "eventstore/keys.h"
#include "tests/audit/ledger_fixture.h"

namespace trellis::audit {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

// A changed row.
struct Change {
  enum Kind { kFlipValue, kFlipKey, kDelete, kSwap, kInsert } kind;
  std::string family;
  std::string key;
  // That of the other row, or the new one.
  std::string other;
  size_t bit = 0;
};

// What a finding about this row has.
std::string PlaceOf(const std::string& family, const std::string& key) {
  if (family == "log" && key.size() == 8) {
    return absl::StrCat("position ", eventstore::LoadBigEndian<uint64_t>(key.data()), ":");
  }
  if (family == "streams" && key.size() > 9) return Shown(key.substr(0, key.size() - 9));
  if (family == "tiles" && key.size() == 9) {
    return absl::StrCat("tile ", eventstore::LoadBigEndian<uint64_t>(key.data() + 1), " of level ",
                        static_cast<int>(static_cast<unsigned char>(key[0])));
  }
  if (family == "requests" && key.size() == 16) {
    Uuid id;
    std::copy(key.begin(), key.end(), id.begin());
    return absl::StrCat("requests: ", UuidText(id));
  }
  return absl::StrCat(family, ": ");
}

std::string Flipped(std::string bytes, size_t bit) {
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
  return bytes;
}

class DamageTest : public LedgerTest {
 protected:
  Change Draw(const AllRows& rows) {
    Change change;
    change.kind = static_cast<Change::Kind>(Below(5));
    change.family = kFamilies[Below(std::size(kFamilies))];
    const auto& family = rows.at(change.family);
    if (family.empty()) {
      change.kind = Change::kInsert;
      change.other = "x";
      return change;
    }
    const auto row = std::next(family.begin(), static_cast<ptrdiff_t>(Below(family.size())));
    const auto other = std::next(family.begin(), static_cast<ptrdiff_t>(Below(family.size())));
    change.key = row->first;
    change.bit = Below(8 * (change.kind == Change::kFlipValue ? row->second : row->first).size());
    change.other = change.kind == Change::kSwap
                       ? other->first
                       : Flipped(row->first, change.bit % (8 * row->first.size()));
    return change;
  }

  // False if it would change nothing, or what nobody can know: see docs/proofs.md.
  static bool Matters(const Change& change, const AllRows& rows) {
    const auto& family = rows.at(change.family);
    // A request may have been signed with any later commit.
    constexpr size_t kSignedSizeBit = 8 * (sizeof(Digest) + 2 * sizeof(eventstore::Position));
    if (change.family == "requests" && change.kind == Change::kFlipValue &&
        change.bit >= kSignedSizeBit) {
      return false;
    }
    if (change.kind == Change::kSwap && family.at(change.key) == family.at(change.other)) {
      return false;
    }
    if (change.kind != Change::kSwap && change.kind != Change::kFlipValue &&
        family.contains(change.other)) {
      return change.kind == Change::kDelete;
    }
    return true;
  }
  static bool CanBeKnown(const Change& change, const AllRows& rows) {
    if (change.family != "requests") return true;
    if (change.kind == Change::kFlipValue && change.bit < 8 * sizeof(Digest)) return false;
    const auto is_empty = [&](const std::string& key) {
      const auto request = eventstore::ParseRequest(rows.at("requests").at(key));
      return request->first_position > request->last_position;
    };
    if (change.kind == Change::kSwap) return !is_empty(change.key) || !is_empty(change.other);
    return !is_empty(change.key) || change.kind == Change::kFlipValue;
  }

  static void Apply(const Change& change, const AllRows& rows, const std::string& directory) {
    Tamper(directory, [&](rocksdb::DB& db, const Families& families) {
      auto* const family = families.at(change.family);
      const auto& old = rows.at(change.family);
      const std::string value = old.contains(change.key) ? old.at(change.key) : "x";
      switch (change.kind) {
        case Change::kFlipValue:
          ASSERT_TRUE(db.Put({}, family, change.key, Flipped(value, change.bit)).ok());
          break;
        case Change::kFlipKey:
          ASSERT_TRUE(db.Delete({}, family, change.key).ok());
          ASSERT_TRUE(db.Put({}, family, change.other, value).ok());
          break;
        case Change::kDelete:
          ASSERT_TRUE(db.Delete({}, family, change.key).ok());
          break;
        case Change::kSwap:
          ASSERT_TRUE(db.Put({}, family, change.key, old.at(change.other)).ok());
          ASSERT_TRUE(db.Put({}, family, change.other, value).ok());
          break;
        case Change::kInsert:
          ASSERT_TRUE(db.Put({}, family, change.other, value).ok());
          break;
      }
    });
  }
};

TEST_F(DamageTest, OfAnyRowOfTheLogIsFoundAndItsPlaceNamed) {
  ASSERT_NO_FATAL_FAILURE(FillLedger(8));
  const AllRows rows = ReadRows(directory_.path());
  ASSERT_GT(rows.at("tiles").size(), 1u);
  int found = 0;
  for (int sample = 0; sample < 320; ++sample) {
    const Change change = Draw(rows);
    if (!Matters(change, rows)) continue;
    const std::string copy = Copy();
    Apply(change, rows, copy + "/log");
    const auto report = Check(copy);
    SCOPED_TRACE(absl::StrCat("sample ", sample, ": change ", change.kind, " of ", change.family,
                              " key ", Shown(change.key), " other ", Shown(change.other), " bit ",
                              change.bit));
    if (!CanBeKnown(change, rows)) {
      ASSERT_TRUE(report.ok()) << report.status();
      EXPECT_TRUE(report->holds()) << AllFindings(*report);
      continue;
    }
    ++found;
    if (!report.ok()) {
      EXPECT_EQ(change.family, "meta") << report.status();
      continue;
    }
    ASSERT_FALSE(report->holds());
    // Where the last record is gone, the checkpoint has it.
    const bool is_last = change.family == "log" && !rows.at("log").empty() &&
                         change.key == rows.at("log").rbegin()->first &&
                         change.kind == Change::kDelete;
    EXPECT_THAT(AllFindings(*report),
                AnyOf(HasSubstr(is_last ? "checkpoint: " : PlaceOf(change.family, change.key)),
                      HasSubstr(PlaceOf(change.family, change.other))));
  }
  EXPECT_GT(found, 200);
}

// Never read for what they say.
bool MeansNothing(const std::string& file) {
  return absl::StartsWith(file, "LOG") || absl::StartsWith(file, "OPTIONS") || file == "IDENTITY" ||
         file == "LOCK";
}

TEST_F(DamageTest, OfAnyFileIsFoundOrChangesNothingThatIsRead) {
  ASSERT_NO_FATAL_FAILURE(FillLedger(8));
  const AllRows rows = ReadRows(directory_.path());
  std::map<std::string, std::vector<std::string>> kinds;
  for (const auto& [path, bytes] : FilesOf(directory_.path())) {
    const std::string name = fs::path(path).filename();
    const std::string relative = fs::relative(path, directory_.path());
    const std::string kind = MeansNothing(name)                     ? "nothing"
                             : absl::StartsWith(name, "MANIFEST")   ? "manifest"
                             : fs::path(path).extension() == ".log" ? "wal"
                             : fs::path(path).extension() == ".sst" ? "sst"
                                                                    : name;
    if (!bytes.empty()) kinds[kind].push_back(relative);
  }
  ASSERT_EQ(kinds.size(), 7u) << "CURRENT, checkpoint, manifest, nothing, signing.pub, sst, wal";
  std::map<std::string, int> silent;
  for (int sample = 0; sample < 280; ++sample) {
    const auto& [kind, files] =
        *std::next(kinds.begin(), static_cast<ptrdiff_t>(Below(kinds.size())));
    const std::string& file = files[Below(files.size())];
    const std::string copy = Copy();
    const std::string path = copy + "/" + file;
    const size_t size = fs::file_size(path);
    const size_t at = Below(size);
    const size_t what = Below(3);
    if (what == 0) {
      std::fstream stream(path, std::ios::in | std::ios::out | std::ios::binary);
      stream.seekg(static_cast<std::streamoff>(at));
      const int byte = stream.get();
      stream.seekp(static_cast<std::streamoff>(at));
      stream.put(static_cast<char>(byte ^ (1 << Below(8))));
    } else if (what == 1) {
      fs::resize_file(path, at);
    } else {
      fs::remove(path);
    }
    // By the key beside the log, so that its file counts.
    const auto report = CheckLedger({.data = copy, .ledger = "test", .vault = &vault_});
    if (!report.ok() || !report->holds()) continue;
    SCOPED_TRACE(absl::StrCat("sample ", sample, ": ", file, ", ", size, " bytes, damage ", what,
                              " at ", at));
    ++silent[kind];
    EXPECT_THAT(kind, AnyOf("nothing", "manifest", "wal", "signing.pub"));
    // The line feed at its end.
    if (kind == "signing.pub") {
      EXPECT_EQ(at, size - 1);
    }
    EXPECT_EQ(ReadRows(copy), rows);
  }
  for (const auto& [kind, count] : silent) std::cout << kind << ": " << count << " silent\n";
}

TEST_F(DamageTest, OfAnyRowOfTheViewsIsFound) {
  OpenViews();
  ASSERT_NO_FATAL_FAILURE(FillLedger(8));
  const std::map<std::string, std::string> rows = Rows();
  for (int sample = 0; sample < 30; ++sample) {
    const std::string copy = Copy();
    const auto& [key, value] = *std::next(rows.begin(), static_cast<ptrdiff_t>(Below(rows.size())));
    const size_t what = value.empty() ? 1 + Below(2) : Below(3);
    {
      rocksdb::DB* opened = nullptr;
      ASSERT_TRUE(rocksdb::DB::Open({}, copy + "/views", &opened).ok());
      const std::unique_ptr<rocksdb::DB> db(opened);
      if (what == 0) {
        ASSERT_TRUE(db->Put({}, key, Flipped(value, Below(8 * value.size()))).ok());
      } else if (what == 1) {
        ASSERT_TRUE(db->Delete({}, key).ok());
      } else {
        ASSERT_TRUE(db->Put({}, key + "x", value).ok());
      }
    }
    const auto report = Check(copy);
    SCOPED_TRACE(absl::StrCat("sample ", sample, ": damage ", what, " of ", Shown(key)));
    ASSERT_TRUE(report.ok()) << report.status();
    // A key of an earlier state is not missed.
    const bool is_leftover = what == 1 && absl::StartsWith(key, "rea@x.example");
    EXPECT_EQ(report->holds(), is_leftover) << AllFindings(*report);
    if (!is_leftover) {
      EXPECT_THAT(AllFindings(*report), HasSubstr("views: "));
    }
  }
}

}  // namespace
}  // namespace trellis::audit
