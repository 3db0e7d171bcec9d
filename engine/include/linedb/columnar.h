// Columns in memory: the values of some members of all records, as arrays.
//
//   linedb::ColumnSet<double> gpas = *students.Columns<&Student::gpa>();  // reads the table, once
//   linedb::ColumnView<double> now = *gpas.View();                        // what is committed now
//   linedb::ColumnSum<double> good = now.SumWhere([](double gpa) { return gpa > 3.0; });
//   std::cout << good.sum / static_cast<double>(good.count);
//
// That is also the fastest way to do it: whole arrays, several values at a time, no text and no
// row. Other loops work on the same arrays, batch by batch:
//
//   now.ForEachBatch([&](const linedb::ColumnBatch<double>& batch) {
//     for (double gpa : batch.values()) …  // where batch.is_dense(): every row counts, or
//     batch.ForEach([&](double gpa) { … });  // in any case: the values that are there
//   });
//
// Batches do not depend on each other, so threads can share them: VisitBatch(i), for i below
// batch_count().
//
// Who pays. A ColumnSet holds its columns in memory, together with all others of the same table: a
// column that two of them name is there once, and is freed with the last ColumnSet and view that
// has it. TableStatistics::column_bytes says how much it is: for each row a number takes 8 bytes, a
// date 4, a bool one bit, a text 4 and its bytes; std::optional one bit more where there are nulls;
// and 4 bytes for where the row's line lies, once for all columns. The first one reads the table,
// over all cores. Commits do nothing for columns and never wait for them: what was committed since
// is read when the next view is taken, so a view costs what has changed, and nothing if nothing
// has. After a compaction the next view reads the table anew. Superseded versions stay in the
// arrays, masked out, until then.
//
// What a view shows is a moment: what was committed when it was taken, or what a ReadTransaction
// sees. It does not change, whatever is committed, compacted or dropped, and may be kept beyond the
// ColumnSet and the Database.
//
// The arrays have Arrow's layout (64-byte aligned, bitmaps LSB first): int64, float64, utf8 and
// binary with 32-bit offsets, bool as bits, timestamp as int64 microseconds UTC, date32. A column's
// array follows its type, not the member's: an int member in 16 bits is int64 here, an enum with
// names is text. Members stored as json have no array: to name one does not compile.

#ifndef LINEDB_COLUMNAR_H_
#define LINEDB_COLUMNAR_H_

#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "linedb/column_batch.h"
#include "linedb/field_types.h"
#include "linedb/table_core.h"
#include "linedb/transaction.h"

namespace linedb {

namespace engine {

class ColumnHold;

// What a view is made of: plain pointers, and what keeps them valid.
struct ColumnMoment {
  std::uint64_t limit = 0;
  std::uint64_t live_rows = 0;
  std::size_t column_count = 0;
  std::vector<BatchRows> rows;       // of each batch
  std::vector<BatchColumn> columns;  // of each batch, column_count of them
  std::vector<std::shared_ptr<const void>> held;
};

// kInvalidArgument: no such column, or a json one. Otherwise as ColumnSet::View.
absl::StatusOr<std::shared_ptr<ColumnHold>> HoldColumns(const TableCore& core,
                                                        const std::vector<std::string_view>& names);
// `snapshot` may be null.
absl::StatusOr<std::shared_ptr<const ColumnMoment>> MomentOf(const TableCore& core,
                                                             ColumnHold& hold,
                                                             const ReadTransaction* snapshot);

}  // namespace engine

// Columns at one moment; see above. Copies share the arrays. Any thread.
template <class... Elements>
class ColumnView {
 public:
  explicit ColumnView(std::shared_ptr<const engine::ColumnMoment> moment)
      : moment_(std::move(moment)) {}

  // How many records there are, nulls and all.
  std::uint64_t size() const { return moment_->live_rows; }
  std::size_t batch_count() const { return moment_->rows.size(); }

  // Calls `visit(const ColumnBatch<Element>&...)`, one argument for each column, and returns what
  // it returned. All columns of a batch have the same rows.
  template <class Visit>
  decltype(auto) VisitBatch(std::size_t batch, Visit&& visit) const {
    return VisitBatch(batch, std::forward<Visit>(visit), std::index_sequence_for<Elements...>());
  }
  template <class Visit>
  void ForEachBatch(Visit&& visit) const {
    for (std::size_t batch = 0; batch < batch_count(); ++batch) VisitBatch(batch, visit);
  }

  // Sum and count of the first column's values over the records of which no column here is null and
  // for which `where(value...)`, called with one value for each column, returns true. `where` is
  // called for many values at a time, so it should have no effect but its answer.
  //   students.Columns<&Student::gpa, &Student::year>() … SumWhere([](double gpa, int64_t year) …)
  template <class Where>
  auto SumWhere(const Where& where) const {
    using Sum = ColumnSum<std::tuple_element_t<0, std::tuple<Elements...>>>;
    Sum total;
    ForEachBatch([&](const ColumnBatch<Elements>&... batches) {
      const Sum sum = engine::SumBatchWhere(where, batches...);
      total.sum += sum.sum;
      total.count += sum.count;
    });
    return total;
  }

 private:
  template <class Visit, std::size_t... I>
  decltype(auto) VisitBatch(std::size_t batch, Visit&& visit, std::index_sequence<I...>) const {
    const engine::BatchRows& rows = moment_->rows[batch];
    const engine::BatchColumn* columns = &moment_->columns[batch * sizeof...(Elements)];
    return visit(ColumnBatch<Elements>(rows, columns[I])...);
  }

  std::shared_ptr<const engine::ColumnMoment> moment_;
};

// Columns of a table, made by Table::Columns: in memory as long as it, or a copy of it, is there.
// Valid as long as its Database. Any thread.
template <class... Elements>
class ColumnSet {
 public:
  ColumnSet(engine::TableCore core, std::shared_ptr<engine::ColumnHold> hold)
      : core_(core), hold_(std::move(hold)) {}

  // What is committed now. kDataLoss if the file is damaged where it had to be read;
  // kResourceExhausted if there is no memory for the arrays; kFailedPrecondition if the table was
  // dropped or altered.
  absl::StatusOr<ColumnView<Elements...>> View() const { return ViewOf(nullptr); }
  // What the transaction sees. If the table was compacted since it began, that is read from the
  // file of its time, and kept until the transaction has ended. kFailedPrecondition also if it has
  // ended, is another database's or began before the table did.
  absl::StatusOr<ColumnView<Elements...>> View(const ReadTransaction& snapshot) const {
    return ViewOf(&snapshot);
  }

 private:
  absl::StatusOr<ColumnView<Elements...>> ViewOf(const ReadTransaction* snapshot) const {
    auto moment = engine::MomentOf(core_, *hold_, snapshot);
    if (!moment.ok()) return moment.status();
    return ColumnView<Elements...>(*std::move(moment));
  }

  engine::TableCore core_;
  std::shared_ptr<engine::ColumnHold> hold_;
};

}  // namespace linedb

#endif  // LINEDB_COLUMNAR_H_
