// Transactions that tell on each other: of what is there by half, or of two moments, it shows.

#ifndef LINEDB_TESTS_ENGINE_NUMBERED_TRANSACTIONS_H_
#define LINEDB_TESTS_ENGINE_NUMBERED_TRANSACTIONS_H_

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "linedb/database.h"
#include "tests/engine/student.h"

namespace linedb::testing {

// The tables hold what the last so many transactions wrote.
inline constexpr std::int64_t kTransactionsKept = 30;

// Transaction number n inserts student n and enrollment n, writes n into student 0's name, and
// erases student and enrollment n - kTransactionsKept.
inline absl::Status DoTransaction(Database& database, std::int64_t n) {
  const auto students = database.OpenTable<Student>();
  const auto enrollments = database.OpenTable<Enrollment>();
  if (!students.ok()) return students.status();
  if (!enrollments.ok()) return enrollments.status();
  const std::string name = std::to_string(n);
  absl::StatusOr<WriteTransaction> transaction = database.Begin();
  if (!transaction.ok()) return transaction.status();
  absl::Status done =
      students->Insert(*transaction, {.id = n, .name = name, .email = name}).status();
  if (done.ok()) {
    done = enrollments->Insert(*transaction, {.student_id = n, .course_id = 2 * n}).status();
  }
  if (done.ok()) done = students->Upsert(*transaction, {.id = 0, .name = name}).status();
  const std::int64_t gone = n - kTransactionsKept;
  if (done.ok() && gone > 0) {
    done = students->Erase(*transaction, gone);
    if (done.ok()) done = enrollments->Erase(*transaction, {gone, 2 * gone});
  }
  return done.ok() ? transaction->Commit() : done;
}

// The number of the last transaction in what the database shows at this moment; 0 before the first.
// kDataLoss if what it shows is no state that there ever was. A handle that reads has both tables.
inline absl::StatusOr<std::int64_t> LastWholeTransaction(Database& database) {
  const auto students = database.OpenTable<Student>();
  const auto enrollments = database.OpenTable<Enrollment>();
  if (!students.ok()) return students.status();
  if (!enrollments.ok()) return enrollments.status();
  const absl::StatusOr<ReadTransaction> snapshot = database.BeginRead();
  if (!snapshot.ok()) return snapshot.status();
  const auto counter = students->Get(*snapshot, 0);
  if (!counter.ok() && !absl::IsNotFound(counter.status())) return counter.status();
  const std::int64_t last = counter.ok() ? std::stoll(counter->name) : 0;
  const std::int64_t kept = std::min(last, kTransactionsKept);
  const auto students_count = students->size(*snapshot);
  const auto enrollments_count = enrollments->size(*snapshot);
  if (!students_count.ok()) return students_count.status();
  if (!enrollments_count.ok()) return enrollments_count.status();
  absl::Status whole;
  if (*students_count != static_cast<std::uint64_t>(kept + (last > 0 ? 1 : 0)) ||
      *enrollments_count != static_cast<std::uint64_t>(kept)) {
    whole = absl::DataLossError(
        absl::StrCat(*students_count, " students, ", *enrollments_count, " enrollments"));
  }
  for (std::int64_t n = last - kept + 1; n <= last && whole.ok(); ++n) {
    whole = students->Get(*snapshot, n).status();
    if (whole.ok()) whole = enrollments->Get(*snapshot, {n, 2 * n}).status();
  }
  if (whole.ok()) return last;
  return absl::DataLossError(
      absl::StrCat("after transaction ", last, ": ", std::string(whole.message())));
}

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_ENGINE_NUMBERED_TRANSACTIONS_H_
