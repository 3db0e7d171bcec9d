// The record browser: pages of a list that is made once.

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "linedb/expression.h"
#include "schema/record_codec.h"
#include "tools/dbtool/cell_text.h"
#include "tools/dbtool/ui/pages.h"

namespace linedb::dbtool {
namespace {

constexpr std::size_t kFilterBytesMax = 4096;
constexpr std::uint64_t kRowsPerPage = 50;
constexpr std::uint64_t kRowsPerPageMax = 500;
// Of a value; the page of the record has all of it.
constexpr std::size_t kCellBytesMax = 300;

std::string QuotedName(const std::string& name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

absl::StatusOr<RecordViews::Wanted> WantedBy(const Parameters& parameters) {
  RecordViews::Wanted wanted;
  wanted.table = parameters.Text("table");
  wanted.options.where = parameters.Text("where");
  if (wanted.options.where.size() > kFilterBytesMax) {
    return absl::InvalidArgumentError("the filter has " +
                                      std::to_string(wanted.options.where.size()) +
                                      " bytes: at most " + std::to_string(kFilterBytesMax));
  }
  if (const std::string& column = parameters.Text("order"); !column.empty()) {
    wanted.options.order_by =
        QuotedName(column) + (parameters.Text("descending") == "1" ? " desc" : "");
  }
  const absl::StatusOr<std::uint64_t> number = parameters.Number("view", 0);
  if (!number.ok()) return number.status();
  wanted.number = *number;
  return wanted;
}

// Numbers go as text: JavaScript's are not exact beyond 2^53.
PageJson CellJson(std::string_view json) {
  if (json == "null") return nullptr;
  // Cut before it is decoded: a value may have megabytes.
  if (json.size() <= kCellBytesMax) return PlainText(json);
  std::string_view start = json.substr(0, kCellBytesMax);
  while (!start.empty() && (static_cast<unsigned char>(start.back()) & 0x80U) != 0) {
    start.remove_suffix(1);
  }
  if (start.front() == '"') start.remove_prefix(1);
  if (const std::size_t escape = start.rfind('\\');
      escape != start.npos && start.size() < escape + 7) {
    start = start.substr(0, escape);
  }
  return PlainText("\"" + std::string(start) + "\"") + "…";
}

class RowWriter {
 public:
  explicit RowWriter(const RecordView& view) : view_(view), spans_(view.layout.columns().size()) {}

  // {"key":"17","cells":["17","Alice",null]}
  absl::StatusOr<PageJson> Row(std::size_t number) {
    const std::string_view line = view_.list.line(number);
    const schema::RecordLayout& layout = view_.layout;
    if (!schema::SplitCanonical(layout, line, layout.column_count() - 1, spans_.data())) {
      return absl::DataLossError(
          view_.table + ": not a record of the table: " + std::string(line.substr(0, 200)));
    }
    PageJson cells = PageJson::array();
    for (int i = layout.has_row_id() ? 1 : 0; i < layout.column_count(); ++i) {
      cells.push_back(CellJson(spans_[static_cast<std::size_t>(i)].In(line)));
    }
    const schema::KeyLayout& key = layout.keys()[0];
    const auto text = schema::KeyTextOf(key, line, spans_.data(), &scratch_);
    std::string key_json(text.value_or(""));
    if (key.columns.size() > 1) key_json = "[" + key_json + "]";
    return PageJson{{"key", std::move(key_json)}, {"cells", std::move(cells)}};
  }

 private:
  const RecordView& view_;
  std::vector<schema::FieldSpan> spans_;
  std::string scratch_;
};

PageJson ColumnsOf(const RecordView& view) {
  PageJson columns = PageJson::array();
  for (const ColumnSchema& column : view.list.schema().columns) {
    columns.push_back({{"name", column.name},
                       {"type", std::string(TypeName(column.type))},
                       {"primary_key", column.primary_key},
                       {"sortable", column.type != Type::kJson}});
  }
  return columns;
}

// The first column of one of these types, better none of the key; -1.
int ColumnOfType(const TableSchema& schema, std::initializer_list<Type> types) {
  int found = -1;
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    const ColumnSchema& column = schema.columns[i];
    if (std::find(types.begin(), types.end(), column.type) == types.end()) continue;
    if (!column.primary_key) return static_cast<int>(i);
    if (found < 0) found = static_cast<int>(i);
  }
  return found;
}

// What the first row has there, or empty.
std::string FirstCell(const PageJson& rows, int column) {
  if (rows.empty()) return "";
  const PageJson& cell = rows[0]["cells"][static_cast<std::size_t>(column)];
  return cell.is_string() ? cell.get<std::string>() : "";
}

// A filter that the table takes, made of its columns and its first row: what to type is learnt from
// it.
std::string FilterExample(const TableSchema& schema, const PageJson& rows) {
  std::vector<Expression> parts;
  if (const int place = ColumnOfType(schema, {Type::kInt, Type::kFloat}); place >= 0) {
    const absl::StatusOr<Expression> value = Expression::Parse(FirstCell(rows, place));
    parts.push_back(
        Expression::Of(Operator::kGreaterEqual,
                       {Expression::Column(schema.columns[static_cast<std::size_t>(place)].name),
                        value.ok() ? *value : Expression::Literal(Value::Int(1))}));
  }
  if (const int place = ColumnOfType(schema, {Type::kString}); place >= 0) {
    const std::string text = FirstCell(rows, place);
    const bool is_plain = !text.empty() && absl::ascii_isalnum(static_cast<unsigned char>(text[0]));
    parts.push_back(
        Expression::Of(Operator::kStartsWith,
                       {Expression::Column(schema.columns[static_cast<std::size_t>(place)].name),
                        Expression::Literal(Value::String(is_plain ? text.substr(0, 1) : "A"))}));
  }
  if (parts.empty()) {
    parts.push_back(
        Expression::Of(Operator::kIsNotNull, {Expression::Column(schema.columns[0].name)}));
  }
  return (parts.size() == 1 ? parts[0] : Expression::Of(Operator::kAnd, parts)).ToText();
}

}  // namespace

absl::StatusOr<PageJson> RecordsPage(Session& session, const Parameters& parameters) {
  const absl::StatusOr<RecordViews::Wanted> wanted = WantedBy(parameters);
  if (!wanted.ok()) return wanted.status();
  const absl::StatusOr<std::uint64_t> offset = parameters.Number("offset", 0);
  if (!offset.ok()) return offset.status();
  const absl::StatusOr<std::uint64_t> count = parameters.Number("count", kRowsPerPage);
  if (!count.ok()) return count.status();
  const auto view = session.views().Get(*wanted);
  if (!view.ok()) return view.status();
  const std::uint64_t total = (*view)->list.size();
  const std::uint64_t first = std::min(*offset, total);
  const std::uint64_t end = first + std::min({*count, kRowsPerPageMax, total - first});
  PageJson rows = PageJson::array();
  RowWriter writer(**view);
  for (std::uint64_t i = first; i < end; ++i) {
    absl::StatusOr<PageJson> row = writer.Row(i);
    if (!row.ok()) return row.status();
    rows.push_back(*std::move(row));
  }
  const std::string example = FilterExample((*view)->list.schema(), rows);
  return PageJson{
      {"table", (*view)->table}, {"view", (*view)->number}, {"lsn", (*view)->list.lsn()},
      {"total", total},          {"offset", first},         {"columns", ColumnsOf(**view)},
      {"example", example},      {"rows", std::move(rows)}};
}

}  // namespace linedb::dbtool
