// Updates and deletions by query.

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/index/table_state.h"
#include "engine/query/bound_query.h"
#include "engine/query/column_bounds.h"
#include "engine/query/run_query.h"
#include "schema/expression_literal.h"
#include "schema/record_codec.h"

namespace linedb::engine {
namespace {

using schema::ValueView;

// Primary keys, and new values, of all records that are to be changed: as texts one behind the
// other, so that a million of them are no million strings.
class ChangeList {
 public:
  explicit ChangeList(std::size_t texts_each) : texts_each_(texts_each) {}

  void Add(std::string_view text) {
    texts_.append(text);
    ends_.push_back(texts_.size());
  }
  std::size_t records() const { return ends_.size() / texts_each_; }
  std::string_view Text(std::size_t record, std::size_t number) const {
    const std::size_t i = record * texts_each_ + number;
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(texts_).substr(begin, ends_[i] - begin);
  }

 private:
  const std::size_t texts_each_;
  std::string texts_;
  std::vector<std::size_t> ends_;
};

// The text of a record's primary key.
class KeyReader {
 public:
  explicit KeyReader(const schema::RecordLayout& layout)
      : layout_(layout),
        key_(layout.keys()[0]),
        last_(*std::max_element(key_.columns.begin(), key_.columns.end())),
        spans_(static_cast<std::size_t>(layout.column_count())) {}

  absl::Status Read(std::string_view line, ChangeList* changes) {
    std::optional<std::string_view> text;
    if (schema::SplitCanonical(layout_, line, last_, spans_.data())) {
      text = schema::KeyTextOf(key_, line, spans_.data(), &scratch_);
    }
    if (!text.has_value()) {
      return absl::DataLossError(
          absl::StrCat(layout_.schema().table_name, ": a line without its key"));
    }
    changes->Add(*text);
    return absl::OkStatus();
  }

 private:
  const schema::RecordLayout& layout_;
  const schema::KeyLayout& key_;
  const int last_;
  std::vector<schema::FieldSpan> spans_;
  std::string scratch_;
};

// Makes a column's text of computed values.
class ColumnWriter {
 public:
  ColumnWriter(const schema::RecordLayout& layout, const AssignmentSpec& assignment)
      : table_(layout.schema().table_name),
        assignment_(assignment),
        column_(layout.FindColumn(assignment.column)) {
    if (column_ >= 0) schema_ = &layout.columns()[static_cast<std::size_t>(column_)];
  }

  int column() const { return column_; }

  absl::Status Check(const schema::RecordLayout& layout) const {
    if (column_ < 0 || (layout.has_row_id() && column_ == 0)) return Error("no such column");
    const std::vector<int>& key = layout.keys()[0].columns;
    if (std::find(key.begin(), key.end(), column_) != key.end()) {
      return Error(
          "a column of the primary key cannot be replaced: a record with another key is another "
          "record");
    }
    if (assignment_.fault != nullptr) return Error(assignment_.fault);
    if (assignment_.value.op() != Operator::kLiteral) return absl::OkStatus();
    schema::TextWriter text;
    return Write(schema::ViewOf(assignment_.value.value()), &text);
  }

  absl::Status Write(const ValueView& value, schema::TextWriter* text) const {
    if (value.is_null()) {
      if (!schema_->nullable) return Error("null is not allowed");
      text->Append(std::string_view("null"));
      return absl::OkStatus();
    }
    const std::optional<Value> fitting = Fitting(value);
    if (!fitting.has_value()) {
      return Error(absl::StrCat("expected ", std::string(TypeName(schema_->type)), ", found ",
                                Expression::Literal(schema::ToValue(value)).ToText()));
    }
    const schema::Fault fault = WriteValueText(*fitting, text);
    return fault == nullptr ? absl::OkStatus() : Error(fault);
  }

 private:
  absl::Status Error(std::string_view reason) const {
    return absl::InvalidArgumentError(
        absl::StrCat(table_, ".", assignment_.column, ": ", std::string(reason)));
  }
  // The value as one of the column's type that its member, too, can hold.
  std::optional<Value> Fitting(const ValueView& value) const {
    const Type type = schema_->type;
    if (value.type == Type::kInt && type == Type::kFloat) {
      return Value::Float(static_cast<double>(value.number));
    }
    if (value.type == Type::kString && type != Type::kString) {
      return schema::LiteralOfText(type, value.text);
    }
    if (value.type != type) return std::nullopt;
    if (type == Type::kInt &&
        (value.number < assignment_.least || value.number > assignment_.most)) {
      return std::nullopt;
    }
    return schema::ToValue(value);
  }

  const std::string& table_;
  const AssignmentSpec& assignment_;
  const int column_;
  const ColumnSchema* schema_ = nullptr;
};

absl::StatusOr<std::vector<ColumnWriter>> MakeWriters(
    const schema::RecordLayout& layout, std::span<const AssignmentSpec> assignments) {
  std::vector<ColumnWriter> writers;
  for (const AssignmentSpec& assignment : assignments) {
    ColumnWriter writer(layout, assignment);
    if (absl::Status fits = writer.Check(layout); !fits.ok()) return fits;
    for (const ColumnWriter& other : writers) {
      if (other.column() != writer.column()) continue;
      return absl::InvalidArgumentError(absl::StrCat(
          layout.schema().table_name, ".", assignment.column, ": an update names a column twice"));
    }
    writers.push_back(writer);
  }
  if (!writers.empty()) return writers;
  return absl::InvalidArgumentError(layout.schema().table_name + ": an update names no column");
}

absl::Status CheckChangeable(const QuerySpec& query) {
  if (!query.fault.ok()) return query.fault;
  if (query.sources.size() == 1 && query.outputs.empty() && query.groups.empty()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(query.sources[0].name +
                                    ": only records of one table can be changed by a query");
}

// Runs `change` in the transaction, or in one of its own.
template <class Change>
absl::StatusOr<std::uint64_t> ChangeIn(const TableCore& table, WriteTransaction* transaction,
                                       Change&& change) {
  if (transaction != nullptr) return change(*transaction);
  absl::StatusOr<WriteTransaction> own = table.Begin();
  if (!own.ok()) return own.status();
  absl::StatusOr<std::uint64_t> changed = change(*own);
  if (!changed.ok()) return changed;
  if (absl::Status committed = own->Commit(); !committed.ok()) return committed;
  return changed;
}

absl::Status FindUpdates(const QuerySpec& query, const schema::RecordLayout& layout,
                         const std::vector<ColumnWriter>& writers,
                         std::span<const AssignmentSpec> assignments,
                         const WriteTransaction& transaction, ChangeList* changes) {
  QuerySpec values = query;
  for (const AssignmentSpec& assignment : assignments) {
    values.outputs.push_back({.of = assignment.value});
  }
  KeyReader keys(layout);
  schema::TextWriter text;
  absl::Status status;
  absl::Status run =
      RunQuery(values, transaction, RowLines::kAlways, [&](const ResultRow& row) {
        status = keys.Read(row.line(0), changes);
        for (std::size_t i = 0; i < writers.size() && status.ok(); ++i) {
          text.Truncate(0);
          status = writers[i].Write(row.value(i), &text);
          changes->Add(text.text());
        }
        return status.ok();
      });
  return run.ok() ? status : run;
}

absl::Status WriteUpdates(const TableCore& table, const std::vector<ColumnWriter>& writers,
                          const ChangeList& changes, WriteTransaction& transaction) {
  std::vector<int> columns;
  for (const ColumnWriter& writer : writers) columns.push_back(writer.column());
  std::size_t failed = 0;
  return table.UpdateMany(
      transaction, changes.records(), columns,
      [&](std::size_t record, schema::TextWriter* text, schema::FieldSpan* spans) {
        for (std::size_t i = 0; i <= columns.size(); ++i) {
          spans[i].begin = static_cast<std::uint32_t>(text->size());
          text->Append(changes.Text(record, i));
          spans[i].end = static_cast<std::uint32_t>(text->size());
        }
        return absl::OkStatus();
      },
      &failed);
}

absl::Status EraseKeys(const TableCore& table, const ChangeList& keys,
                       WriteTransaction& transaction) {
  absl::StatusOr<Savepoint> before = transaction.SetSavepoint();
  if (!before.ok()) return before.status();
  for (std::size_t i = 0; i < keys.records(); ++i) {
    absl::Status erased = table.Erase(transaction, keys.Text(i, 0));
    if (erased.ok()) continue;
    if (absl::Status back = transaction.RollbackTo(*before); !back.ok()) return back;
    return erased;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::uint64_t> UpdateRows(const QuerySpec& query, WriteTransaction* transaction,
                                         std::span<const AssignmentSpec> assignments) {
  if (absl::Status possible = CheckChangeable(query); !possible.ok()) return possible;
  const TableCore& table = query.sources[0].table;
  const schema::RecordLayout& layout = table.table()->layout();
  absl::StatusOr<std::vector<ColumnWriter>> writers = MakeWriters(layout, assignments);
  if (!writers.ok()) return writers.status();
  return ChangeIn(table, transaction,
                  [&](WriteTransaction& writer) -> absl::StatusOr<std::uint64_t> {
                    ChangeList changes(1 + assignments.size());
                    absl::Status done =
                        FindUpdates(query, layout, *writers, assignments, writer, &changes);
                    if (done.ok()) done = WriteUpdates(table, *writers, changes, writer);
                    if (!done.ok()) return done;
                    return changes.records();
                  });
}

absl::StatusOr<std::uint64_t> EraseRows(const QuerySpec& query, WriteTransaction* transaction) {
  if (absl::Status possible = CheckChangeable(query); !possible.ok()) return possible;
  const TableCore& table = query.sources[0].table;
  return ChangeIn(table, transaction,
                  [&](WriteTransaction& writer) -> absl::StatusOr<std::uint64_t> {
                    ChangeList keys(1);
                    KeyReader reader(table.table()->layout());
                    absl::Status status;
                    absl::Status done = RunQuery(query, writer, [&](const ResultRow& row) {
                      status = reader.Read(row.line(0), &keys);
                      return status.ok();
                    });
                    if (done.ok()) done = status;
                    if (done.ok()) done = EraseKeys(table, keys, writer);
                    if (!done.ok()) return done;
                    return keys.records();
                  });
}

}  // namespace linedb::engine
