// A campus with a student to be forgotten, whose values stand in every place that they can.

#ifndef LINEDB_TESTS_HISTORY_PURGE_CAMPUS_H_
#define LINEDB_TESTS_HISTORY_PURGE_CAMPUS_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "linedb/purge.h"
#include "tests/engine/campus.h"
#include "wal/file_names.h"
#include "wal/wal_compression.h"

namespace linedb::testing {

// What all of the student's values have in them.
inline constexpr char kSecret[] = "mallory";
inline constexpr std::int64_t kForgotten = 7;

inline Student Forgotten(int version) {
  return {.id = kForgotten,
          .name = absl::StrCat(kSecret, version),
          .email = absl::StrCat(version, "@", kSecret, ".edu"),
          .gpa = 2.5};
}

// The files in which a text stands, those compressed looked into, with "; " behind each.
inline std::string FilesWith(const Tree& tree, std::string_view text) {
  std::string names;
  for (const auto& [path, bytes] : tree) {
    absl::StatusOr<std::string> plain = bytes;
    if (path.ends_with(".zst")) plain = wal::Decompress(bytes, path);
    if (!plain.ok()) {
      names += path + " is damaged; ";
    } else if (plain->find(text) != plain->npos) {
      names += path + "; ";
    }
  }
  return names;
}

inline Options PurgeOptionsOfCampus() {
  Options options;
  options.maintenance = Maintenance::kManual;
  options.archives_kept = 1000;
  options.index_bytes_min = 1;
  return options;
}

// Other students' lines of a state; next keys are left out: the forgotten may have been the last.
inline std::string WithoutForgotten(const std::string& state) {
  std::string text;
  for (std::size_t begin = 0; begin < state.size();) {
    const std::size_t end = state.find('\n', begin) + 1;
    std::string line = state.substr(begin, end - begin);
    if (const std::size_t next = line.find(" (next "); next != line.npos) line.resize(next);
    if (line.find(absl::StrCat("{\"id\":", kForgotten, ",\"name\"")) == line.npos) {
      text += line + (line.ends_with('\n') ? "" : "\n");
    }
    begin = end;
  }
  return text;
}

// Inserted, updated, deleted and inserted again, over four logs, between others; the last log is
// the one in force.
inline void LiveThroughFourLogs(Campus& campus) {
  campus.MakeTables();
  for (int i = 1; i < kForgotten; ++i) {
    ASSERT_THAT(campus.students().Insert({.name = absl::StrCat("other", i)}), IsOk());
  }
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  ASSERT_THAT(campus.students().Insert(Forgotten(1)), IsOk());
  ASSERT_THAT(campus.courses().Insert({.code = "CS1"}), IsOk());
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  WriteTransaction both = campus.Begin();
  ASSERT_THAT(campus.students().Update(both, Forgotten(2)), IsOk());
  ASSERT_THAT(campus.students().Update(both, {.id = 3, .name = "third"}), IsOk());
  ASSERT_THAT(campus.students().Erase(both, kForgotten), IsOk());
  ASSERT_THAT(both.Commit(), IsOk());
  ASSERT_THAT(campus.students().Insert({.name = "eighth"}), IsOk());
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  ASSERT_THAT(campus.students().Insert(Forgotten(3)), IsOk());
  ASSERT_THAT(campus.students().Erase(2), IsOk());
}

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_HISTORY_PURGE_CAMPUS_H_
