// The other half of power_cut_by_hand.py: a program that writes to a database and says on stdout
// what became of each transaction, the moment it knows.
//
//   acknowledging_writer DIRECTORY FIRST COUNT
//
//   acknowledged 17     Commit returned OK
//   refused 18          it returned an error that says that nothing happened
//   unknown 19          it returned the error after which nobody knows
//   error <message>     behind "refused" and "unknown", and when opening or a checkpoint failed

#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "absl/strings/str_cat.h"
#include "linedb/database.h"

namespace {

// Transaction n puts n into both tables, and how many there are into entry 0 of the left one: what
// is there in part shows.
struct Entry {
  std::int64_t number = 0;
  std::int64_t entries = 0;
};

struct Counterpart {
  std::int64_t number = 0;
  std::string text = {};
};

constexpr std::int64_t kCheckpointEach = 16;
// A few checkpoints of the database's own, too.
constexpr std::uint64_t kLogBytesMax = std::uint64_t{16} << 10;

}  // namespace

template <>
struct linedb::Describe<Entry> {
  static constexpr auto kTable =
      linedb::DescribeTable<"left">(linedb::Field<"number", &Entry::number>().PrimaryKey(),
                                    linedb::Field<"entries", &Entry::entries>());
};

template <>
struct linedb::Describe<Counterpart> {
  static constexpr auto kTable =
      linedb::DescribeTable<"right">(linedb::Field<"number", &Counterpart::number>().PrimaryKey(),
                                     linedb::Field<"text", &Counterpart::text>().Unique());
};

namespace {

// One write for each line: whole lines, and nothing kept back when the process is killed.
void Say(std::string_view word, std::string_view what) {
  const std::string line = std::string(word) + " " + std::string(what) + "\n";
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) _exit(3);
}

absl::Status DoTransaction(linedb::Database& database, const linedb::Table<Entry>& left,
                           const linedb::Table<Counterpart>& right, std::int64_t number) {
  absl::StatusOr<linedb::WriteTransaction> transaction = database.Begin(linedb::Durability::kFull);
  if (!transaction.ok()) return transaction.status();
  absl::StatusOr<Entry> total = left.Get(*transaction, 0);
  if (!total.ok() && !absl::IsNotFound(total.status())) return total.status();
  const std::int64_t entries = total.ok() ? total->entries + 1 : 1;
  absl::Status done = left.Insert(*transaction, {.number = number}).status();
  if (done.ok()) {
    done = right.Insert(*transaction, {.number = number, .text = absl::StrCat("text of ", number)})
               .status();
  }
  if (done.ok()) done = left.Upsert(*transaction, {.number = 0, .entries = entries}).status();
  return done.ok() ? transaction->Commit() : done;
}

class Writer {
 public:
  Writer(linedb::Database& database, std::int64_t first, std::int64_t count)
      : database_(database), next_(first), end_(first + count) {}

  // Until the numbers are used up, or nothing can be written any more.
  void Work() {
    const auto left = database_.OpenTable<Entry>();
    const auto right = database_.OpenTable<Counterpart>();
    if (!left.ok()) return Say("error", left.status().ToString());
    if (!right.ok()) return Say("error", right.status().ToString());
    for (std::int64_t number = next_++; number < end_; number = next_++) {
      const absl::Status done = DoTransaction(database_, *left, *right, number);
      Report(number, done);
      if (done.code() == absl::StatusCode::kFailedPrecondition) return;
      if (number % kCheckpointEach != 0) continue;
      const absl::Status checkpoint = database_.Checkpoint().status();
      if (!checkpoint.ok()) Say("error", checkpoint.ToString());
    }
  }

 private:
  static void Report(std::int64_t number, const absl::Status& done) {
    if (done.ok()) return Say("acknowledged", absl::StrCat(number));
    const bool unknown = done.message().find("unknown until") != absl::string_view::npos;
    Say(unknown ? "unknown" : "refused", absl::StrCat(number));
    Say("error", done.ToString());
  }

  linedb::Database& database_;
  std::atomic<std::int64_t> next_;
  const std::int64_t end_;
};

bool ReadNumber(const char* text, std::int64_t* number) {
  return std::from_chars(text, text + std::strlen(text), *number).ec == std::errc();
}

}  // namespace

int main(int argc, char** argv) {
  std::int64_t first = 0;
  std::int64_t count = 0;
  if (argc != 4 || !ReadNumber(argv[2], &first) || !ReadNumber(argv[3], &count)) {
    Say("usage:", "acknowledging_writer DIRECTORY FIRST COUNT");
    return 2;
  }
  linedb::Options options;
  options.log_bytes_max = kLogBytesMax;
  auto database = linedb::Database::Open(argv[1], options);
  if (!database.ok()) return Say("error", database.status().ToString()), 1;
  Writer writer(**database, first, count);
  std::thread other([&writer] { writer.Work(); });
  writer.Work();
  other.join();
  const absl::Status closed = (*database)->Close();
  if (!closed.ok()) return Say("error", closed.ToString()), 1;
}
