#include "tests/crash/workload.h"

#include <cstdint>
#include <string>
#include <utility>

#include "tests/crash/courses.h"
#include "tests/crash/group_step.h"
#include "tests/crash/schema_step.h"
#include "tests/engine/student.h"

namespace linedb::testing {
namespace {

Deed InsertStudent(std::int64_t id, std::string name) {
  return Insert(Student{.id = id, .name = std::move(name)});
}
Deed UpdateStudent(std::int64_t id, std::string name, double gpa) {
  return Update(Student{.id = id, .name = std::move(name), .gpa = gpa});
}
Deed InsertCourse(std::int64_t id, std::string code) {
  return Insert(Course{.id = id, .code = std::move(code)});
}

std::int64_t ProbeId(int number) { return 1'000'000 + number; }

constexpr std::int64_t kBatchBegin = 100;
constexpr std::int64_t kBatchEnd = 130;

// More than two pages of log in one write.
std::vector<Deed> BatchInsert() {
  std::vector<Deed> deeds;
  for (std::int64_t id = kBatchBegin; id < kBatchEnd; ++id) {
    deeds.push_back(InsertStudent(id, std::string(80, static_cast<char>('a' + id % 26))));
  }
  return deeds;
}
std::vector<Deed> BatchErase() {
  std::vector<Deed> deeds;
  for (std::int64_t id = kBatchBegin; id < kBatchEnd; ++id) deeds.push_back(Erase<Student>(id));
  return deeds;
}

// Nobody changes these again, so that each may be lost alone.
Deed LeaveStudent(std::int64_t id) { return Upsert(Student{.id = id, .name = "left"}); }

Deed InsertTaught(std::int64_t id, std::string code, std::string teacher) {
  return Insert(TaughtCourse{.id = id, .code = std::move(code), .teacher = std::move(teacher)});
}

// The second is shorter than the third, and so there as a whole in half of their write.
std::vector<Deed> ThreeInLine() {
  return {Upsert(Student{.id = 20, .name = "Heidi"}), Upsert(Student{.id = 21, .name = "Ivan"}),
          Update(Student{.id = 21, .name = std::string(500, 'v')})};
}

using Steps = std::vector<Step>;

Steps Morning() {
  return {
      MakeTable<Student>(),
      Commit("two students", {InsertStudent(1, "Alice"), InsertStudent(2, "Bob")}),
      Commit("one changed", {UpdateStudent(1, "Alicia", 3.5)}),
      MakeTable<Course>(),
      Commit("into two tables", {InsertStudent(3, "Carol"), InsertCourse(1, "CS101")}),
      RollBack("what nobody may see", {InsertStudent(4, "Mallory"), Erase<Student>(1)}),
      Checkpoint(),
      MakeTable<Enrollment>(),
      Commit("all three tables",
             {Insert(Enrollment{1, 1}), UpdateStudent(2, "Bobby", 2.0), InsertCourse(2, "CS102")}),
      KillAndOpen(),
      CommitWithSavepoint("inserted, changed, erased",
                          {InsertStudent(5, "Eve"), UpdateStudent(5, "Eva", 1.0)},
                          {Erase<Student>(5), InsertCourse(9, "CS109")}, {Erase<Student>(3)}),
      Checkpoint(),
      Commit("after a checkpoint", {InsertCourse(3, "CS103")}),
      CloseAndOpen(),
      Commit("a batch", BatchInsert()),
      Commit("a second one unsynced in the tables", {Insert(Enrollment{2, 1, "A"})}),
      HoldSnapshot(),
      Checkpoint(),
  };
}

// What is acknowledged sooner than it is durable, and what makes it so.
Steps Noon() {
  return {
      Commit("a batch erased", BatchErase()),
      Commit("left to the system", {LeaveStudent(30)}, Durability::kProcess),
      Commit("left in memory", {LeaveStudent(31)}, Durability::kBuffered),
      Commit("after the batch", {Update(Enrollment{2, 1, "B"}), InsertStudent(6, "Frank")}),
      ReadSnapshot(),
      Commit("in memory, then killed", {LeaveStudent(32)}, Durability::kBuffered),
      Commit("behind it", {LeaveStudent(33)}, Durability::kBuffered),
      KillAndOpen(),
      Commit("left again", {LeaveStudent(34)}, Durability::kProcess),
      Checkpoint(),
      CommitTogether("three in line", ThreeInLine()),
      CheckpointBeside("student", Upsert(Student{.id = 22, .name = "Judy"})),
      Commit("small again", {Update(Course{.id = 3, .code = "CS303"})}),
      Commit("before a change of schema", {LeaveStudent(35)}, Durability::kBuffered),
  };
}

Steps Afternoon() {
  return {
      AlterTable("columns added", ToTaught),
      Commit("with the new columns", {InsertTaught(4, "CS104", "Turing")}),
      HoldSnapshot(),
      RefusedAlter<HourlyCourse>("two courses at an hour"),
      Commit("before a drop", {LeaveStudent(36)}, Durability::kProcess),
      DropTable<Enrollment>(),
      MakeTable<Enrollment>(),
      Commit("into a table made anew", {Insert(Enrollment{7, 7, "C"})}),
      ReadSnapshot(),
      KillAndOpen(),
      AlterTable("a column dropped", ToRoomless),
      AlterTable("other constraints", ToTeachers),
      Commit("a code twice", {Insert(TeachersCourse{.id = 5, .code = "CS104"})}),
      AlterTable("a column renamed", ToNumbered),
      Commit("under its new name", {Insert(NumberedCourse{.id = 6, .number = "CS106"})}),
      MigrateTable("hours in words", ToSpoken),
      Commit("of a migrated record", {Update(SpokenCourse{.id = 6, .number = "CS6", .hour = "1"})}),
      KillAndOpen(),
      MakeTable<Visit>(),
      DropTable<Visit>(),
      Checkpoint(),
      Commit("the last", {Erase<Enrollment>({7, 7}), InsertStudent(7, "Grace")}),
      Commit("in memory when it is closed", {LeaveStudent(37)}, Durability::kBuffered),
      Close(),
  };
}

}  // namespace

std::vector<Step> Workload() {
  Steps day = Morning();
  for (Step& step : Noon()) day.push_back(std::move(step));
  for (Step& step : Afternoon()) day.push_back(std::move(step));
  return day;
}

absl::Status TakeProbe(Process& process, int number) {
  if (!TableOf<Student>(*process.engine).ok()) {
    absl::Status made = MakeTable<Student>().act(process);
    if (!made.ok()) return made;
  }
  return Commit("probe", {InsertStudent(ProbeId(number), "probe")}).act(process);
}

std::string WithProbe(const std::string& state, int number) {
  Model probed = Model::FromText(state);
  probed.Put(Student{.id = ProbeId(number), .name = "probe"});
  return probed.Text();
}

}  // namespace linedb::testing
