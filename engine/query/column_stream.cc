#include "engine/query/column_stream.h"

#include <bit>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/columnar/table_columns.h"
#include "engine/engine.h"
#include "engine/query/source_streams.h"
#include "linedb/columnar.h"

namespace linedb::engine {
namespace {

using schema::ValueView;

bool IsSet(const std::uint64_t* bits, std::size_t row) {
  return (bits[row / 64] >> (row % 64) & 1) != 0;
}

ValueView ValueAt(Type type, const BatchColumn& column, std::size_t row) {
  if (column.validity != nullptr && !IsSet(column.validity, row)) return {};
  switch (type) {
    case Type::kFloat:
      return ValueView::Real(static_cast<const double*>(column.values)[row]);
    case Type::kBool:
      return ValueView::Number(
          type, IsSet(static_cast<const std::uint64_t*>(column.values), row) ? 1 : 0);
    case Type::kDate:
      return ValueView::Number(type, static_cast<const std::int32_t*>(column.values)[row]);
    case Type::kString:
    case Type::kBytes: {
      const auto* offsets = static_cast<const std::int32_t*>(column.values);
      return ValueView::Text(type, {column.bytes + offsets[row],
                                    static_cast<std::size_t>(offsets[row + 1] - offsets[row])});
    }
    default:
      return ValueView::Number(type, static_cast<const std::int64_t*>(column.values)[row]);
  }
}

std::vector<int> ColumnsOf(const BoundSource& source) {
  std::vector<int> columns = source.filter_columns;
  columns.insert(columns.end(), source.other_columns.begin(), source.other_columns.end());
  return columns;
}

class ColumnStream : public RowStream {
 public:
  ColumnStream(const BoundQuery& query, std::size_t source, const RecordLoader& loader,
               std::shared_ptr<const ColumnMoment> moment)
      : query_(query), source_(source), loader_(loader), moment_(std::move(moment)) {
    const BoundSource& bound = query.sources[source];
    for (const int column : ColumnsOf(bound)) {
      columns_.push_back({bound.layout->columns()[static_cast<std::size_t>(column)].type,
                          static_cast<std::size_t>(bound.first_slot + column)});
    }
    filter_columns_ = bound.filter_columns.size();
  }

  std::size_t parts() const override { return moment_->rows.size(); }

  absl::Status Walk(std::size_t part, RowTaker take) const override {
    constexpr int kRankBits = 32;
    const BatchRows& rows = moment_->rows[part];
    const BatchColumn* batch = moment_->columns.data() + part * moment_->column_count;
    std::vector<ValueView> slots(query_.slot_count());
    std::string scratch;
    QueryRow row{.slots = slots.data(), .texts_stay = true};
    for (std::size_t i = 0; i < rows.rows; ++i) {
      if (rows.live != nullptr && !IsSet(rows.live, i)) continue;
      Fill(batch, i, 0, filter_columns_, slots.data());
      if (loader_.has_filter() && !loader_.Passes(slots.data(), &scratch)) continue;
      Fill(batch, i, filter_columns_, columns_.size(), slots.data());
      row.rank[source_] = (std::uint64_t{part} << kRankBits) + i;
      if (!take(row)) break;
    }
    return absl::OkStatus();
  }

 private:
  struct Column {
    Type type;
    std::size_t slot;
  };
  void Fill(const BatchColumn* batch, std::size_t row, std::size_t begin, std::size_t end,
            ValueView* slots) const {
    for (std::size_t i = begin; i < end; ++i) {
      slots[columns_[i].slot] = ValueAt(columns_[i].type, batch[i], row);
    }
  }

  const BoundQuery& query_;
  const std::size_t source_;
  const RecordLoader& loader_;
  const std::shared_ptr<const ColumnMoment> moment_;
  std::vector<Column> columns_;
  std::size_t filter_columns_ = 0;
};

}  // namespace

bool AreColumnsInMemory(const BoundSource& source, View view) {
  const std::vector<int> columns = ColumnsOf(source);
  if (view.writer() != nullptr || columns.empty()) return false;
  const TableCore& table = source.spec->table;
  return table.engine()->columns().Of(*table.table()).AreHeld(columns);
}

absl::StatusOr<std::unique_ptr<RowStream>> OpenColumns(const BoundQuery& query, std::size_t source,
                                                       View view, const RecordLoader& loader) {
  const BoundSource& bound = query.sources[source];
  std::vector<std::string_view> names;
  for (const int column : ColumnsOf(bound)) {
    names.push_back(bound.layout->columns()[static_cast<std::size_t>(column)].name);
  }
  auto hold = HoldColumns(bound.spec->table, names);
  if (!hold.ok()) return hold.status();
  auto moment = MomentOf(bound.spec->table, **hold, view.snapshot());
  if (!moment.ok()) return moment.status();
  return std::make_unique<ColumnStream>(query, source, loader, *std::move(moment));
}

}  // namespace linedb::engine
