// What a watch tells, as text, and the tables that are watched.

#ifndef LINEDB_TESTS_WATCH_TOLD_H_
#define LINEDB_TESTS_WATCH_TOLD_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "linedb/database.h"
#include "linedb/json_watch.h"
#include "linedb/watch.h"
#include "tests/engine/status_matchers.h"
#include "tests/engine/student.h"

namespace linedb::testing {

inline std::string NameOf(WatchEvent event) {
  switch (event) {
    case WatchEvent::kEntered:
      return "entered";
    case WatchEvent::kChanged:
      return "changed";
    case WatchEvent::kLeft:
      return "left";
  }
  return "?";
}

inline std::string TextOf(const std::optional<Student>& student) {
  return student ? absl::StrCat(student->name, "=", student->gpa) : "-";
}
inline std::string TextOf(const std::optional<Enrollment>& enrollment) {
  return enrollment ? absl::StrCat(enrollment->student_id, "/", enrollment->course_id) : "-";
}
inline std::string TextOf(const std::optional<Json>& record) {
  return record ? record->dump() : "-";
}

// "changed Alice=3 Alice=4"
template <class Record>
inline std::string TextOf(const RecordChange<Record>& change) {
  return absl::StrCat(NameOf(change.event), " ", TextOf(change.before), " ", TextOf(change.after));
}

class WatchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    database = Database::OpenInMemory().value();
    students.emplace(database->OpenTable<Student>().value());
    enrollments.emplace(database->OpenTable<Enrollment>().value());
  }
  template <class Record>
  std::function<void(const RecordChange<Record>&)> Note() {
    return [this](const RecordChange<Record>& change) { told.push_back(TextOf(change)); };
  }
  // As Note, with "." behind the last of each transaction.
  std::function<void(const RecordChange<Student>&)> NoteEnds() {
    return [this](const RecordChange<Student>& change) {
      told.push_back(TextOf(change) + (change.last_of_transaction ? "." : ""));
    };
  }
  static Condition<Student> Best() { return Column<&Student::gpa> >= 3.5; }

  std::unique_ptr<Database> database;
  std::optional<Table<Student>> students;
  std::optional<Table<Enrollment>> enrollments;
  std::vector<std::string> told;  // by Note; to be read once the database is closed
};

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_WATCH_TOLD_H_
