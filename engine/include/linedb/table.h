// Table<T>: records of a described struct.

#ifndef LINEDB_TABLE_H_
#define LINEDB_TABLE_H_

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/columnar.h"
#include "linedb/describe.h"
#include "linedb/struct_codec.h"
#include "linedb/table_core.h"
#include "linedb/transaction.h"

namespace linedb {

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
template <class T>
class Table {
  using Codec = schema::StructCodec<T>;

 public:
  using Record = T;
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
    if (added.ok() || rows.empty() || absl::IsFailedPrecondition(added)) return added;
    return absl::Status(added.code(),
                        "row " + std::to_string(failed) + ": " + std::string(added.message()));
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
  absl::StatusOr<T> Get(const Key& key) const { return GetIn({}, key); }
  absl::StatusOr<T> Get(const WriteTransaction& transaction, const Key& key) const {
    return GetIn(transaction, key);
  }
  absl::StatusOr<T> Get(const ReadTransaction& snapshot, const Key& key) const {
    return GetIn(snapshot, key);
  }

  // The record with these values of a unique key: one unique member, or the members of a compound
  // key in its order. Errors as Get; kInvalidArgument if the members are no key.
  //   students.FindBy<&Student::email>("alice@university.edu")
  template <auto... Members, class... Values>
  absl::StatusOr<T> FindBy(const Values&... values) const {
    return FindIn<Members...>({}, values...);
  }
  template <auto... Members, class... Values>
  absl::StatusOr<T> FindBy(const WriteTransaction& transaction, const Values&... values) const {
    return FindIn<Members...>(transaction, values...);
  }
  template <auto... Members, class... Values>
  absl::StatusOr<T> FindBy(const ReadTransaction& snapshot, const Values&... values) const {
    return FindIn<Members...>(snapshot, values...);
  }

  // Calls `visit(const T&)` for every record in file order, as they were when the call began. It
  // may return bool: false ends the walk. The row passed is reused.
  template <class Visit>
  absl::Status ForEach(Visit&& visit) const {
    return Walk({}, std::forward<Visit>(visit));
  }
  template <class Visit>
  absl::Status ForEach(const WriteTransaction& transaction, Visit&& visit) const {
    return Walk(transaction, std::forward<Visit>(visit));
  }
  template <class Visit>
  absl::Status ForEach(const ReadTransaction& snapshot, Visit&& visit) const {
    return Walk(snapshot, std::forward<Visit>(visit));
  }

  // ForEach that reads only the named members, and calls `visit` with one value for each; the text
  // behind the last of them is not looked at, and no string but those named is copied.
  //   students.ForEachOf<&Student::gpa>([&](double gpa) { sum += gpa; });
  template <auto... Members, class Visit>
  absl::Status ForEachOf(Visit&& visit) const {
    return WalkOf<Members...>({}, std::forward<Visit>(visit));
  }
  template <auto... Members, class Visit>
  absl::Status ForEachOf(const ReadTransaction& snapshot, Visit&& visit) const {
    return WalkOf<Members...>(snapshot, std::forward<Visit>(visit));
  }

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
    auto hold = engine::HoldColumns(core_, {NameOf<Members>()...});
    if (!hold.ok()) return hold.status();
    return ColumnSet<engine::ElementOf<typename Codec::Layout::template ValueOf<Members>>...>(
        core_, *std::move(hold));
  }

  const TableSchema& schema() const { return core_.schema(); }
  const engine::TableCore& core() const { return core_; }

 private:
  template <auto... Members, class Visit>
  absl::Status WalkOf(engine::View view, Visit&& visit) const {
    std::tuple<typename Codec::Layout::template ValueOf<Members>...> values;
    absl::StatusOr<engine::RecordCursor> cursor = core_.Scan(view);
    if (!cursor.ok()) return cursor.status();
    std::string_view line;
    while (cursor->Next(&line)) {
      if (!same_order_ ||
          Codec::template DecodeColumns<Members...>(line, &values) != schema::kDecoded) {
        T row;
        if (absl::Status read = ReadSlowly(line, &row); !read.ok()) return read;
        values = std::make_tuple(row.*Members...);
      }
      if (!Proceed([&] { return std::apply(visit, values); })) break;
    }
    return cursor->status();
  }

  template <auto Member>
  static constexpr std::string_view NameOf() {
    return Codec::template FieldAt<Codec::template kFieldIndex<Member>>::kName;
  }

  // The columns' names joined by ",", as the engine names a key.
  template <auto... Members>
  static const std::string& KeyName() {
    static const std::string name = [] {
      std::string joined;
      for (const std::string_view column : {NameOf<Members>()...}) {
        if (!joined.empty()) joined.push_back(',');
        joined.append(column);
      }
      return joined;
    }();
    return name;
  }

  // Whether a walk goes on: what the visitor returned, or true if it returns nothing.
  template <class Call>
  static bool Proceed(Call&& call) {
    if constexpr (std::is_void_v<decltype(call())>) {
      call();
      return true;
    } else {
      return static_cast<bool>(call());
    }
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

  absl::StatusOr<T> GetIn(engine::View view, const Key& key) const {
    thread_local std::string text;
    text.clear();
    if (absl::Status fits = Codec::AppendKeyText(key, &text); !fits.ok()) return fits;
    return VisitRow(view, 0, text);
  }

  absl::StatusOr<T> VisitRow(engine::View view, int key, std::string_view text) const {
    absl::StatusOr<T> row = T{};
    absl::Status read =
        core_.Visit(view, key, text, [&](std::string_view line) { return ReadRow(line, &*row); });
    if (!read.ok()) return read;
    return row;
  }

  template <auto... Members, class... Values>
  absl::StatusOr<T> FindIn(engine::View view, const Values&... values) const {
    static_assert(sizeof...(Members) == sizeof...(Values),
                  "FindBy takes one value for each member");
    thread_local std::string text;
    text.clear();
    if (absl::Status fits = Codec::template AppendKeyTextOf<Members...>(&text, values...);
        !fits.ok()) {
      return fits;
    }
    const int key = core_.FindKey(KeyName<Members...>());
    if (key < 0) {
      return absl::InvalidArgumentError(schema().table_name + ": no key on " +
                                        std::string(KeyName<Members...>()));
    }
    return VisitRow(view, key, text);
  }

  template <class Visit>
  absl::Status Walk(engine::View view, Visit&& visit) const {
    T row{};
    absl::StatusOr<engine::RecordCursor> cursor = core_.Scan(view);
    if (!cursor.ok()) return cursor.status();
    std::string_view line;
    while (cursor->Next(&line)) {
      if (absl::Status read = ReadRow(line, &row); !read.ok()) return read;
      if (!Proceed([&] { return visit(std::as_const(row)); })) break;
    }
    return cursor->status();
  }

  absl::Status ReadRow(std::string_view line, T* row) const {
    if (same_order_ && Codec::Decode(line, row) == schema::kDecoded) return absl::OkStatus();
    return ReadSlowly(line, row);
  }

  // The file's columns stand in another order than the struct's, or a value does not fit.
  absl::Status ReadSlowly(std::string_view line, T* row) const {
    std::string own_order;
    absl::Status reordered = engine::ReorderLine(Codec::Schema(), line, &own_order);
    if (!reordered.ok()) return reordered;
    const int fault = Codec::Decode(own_order, row);
    if (fault == schema::kDecoded) return absl::OkStatus();
    return engine::UnreadableColumn(Codec::Schema(), fault, own_order);
  }

  engine::TableCore core_;
  bool same_order_;
};

}  // namespace linedb

#endif  // LINEDB_TABLE_H_
