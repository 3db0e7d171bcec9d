// The hot paths, each in a function of its own for callgrind to count: see count_instructions.py.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "linedb/database.h"

namespace {

struct Student {
  std::int64_t id = 0;
  std::string name;
  std::optional<std::string> email = std::nullopt;
  double gpa = 0.0;
};

}  // namespace

template <>
struct linedb::Describe<Student> {
  static constexpr auto kTable = linedb::DescribeTable<"student">(
      linedb::Field<"id", &Student::id>().PrimaryKey(), linedb::Field<"name", &Student::name>(),
      linedb::Field<"email", &Student::email>().Unique(), linedb::Field<"gpa", &Student::gpa>());
};

namespace {

constexpr std::int64_t kRows = 10'000;
constexpr std::int64_t kCommits = 1'000;

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "counted_work: %s\n", status.ToString().c_str());
  std::exit(1);
}

// Keys, names and e-mails of the lengths that a table of a million has.
std::int64_t KeyOf(std::int64_t i) { return 1'000'000 + i * 7919 % kRows; }
std::string EmailOf(std::int64_t key) {
  return "alice.miller" + std::to_string(key) + "@university.edu";
}
Student StudentOf(std::int64_t key) {
  return {.id = key,
          .name = "Alice Miller",
          .email = EmailOf(key),
          .gpa = static_cast<double>(key % 400) / 100};
}

}  // namespace

// What callgrind counts, by name; the name's last part is the row of the table of bounds.
extern "C" {

[[gnu::noinline]] double counted_lookup_by_key(const linedb::Table<Student>& students) {
  double sum = 0;
  for (std::int64_t i = 0; i < kRows; ++i) sum += students.Get(KeyOf(i))->gpa;
  return sum;
}

[[gnu::noinline]] double counted_lookup_by_email(const linedb::Table<Student>& students,
                                                 const std::string* emails) {
  double sum = 0;
  for (std::int64_t i = 0; i < kRows; ++i) {
    sum += students.FindBy<&Student::email>(emails[i])->gpa;
  }
  return sum;
}

[[gnu::noinline]] double counted_lookup_of_many(const linedb::Table<Student>& students,
                                                const std::vector<std::int64_t>& keys) {
  double sum = 0;
  const auto rows = students.GetMany(keys);
  for (const auto& row : *rows) sum += row->gpa;
  return sum;
}

[[gnu::noinline]] double counted_scan_of_a_column(const linedb::Table<Student>& students) {
  double sum = 0;
  Require(students.ForEachOf<&Student::gpa>([&sum](double gpa) { sum += gpa; }));
  return sum;
}

[[gnu::noinline]] double counted_scan_of_rows(const linedb::Table<Student>& students) {
  double sum = 0;
  Require(students.ForEach([&sum](const Student& row) { sum += row.gpa; }));
  return sum;
}

[[gnu::noinline]] void counted_commit(const linedb::Table<Student>& students, const Student* rows) {
  for (std::int64_t i = 0; i < kCommits; ++i) Require(students.Insert(rows[i]).status());
}

}  // extern "C"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: counted_work DIRECTORY\n");
    return 2;
  }
  linedb::Options options;
  options.maintenance = linedb::Maintenance::kManual;  // nothing beside the thread that counts
  options.durability = linedb::Durability::kProcess;
  options.index_bytes_min = 1;
  auto database = linedb::Database::Open(argv[1], options);
  Require(database.status());
  const auto students = (*database)->OpenTable<Student>();
  Require(students.status());
  auto transaction = (*database)->Begin();
  Require(transaction.status());
  std::vector<std::string> emails;
  std::vector<std::int64_t> keys;
  for (std::int64_t i = 0; i < kRows; ++i) {
    Require(students->Insert(*transaction, StudentOf(1'000'000 + i)).status());
    emails.push_back(EmailOf(KeyOf(i)));
    keys.push_back(KeyOf(i));
  }
  Require(transaction->Commit());
  Require((*database)->Checkpoint().status());  // from now on lookups go by the index's files
  std::vector<Student> more;
  for (std::int64_t i = 0; i < kCommits; ++i) more.push_back(StudentOf(2'000'000 + i));

  double sum = counted_lookup_by_key(*students);
  sum += counted_lookup_by_email(*students, emails.data());
  sum += counted_lookup_of_many(*students, keys);
  sum += counted_scan_of_a_column(*students);
  sum += counted_scan_of_rows(*students);
  counted_commit(*students, more.data());
  std::printf("%.2f\n", sum);  // so that no work is optimised away
  Require((*database)->Close());
  return 0;
}
