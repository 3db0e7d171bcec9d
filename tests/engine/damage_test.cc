// Guards against bytes that rot unnoticed: one flipped bit anywhere in schema/, data/ or wal/ must
// be found by verify, and must never make an opening lose or change a record in silence.

#include <gtest/gtest.h>

#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "tests/engine/campus.h"
#include "wal/wal_archive.h"

namespace linedb {
namespace {

using testing::Campus;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::Tree;

constexpr std::size_t kStride = 7;

class DamageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Campus campus;
    ASSERT_THAT(campus.Open(), IsOk());
    campus.MakeTables();
    for (int i = 1; i <= 40; ++i) {
      Work(campus, i);
      if (i == 10 || i == 20) {
        ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
      }
      if (i == 30) {
        // A table with superseded lines in front of the checkpoint.
        Options options;
        options.compaction_bytes_small = 0;
        options.compaction_share_min = 1;
        ASSERT_THAT(campus.Close(), IsOk());
        ASSERT_THAT(campus.Open(options), IsOk());
        ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
      }
      states.push_back(campus.State());
    }
    MakeOneArchivePlain(campus);
    state = campus.State();
    ASSERT_THAT(campus.Close(), IsOk());
    ASSERT_EQ(campus.Problems(), "");
    closed = campus.Files();
  }

  static void Work(Campus& campus, int number) {
    const std::string name = absl::StrCat("s", number);
    WriteTransaction transaction = campus.Begin();
    ASSERT_THAT(campus.students().Insert(transaction, {.name = name, .email = name}), IsOk());
    ASSERT_THAT(campus.students().Update(transaction, {.id = 1 + number / 2, .name = "updated"}),
                IsOk());
    if (number % 4 == 0) {
      ASSERT_THAT(campus.courses().Insert(transaction, {.code = name, .room = name}), IsOk());
      ASSERT_THAT(campus.enrollments().Insert(transaction, {.student_id = number}), IsOk());
    }
    if (number % 8 == 0) {
      ASSERT_THAT(campus.courses().Erase(transaction, number / 8), IsOk());
    }
    ASSERT_THAT(transaction.Commit(), IsOk());
  }

  static void MakeOneArchivePlain(Campus& campus) {
    const wal::DatabasePaths paths(testing::kDirectory);
    const auto archives = wal::ListArchives(*campus.disk, paths);
    ASSERT_THAT(archives, IsOk());
    ASSERT_EQ(archives->size(), 3U);
    const auto text = wal::ReadArchive(*campus.disk, archives->front());
    ASSERT_THAT(text, IsOk());
    wal::ArchiveName name = archives->front().name;
    ASSERT_TRUE(name.compressed);
    name.compressed = false;
    ASSERT_THAT(wal::WriteFileAtomically(*campus.disk, paths.Archive(name), *text), IsOk());
    ASSERT_THAT(campus.disk->Remove(archives->front().path), IsOk());
  }

  // Opens the damaged copy; empty if it did as it should.
  std::string JudgeOpening(const Tree& damaged, const std::string& path) {
    Campus campus(damaged);
    const absl::Status opened = campus.Open();
    if (!opened.ok()) {
      ++refused;
      const std::string message(opened.message());
      const auto names = [&message](const std::string& word) {
        return message.find(word) != std::string::npos;
      };
      return names(path + " line ") && names(" byte ") ? "" : opened.ToString();
    }
    const std::string found = campus.State();
    if (found == state) {
      ++opened_whole;
      return "";
    }
    ++opened_torn;
    const bool told = campus.engine->report().torn_bytes > 0 && !campus.Notes().empty();
    for (const std::string& earlier : states) {
      if (found == earlier && told) return "";
    }
    return absl::StrCat("opened with another state\n", campus.Notes(), found);
  }

  Tree closed;
  std::string state;
  std::vector<std::string> states;  // after each transaction
  int flips = 0;
  int refused = 0;
  int opened_whole = 0;
  int opened_torn = 0;
};

TEST_F(DamageTest, OneFlippedBitIsFoundAndNeverLosesARecordInSilence) {
  for (const auto& [path, bytes] : closed) {
    if (path == "LOCK") continue;
    for (std::size_t byte = 0; byte < bytes.size(); byte += kStride) {
      Tree damaged = closed;
      damaged[path][byte] = static_cast<char>(bytes[byte] ^ (1 << (byte / kStride % 8)));
      ++flips;
      Campus verified(damaged);
      ASSERT_THAT(verified.Problems(), HasSubstr(path)) << "byte " << byte;
      ASSERT_EQ(JudgeOpening(damaged, path), "") << path << " byte " << byte;
    }
  }
  std::cout << flips << " bits flipped in " << closed.size() - 1 << " files: " << refused
            << " openings refused, " << opened_whole << " lost nothing, " << opened_torn
            << " lost a torn tail and said so" << std::endl;
  EXPECT_GT(flips, 500);
  EXPECT_GT(refused, 0);
  EXPECT_GT(opened_torn, 0);
}

TEST_F(DamageTest, ReadersRefuseOrLoseATornTailOnlyToo) {
  for (const auto& [path, bytes] : closed) {
    if (path == "LOCK") continue;
    for (std::size_t byte = 3; byte < bytes.size(); byte += 3 * kStride) {
      Tree damaged = closed;
      damaged[path][byte] = static_cast<char>(bytes[byte] ^ 1);
      Campus reader(damaged);
      if (!reader.OpenToRead().ok()) continue;
      const std::string found = reader.State();
      if (found == state) continue;
      ASSERT_GT(reader.engine->report().torn_bytes, 0U) << path << " byte " << byte;
      ASSERT_THAT(states, ::testing::Contains(found)) << path << " byte " << byte;
    }
  }
}

// Verify once found such a directory good, which no opening would take.
TEST_F(DamageTest, SchemaFileUnderAnotherTablesNameIsFound) {
  Tree tree = closed;
  tree["schema/copy.schema.json"] = tree["schema/student.schema.json"];
  Campus campus(tree);
  EXPECT_THAT(campus.Problems(), HasSubstr("schema/copy.schema.json line 1 byte 0 schema: it is "
                                           "the schema of table \"student\""));
  EXPECT_FALSE(campus.OpenToRead().ok());
}

TEST_F(DamageTest, MissingFilesAreNamed) {
  for (const auto& [path, bytes] : closed) {
    // Nobody can tell a lost oldest archive from one that was no longer to be kept.
    if (path == "LOCK" || path.ends_with(".1-28.log")) continue;
    Tree damaged = closed;
    damaged.erase(path);
    Campus verified(damaged);
    EXPECT_THAT(verified.Problems(), ::testing::Not("")) << path;
    if (path.find(".log") != std::string::npos && path != "wal/transaction.log") continue;
    Campus opened(damaged);
    EXPECT_THAT(opened.Open(), testing::Fails(absl::StatusCode::kDataLoss, path)) << path;
  }
}

}  // namespace
}  // namespace linedb
