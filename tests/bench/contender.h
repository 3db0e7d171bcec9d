// What is compared: one database with one table of students, opened in a directory.

#ifndef LINEDB_TESTS_BENCH_CONTENDER_H_
#define LINEDB_TESTS_BENCH_CONTENDER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "tests/bench/student.h"

namespace bench {

struct FilteredSum {
  double sum = 0.0;
  std::int64_t count = 0;
};

// One thread. Any failure prints what failed and ends the program: a benchmark that goes on after
// an error measures nothing.
class Contender {
 public:
  virtual ~Contender() = default;

  virtual const char* name() const = 0;
  // Creates the database, and the table, if they are missing.
  virtual void Open(const std::string& directory) = 0;
  virtual void Close() = 0;

  // All rows in one durable transaction.
  virtual void InsertTogether(std::span<const Student> rows) = 0;
  // Each row in a durable transaction of its own.
  virtual void InsertEach(std::span<const Student> rows) = 0;
  // The same by so many threads, each with its share of the rows; the seconds it took.
  virtual double InsertEachByThreads(std::span<const Student> rows, int threads) = 0;

  // Whole rows, one lookup each; the sum of their digests.
  virtual std::uint64_t ReadByKey(std::span<const std::int64_t> keys) = 0;
  virtual std::uint64_t ReadByEmail(std::span<const std::string> emails) = 0;
  // Whole rows, in one walk.
  virtual std::uint64_t ReadAll() = 0;
  virtual FilteredSum SumAbove(double gpa) = 0;

  // Moves everything from the log to where it belongs.
  virtual void Checkpoint() = 0;
  // The log's size now.
  virtual std::uint64_t LogBytes() = 0;
};

// Calls `insert(thread, rows)` in so many threads, with a part of the rows each; the seconds from
// the first start to the last end.
using InsertPart = std::function<void(int thread, std::span<const Student> rows)>;
double InsertByThreads(std::span<const Student> rows, int threads, const InsertPart& insert);

std::unique_ptr<Contender> MakeLinedb();
std::unique_ptr<Contender> MakeSqlite();

// Prints the message and ends the program.
[[noreturn]] void Fail(const std::string& message);

}  // namespace bench

#endif  // LINEDB_TESTS_BENCH_CONTENDER_H_
