// Table<T>: records of a described struct.

#ifndef LINEDB_TABLE_H_
#define LINEDB_TABLE_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/column_updater.h"
#include "linedb/columnar.h"
#include "linedb/describe.h"
#include "linedb/row_reader.h"
#include "linedb/struct_codec.h"
#include "linedb/table_core.h"
#include "linedb/text_writer.h"
#include "linedb/transaction.h"

namespace linedb {

// linedb/query.h has these.
template <class T>
class Query;
template <class T>
class Condition;

// How many threads share a scan.
struct ScanOptions {
  // The caller's thread is one of them. 0: as many as the machine has cores.
  int threads = 0;
};

// A handle on the table of T, made by Database::OpenTable<T>; cheap to copy, valid as long as its
// Database. Calls without a transaction are transactions of their own: durable when they return.
// Any thread may call any method; one that names a transaction is the transaction's thread's. In a
// thread that holds a transaction, a writing call must name it: without, it would wait for itself,
// and fails with kFailedPrecondition instead.
//
//   linedb::Table<Student> students = *db->OpenTable<Student>();
//   std::int64_t id = *students.Insert({.name = "Alice", .email = "alice@university.edu"});
//   Student alice = *students.Get(id);
//
// Writing fails with: kAlreadyExists (a primary key or unique value is taken; the message names
// table, column, value and the record that has it), kInvalidArgument (a value that cannot be
// stored: NaN, bad UTF-8, too large), and as WriteTransaction::Commit does. A failed call leaves
// the table, and the transaction it names, as they were before it.
//
// Rows without copies: a member described as std::string_view (or a std::optional of it) stands for
// a column of text and, when read, points into the table's file. Such a struct can be written like
// any other, and be read only with a ReadTransaction, whose life is the views': they are valid
// until it ends, also those that ForEach passed. Text that the file holds with escapes (quotes,
// backslashes, control characters) is decoded into memory that the ReadTransaction keeps as long.
//
//   linedb::ReadTransaction snapshot = *db->BeginRead();
//   StudentView alice = *students.Get(snapshot, id);  // alice.name is a std::string_view
template <class T>
class Table {
  using Codec = schema::StructCodec<T>;
  static constexpr bool kHoldsViews = Codec::kHoldsViews;

 public:
  using Record = T;  // what a row is read into
  // The primary key: its member's type without optional, a tuple for a compound key, the hidden row
  // number for a table without one.
  using Key = typename Codec::Key;

  explicit Table(engine::TableCore core, bool same_order) : core_(core), same_order_(same_order) {}

  // Adds a record and returns its key, assigned if it was left out.
  absl::StatusOr<Key> Insert(const T& row) const {
    return Alone<Key>([&](WriteTransaction& transaction) { return Insert(transaction, row); });
  }
  absl::StatusOr<Key> Insert(WriteTransaction& transaction, const T& row) const {
    return Write(transaction, engine::WriteMode::kInsert, row);
  }

  // Adds records, all of them or none: as many Inserts, but faster, since keys are checked in
  // groups. An error is the first one's, and its message begins with the row's number: "row 17: ".
  absl::Status InsertAll(std::span<const T> rows) const {
    absl::StatusOr<WriteTransaction> transaction = core_.Begin();
    if (!transaction.ok()) return transaction.status();
    if (absl::Status added = InsertAll(*transaction, rows); !added.ok()) return added;
    return transaction->Commit();
  }
  absl::Status InsertAll(WriteTransaction& transaction, std::span<const T> rows) const {
    std::string reordered;
    std::size_t failed = 0;
    const absl::Status added = core_.InsertLines(
        transaction, rows.size(),
        [&](std::size_t i, std::int64_t next_key, std::string* line, schema::FieldSpan* spans) {
          if (same_order_) return Codec::Encode(rows[i], next_key, line, spans);
          reordered.clear();
          absl::Status fits = Codec::Encode(rows[i], next_key, &reordered, spans);
          return fits.ok() ? core_.AppendCanonical(reordered, next_key, line, spans) : fits;
        },
        &failed);
    return RowError(added, failed, rows.size());
  }

  // Replaces the record with the row's key. kNotFound if there is none.
  absl::Status Update(const T& row) const {
    static_assert(!Codec::kHasRowId, "a table without a primary key has nothing to update by");
    return Alone<Key>([&](WriteTransaction& transaction) -> absl::StatusOr<Key> {
             return Write(transaction, engine::WriteMode::kUpdate, row);
           })
        .status();
  }
  absl::Status Update(WriteTransaction& transaction, const T& row) const {
    static_assert(!Codec::kHasRowId, "a table without a primary key has nothing to update by");
    return Write(transaction, engine::WriteMode::kUpdate, row).status();
  }

  // Replaces only these members' values in the record with that key. Errors as Update.
  //   students.UpdateOf<&Student::gpa>(id, 3.5)
  template <auto... Members>
  absl::Status UpdateOf(const Key& key,
                        const typename Codec::template ValueOf<Members>&... values) const {
    absl::StatusOr<WriteTransaction> transaction = core_.Begin();
    if (!transaction.ok()) return transaction.status();
    absl::Status updated = UpdateOf<Members...>(*transaction, key, values...);
    return updated.ok() ? transaction->Commit() : updated;
  }
  template <auto... Members>
  absl::Status UpdateOf(WriteTransaction& transaction, const Key& key,
                        const typename Codec::template ValueOf<Members>&... values) const {
    return updater().template UpdateOne<Members...>(transaction, key, values...);
  }

  // A key, and what these members of its record become.
  template <auto... Members>
  using NewValues = std::tuple<Key, typename Codec::template ValueOf<Members>...>;
  // The same for many records, all of them or none: as many UpdateOfs, but faster, since what is
  // fetched for one is not waited for by the next. An error is the first one's, and its message
  // begins with the row's number: "row 17: ".
  //   students.UpdateAllOf<&Student::gpa>(std::vector<std::tuple<std::int64_t, double>>{{1, 3.5}})
  template <auto... Members>
  absl::Status UpdateAllOf(
      std::type_identity_t<std::span<const NewValues<Members...>>> rows) const {
    absl::StatusOr<WriteTransaction> transaction = core_.Begin();
    if (!transaction.ok()) return transaction.status();
    absl::Status updated = UpdateAllOf<Members...>(*transaction, rows);
    return updated.ok() ? transaction->Commit() : updated;
  }
  template <auto... Members>
  absl::Status UpdateAllOf(
      WriteTransaction& transaction,
      std::type_identity_t<std::span<const NewValues<Members...>>> rows) const {
    std::size_t failed = 0;
    const absl::Status updated =
        updater().template UpdateMany<Members...>(transaction, rows, &failed);
    return RowError(updated, failed, rows.size());
  }

  // Inserts, or replaces the record with the row's key.
  absl::StatusOr<Key> Upsert(const T& row) const {
    return Alone<Key>([&](WriteTransaction& transaction) { return Upsert(transaction, row); });
  }
  absl::StatusOr<Key> Upsert(WriteTransaction& transaction, const T& row) const {
    return Write(transaction, engine::WriteMode::kUpsert, row);
  }

  // Removes a record. kNotFound if there is none.
  absl::Status Erase(const Key& key) const {
    absl::StatusOr<WriteTransaction> transaction = core_.Begin();
    if (!transaction.ok()) return transaction.status();
    if (absl::Status erased = Erase(*transaction, key); !erased.ok()) return erased;
    return transaction->Commit();
  }
  absl::Status Erase(WriteTransaction& transaction, const Key& key) const {
    std::string text;
    if (absl::Status fits = Codec::AppendKeyText(key, &text); !fits.ok()) return fits;
    return core_.Erase(transaction, text);
  }

  // The record with that key. kNotFound if there is none; kFailedPrecondition if a stored value
  // does not fit the struct's member, if the transaction named has ended or began before the table
  // did, or if the table was dropped or altered; kDataLoss if the file is damaged there.
  absl::StatusOr<T> Get(const Key& key) const {
    NeedsNoSnapshot();
    return reader().Get({}, key);
  }
  absl::StatusOr<T> Get(const WriteTransaction& transaction, const Key& key) const {
    NeedsNoSnapshot();
    return reader().Get(transaction, key);
  }
  absl::StatusOr<T> Get(const ReadTransaction& snapshot, const Key& key) const {
    return reader().Get(snapshot, key);
  }

  // The record with these values of a unique key: one unique member, or the members of a compound
  // key in its order. Errors as Get; kInvalidArgument if the members are no key.
  //   students.FindBy<&Student::email>("alice@university.edu")
  template <auto... Members, class... Values>
  absl::StatusOr<T> FindBy(const Values&... values) const {
    NeedsNoSnapshot();
    return reader().template Find<Members...>({}, values...);
  }
  template <auto... Members, class... Values>
  absl::StatusOr<T> FindBy(const WriteTransaction& transaction, const Values&... values) const {
    NeedsNoSnapshot();
    return reader().template Find<Members...>(transaction, values...);
  }
  template <auto... Members, class... Values>
  absl::StatusOr<T> FindBy(const ReadTransaction& snapshot, const Values&... values) const {
    return reader().template Find<Members...>(snapshot, values...);
  }

  // The records with these keys, in the order of the keys; nothing for a key that has none. As many
  // Gets, but faster, since what is fetched for one is not waited for by the next. Without a
  // transaction each is as it was at some moment during the call. Errors as Get, but kNotFound.
  //   students.GetMany(std::vector<std::int64_t>{1, 2, 3})
  absl::StatusOr<std::vector<std::optional<T>>> GetMany(std::span<const Key> keys) const {
    NeedsNoSnapshot();
    return reader().GetMany({}, keys);
  }
  absl::StatusOr<std::vector<std::optional<T>>> GetMany(const WriteTransaction& transaction,
                                                        std::span<const Key> keys) const {
    NeedsNoSnapshot();
    return reader().GetMany(transaction, keys);
  }
  absl::StatusOr<std::vector<std::optional<T>>> GetMany(const ReadTransaction& snapshot,
                                                        std::span<const Key> keys) const {
    return reader().GetMany(snapshot, keys);
  }

  // The same by the values of a unique member. Errors as FindBy, but kNotFound.
  //   students.FindManyBy<&Student::email>(emails)
  template <auto Member>
  using KeysOf =
      std::type_identity_t<std::span<const typename Codec::Layout::template PlainValueOf<Member>>>;
  template <auto Member>
  absl::StatusOr<std::vector<std::optional<T>>> FindManyBy(KeysOf<Member> values) const {
    NeedsNoSnapshot();
    return reader().template FindMany<Member>({}, values);
  }
  template <auto Member>
  absl::StatusOr<std::vector<std::optional<T>>> FindManyBy(const WriteTransaction& transaction,
                                                           KeysOf<Member> values) const {
    NeedsNoSnapshot();
    return reader().template FindMany<Member>(transaction, values);
  }
  template <auto Member>
  absl::StatusOr<std::vector<std::optional<T>>> FindManyBy(const ReadTransaction& snapshot,
                                                           KeysOf<Member> values) const {
    return reader().template FindMany<Member>(snapshot, values);
  }

  // Calls `visit(const T&)` for every record in file order, as they were when the call began. It
  // may return bool: false ends the walk. The row passed is reused.
  template <class Visit>
  absl::Status ForEach(Visit&& visit) const {
    NeedsNoSnapshot();
    return Walk({}, std::forward<Visit>(visit));
  }
  template <class Visit>
  absl::Status ForEach(const WriteTransaction& transaction, Visit&& visit) const {
    NeedsNoSnapshot();
    return Walk(transaction, std::forward<Visit>(visit));
  }
  template <class Visit>
  absl::Status ForEach(const ReadTransaction& snapshot, Visit&& visit) const {
    return Walk(snapshot, std::forward<Visit>(visit));
  }

  // ForEach that reads only the named members, and calls `visit` with one value for each; of the
  // others only those are passed over that stand between them and the nearer end of the record, and
  // no string but those named is copied.
  //   students.ForEachOf<&Student::gpa>([&](double gpa) { sum += gpa; });
  template <auto... Members, class Visit>
  absl::Status ForEachOf(Visit&& visit) const {
    NeedsNoSnapshot();
    return WalkOf<Members...>({}, std::forward<Visit>(visit));
  }
  template <auto... Members, class Visit>
  absl::Status ForEachOf(const ReadTransaction& snapshot, Visit&& visit) const {
    return WalkOf<Members...>(snapshot, std::forward<Visit>(visit));
  }

  // Combines all records, in several threads: the file is cut into pieces; for each, an accumulator
  // begins as a copy of `init` and `visit(Accumulator&, values...)` adds its records to it, in file
  // order; then `merge(Accumulator&, Accumulator&&)` adds the second piece's to the first's, the
  // third's to that, and so on. How the file is cut does not depend on the number of threads, nor
  // then does what comes out, even of an order or of floating-point sums. Without members named,
  // `visit(Accumulator&, const T&)` gets whole rows.
  //   students.Reduce<&Student::gpa>(
  //       {}, 0.0, [](double& sum, double gpa) { sum += gpa; },
  //       [](double& sum, double&& more) { sum += more; });
  // `visit` is called by several threads at a time, each with an accumulator of its own, `merge` by
  // the caller's thread alone. Neither may write to the database. Errors as ForEach; what a visitor
  // throws is thrown in the caller's thread.
  template <auto... Members, class Accumulator, class Visit, class Merge>
  absl::StatusOr<Accumulator> Reduce(const ScanOptions& options, const Accumulator& init,
                                     const Visit& visit, const Merge& merge) const {
    NeedsNoSnapshot();
    return ReduceIn<Members...>({}, options, init, visit, merge);
  }
  template <auto... Members, class Accumulator, class Visit, class Merge>
  absl::StatusOr<Accumulator> Reduce(const ReadTransaction& snapshot, const ScanOptions& options,
                                     const Accumulator& init, const Visit& visit,
                                     const Merge& merge) const {
    return ReduceIn<Members...>(snapshot, options, init, visit, merge);
  }

  // A query over the records for which the condition holds, or over all; it is run by its own
  // methods. Needs linedb/query.h, which tells all about it.
  //   students.Where(Column<&Student::gpa> >= 3.5).OrderBy(Column<&Student::name>).Limit(10).Rows()
  Query<T> Where(Condition<T> condition) const;
  Query<T> All() const;

  // The number of records; 0 of a table that was dropped or altered. With a snapshot
  // kFailedPrecondition as Get.
  std::uint64_t size() const { return core_.record_count(); }
  absl::StatusOr<std::uint64_t> size(const ReadTransaction& snapshot) const {
    return core_.record_count(snapshot);
  }

  // The members' columns as arrays in memory, which this call reads: see linedb/columnar.h.
  // Fails as ColumnSet::View.
  //   students.Columns<&Student::gpa, &Student::name>()
  template <auto... Members>
  auto Columns() const -> absl::StatusOr<
      ColumnSet<engine::ElementOf<typename Codec::Layout::template ValueOf<Members>>...>> {
    auto hold = engine::HoldColumns(core_, {Codec::template kColumnName<Members>...});
    if (!hold.ok()) return hold.status();
    return ColumnSet<engine::ElementOf<typename Codec::Layout::template ValueOf<Members>>...>(
        core_, *std::move(hold));
  }

  const TableSchema& schema() const { return core_.schema(); }  // as stored
  const engine::TableCore& core() const { return core_; }

 private:
  static constexpr void NeedsNoSnapshot() {
    static_assert(!kHoldsViews,
                  "linedb: a struct with std::string_view members is read with a ReadTransaction");
  }

  engine::RowReader<T> reader() const { return engine::RowReader<T>(core_, same_order_); }
  engine::ColumnUpdater<T> updater() const { return engine::ColumnUpdater<T>(core_, same_order_); }

  template <auto... Members, class Visit>
  absl::Status WalkOf(engine::View view, Visit&& visit) const {
    absl::StatusOr<engine::RecordCursor> cursor = core_.Scan(view);
    if (!cursor.ok()) return cursor.status();
    return reader().template VisitValues<Members...>(view, &*cursor, visit);
  }

  template <auto... Members, class Accumulator, class Visit, class Merge>
  absl::StatusOr<Accumulator> ReduceIn(engine::View view, const ScanOptions& options,
                                       const Accumulator& init, const Visit& visit,
                                       const Merge& merge) const {
    return reader().template Reduce<Members...>(view, options.threads, init, visit, merge);
  }

  // The error of one of `count` rows.
  static absl::Status RowError(const absl::Status& error, std::size_t row, std::size_t count) {
    if (error.ok() || count == 0 || absl::IsFailedPrecondition(error)) return error;
    return absl::Status(error.code(),
                        "row " + std::to_string(row) + ": " + std::string(error.message()));
  }

  template <class Result, class Body>
  absl::StatusOr<Result> Alone(Body&& body) const {
    absl::StatusOr<WriteTransaction> transaction = core_.Begin();
    if (!transaction.ok()) return transaction.status();
    absl::StatusOr<Result> result = body(*transaction);
    if (!result.ok()) return result;
    if (absl::Status committed = transaction->Commit(); !committed.ok()) return committed;
    return result;
  }

  absl::StatusOr<Key> Write(WriteTransaction& transaction, engine::WriteMode mode,
                            const T& row) const {
    if (absl::Status usable = core_.Check(transaction); !usable.ok()) return usable;
    const std::int64_t next_key = core_.next_key(transaction);
    std::array<schema::FieldSpan, static_cast<std::size_t>(Codec::kStoredColumns)> spans;
    absl::Status written;
    if (same_order_) {
      std::string* lines = core_.BeginLine(transaction);
      written = Codec::Encode(row, next_key, lines, spans.data());
      if (written.ok()) {
        written = core_.WriteLine(transaction, mode, spans.data());
      } else {
        core_.CancelLine(transaction);
      }
    } else {
      std::string line;
      written = Codec::Encode(row, next_key, &line, spans.data());
      if (written.ok()) written = core_.WriteJson(transaction, mode, line, nullptr);
    }
    if (!written.ok()) return written;
    return Codec::KeyOf(row, next_key);
  }

  template <class Visit>
  absl::Status Walk(engine::View view, Visit&& visit) const {
    absl::StatusOr<engine::RecordCursor> cursor = core_.Scan(view);
    if (!cursor.ok()) return cursor.status();
    return reader().VisitRows(view, &*cursor, visit);
  }

  engine::TableCore core_;
  bool same_order_;
};

}  // namespace linedb

#endif  // LINEDB_TABLE_H_
