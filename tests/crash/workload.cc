#include "tests/crash/workload.h"

#include <cstdint>
#include <string>
#include <utility>

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

}  // namespace

std::vector<Step> Workload() {
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
      Commit("inserted, changed, erased",
             {InsertStudent(5, "Eve"), UpdateStudent(5, "Eva", 1.0), Erase<Student>(3)}),
      Checkpoint(),
      Commit("after a checkpoint", {InsertCourse(3, "CS103")}),
      CloseAndOpen(),
      Commit("a batch", BatchInsert()),
      Commit("a second one unsynced in the tables", {Insert(Enrollment{2, 1, "A"})}),
      Checkpoint(),
      Commit("a batch erased", BatchErase()),
      Commit("after the batch", {Update(Enrollment{2, 1, "B"}), InsertStudent(6, "Frank")}),
      KillAndOpen(),
      Checkpoint(),
      Commit("small again", {Update(Course{.id = 3, .code = "CS303"})}),
      Checkpoint(),
      Commit("the last", {Erase<Enrollment>({1, 1}), InsertStudent(7, "Grace")}),
      Close(),
  };
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
