// Random work on a university's students, and what its history must show afterwards.

#ifndef LINEDB_TESTS_HISTORY_REGISTRAR_H_
#define LINEDB_TESTS_HISTORY_REGISTRAR_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "linedb/change_feed.h"
#include "linedb/record_history.h"
#include "tests/crash/dice.h"
#include "tests/engine/campus.h"

namespace linedb::testing {

inline std::string RecordText(std::int64_t id, const Student& student) {
  char gpa[16];
  std::snprintf(gpa, sizeof(gpa), "%.1f", student.gpa);
  return absl::StrCat("{\"id\":", id, ",\"name\":\"", student.name,
                      "\",\"email\":null,\"gpa\":", gpa, "}");
}

// "UPDATE student {new} was {old}"
inline std::string ChangeText(ChangeKind kind, std::string_view table, std::string_view record,
                              std::string_view old_record) {
  std::string text(ChangeKindName(kind));
  text.append(" ").append(table);
  if (!record.empty()) text.append(" ").append(record);
  if (!old_record.empty()) text.append(" was ").append(old_record);
  return text;
}

// A transaction's changes, a line each.
inline std::string TextOf(const CommittedTransaction& transaction) {
  std::string text;
  for (const Change& change : transaction.changes) {
    const bool is_schema = change.kind >= ChangeKind::kCreateTable;
    text += ChangeText(change.kind, change.table, is_schema ? "" : change.record,
                       is_schema ? "" : change.old_record) +
            "\n";
  }
  return text;
}

inline std::string VersionText(const RecordVersion& version) {
  std::string text = ChangeText(version.kind, "student", version.record, version.old_record);
  for (const ColumnChange& change : version.changed) text.append(" ").append(change.column);
  return text;
}

// One thread. What is committed is added to `transactions`, as TextOf gives it, and to `versions`.
class Registrar {
 public:
  Registrar(Campus& campus, std::uint64_t seed) : campus_(campus), dice_(seed) {
    campus_.students();
    transactions.push_back("CREATE_TABLE student\n");
  }

  // One to five changes, committed.
  void Work() {
    Table<Student> students = campus_.students();
    WriteTransaction transaction = campus_.Begin();
    std::string text;
    for (std::uint64_t left = dice_.Between(1, 5); left > 0; --left) {
      const auto id = static_cast<std::int64_t>(dice_.Between(1, kStudents));
      text += live_.contains(id) && dice_.OneIn(4) ? Expel(transaction, students, id)
                                                   : Enrol(transaction, students, id);
    }
    ASSERT_THAT(transaction.Commit(), IsOk());
    transactions.push_back(text);
  }

  void DropAndMakeAnew() {
    ASSERT_THAT(campus_.engine->DropTable("student"), IsOk());
    transactions.push_back("DROP_TABLE student\n");
    for (const auto& [id, student] : live_) {
      versions[id].push_back("DROP_TABLE student was " + RecordText(id, student));
    }
    live_.clear();
    campus_.students();
    transactions.push_back("CREATE_TABLE student\n");
  }

  Dice& dice() { return dice_; }

  static constexpr std::uint64_t kStudents = 12;
  std::vector<std::string> transactions;
  std::map<std::int64_t, std::vector<std::string>> versions;

 private:
  std::string Enrol(WriteTransaction& transaction, Table<Student>& students, std::int64_t id) {
    const Student after{.id = id,
                        .name = absl::StrCat("n", dice_.Below(3)),
                        .email = std::nullopt,
                        .gpa = static_cast<double>(dice_.Below(8)) / 2};
    EXPECT_THAT(students.Upsert(transaction, after), IsOk());
    const auto before = live_.find(id);
    const bool is_new = before == live_.end();
    std::string text =
        ChangeText(is_new ? ChangeKind::kInsert : ChangeKind::kUpdate, "student",
                   RecordText(id, after), is_new ? "" : RecordText(id, before->second));
    std::string version = text;
    if (!is_new && before->second.name != after.name) version += " name";
    if (!is_new && before->second.gpa != after.gpa) version += " gpa";
    versions[id].push_back(version);
    live_[id] = after;
    return text + "\n";
  }

  std::string Expel(WriteTransaction& transaction, Table<Student>& students, std::int64_t id) {
    EXPECT_THAT(students.Erase(transaction, id), IsOk());
    std::string text = ChangeText(ChangeKind::kDelete, "student", "", RecordText(id, live_[id]));
    versions[id].push_back(text);
    live_.erase(id);
    return text + "\n";
  }

  Campus& campus_;
  Dice dice_;
  std::map<std::int64_t, Student> live_;
};

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_HISTORY_REGISTRAR_H_
