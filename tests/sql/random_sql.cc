#include "tests/sql/random_sql.h"

#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace linedb::sql_test {
namespace {

std::string Quoted(const std::string& name) {
  return "\"" + absl::StrReplaceAll(name, {{"\"", "\"\""}}) + "\"";
}

// What SQLite compares with anything, by rules of its own.
constexpr const char* kStrange[] = {"NULL",
                                    "0",
                                    "1",
                                    "'1'",
                                    "'01'",
                                    "' 1'",
                                    "'1.0'",
                                    "1.5",
                                    "-0.0",
                                    "1e300",
                                    "9e999",
                                    "-9e999",
                                    "'abc'",
                                    "x''",
                                    "x'00'",
                                    "x'31'",
                                    "'1e0'",
                                    "1 = 1",
                                    "'2026'",
                                    "9007199254740993",
                                    "-9223372036854775808",
                                    "(SELECT 1)",
                                    "CAST('1' AS TEXT)",
                                    "+2"};
constexpr const char* kOperators[] = {"=", "=", "=", "<", "<=", ">", ">=", "<>", "IS", "IS NOT"};

bool IsTime(Type type) { return type == Type::kTimestamp || type == Type::kDate; }

}  // namespace

RandomSql::Column RandomSql::AnyColumn(const RandomTable& table, const std::string& alias) {
  const std::size_t number = Below(random_, table.schema.columns.size());
  return {alias + "." + Quoted(table.schema.columns[number].name), &table, number};
}

RandomSql::Column RandomSql::ColumnOfType(const RandomTable& table, const std::string& alias,
                                          Type type) {
  Column column = AnyColumn(table, alias);
  for (int tries = 0; column.type() != type && tries < 10; ++tries) {
    column = AnyColumn(table, alias);
  }
  return column;
}

std::vector<RandomSql::Column> RandomSql::OrderColumns(const RandomTable& table,
                                                       const std::string& alias) {
  const std::vector<IndexSchema>& indexes = table.schema.indexes;
  if (indexes.empty() || OneIn(random_, 3)) {
    return {AnyColumn(table, alias), AnyColumn(table, alias)};
  }
  std::vector<Column> columns;
  for (const std::string& name : indexes[Below(random_, indexes.size())].columns) {
    for (std::size_t i = 0; i < table.schema.columns.size(); ++i) {
      if (table.schema.columns[i].name == name) {
        columns.push_back({alias + "." + Quoted(name), &table, i});
      }
    }
  }
  return columns;
}

// The texts of times, cut short or continued otherwise.
std::string RandomSql::CutTime(std::string text) {
  if (text == "NULL" || !OneIn(random_, 3)) return text;
  text.resize(1 + Below(random_, text.size() - 1));
  static const std::vector<std::string> kEnds = {"", "", "T", " ", " 00:00:00", "-", "9", "Z", ":"};
  return text + kEnds[Below(random_, kEnds.size())] + "'";
}

std::string RandomSql::Literal(const Column& column) {
  if (OneIn(random_, 6)) return OtherLiteral(column);
  const std::vector<ModelRow>& rows = column.table->rows;
  const bool is_there = !rows.empty() && !OneIn(random_, 3);
  const Value value =
      is_there ? rows[Below(random_, rows.size())][column.number]
               : query_test::RandomValue(random_, column.table->schema.columns[column.number]);
  const std::string text = SqlLiteral(value);
  return IsTime(column.type()) ? CutTime(text) : text;
}

std::string RandomSql::OtherLiteral(const Column& column) {
  if (OneIn(random_, 2)) return kStrange[Below(random_, std::size(kStrange))];
  const Column other = AnyColumn(*column.table, "x");
  const std::string text =
      SqlLiteral(query_test::RandomValue(random_, other.table->schema.columns[other.number]));
  // The value's text in place of the value, or the other way round.
  return OneIn(random_, 3) && text != "NULL" && text[0] != '\'' && text[0] != 'x' ? "'" + text + "'"
                                                                                  : text;
}

std::string RandomSql::ListOf(const Column& column) {
  std::string list;
  for (std::size_t i = 1 + Below(random_, 4); i > 0; --i) {
    absl::StrAppend(&list, list.empty() ? "" : ", ", Literal(column));
  }
  return list;
}

std::string RandomSql::Comparison(const Column& column) {
  const std::string& text = column.text;
  switch (Below(random_, 12)) {
    case 0:
      return text + (OneIn(random_, 2) ? " IS NULL" : " IS NOT NULL");
    case 1:
      return text + " BETWEEN " + Literal(column) + " AND " + Literal(column);
    case 2:
      return text + (OneIn(random_, 4) ? " NOT IN (" : " IN (") + ListOf(column) + ")";
    case 3: {
      const RandomTable& other = AnyTable();
      const Column found = ColumnOfType(other, "s", column.type());
      return text + " IN (SELECT " + found.text + " FROM " + other.schema.table_name + " s" +
             Where(other, "s") + ")";
    }
    case 4:
      return text + (OneIn(random_, 2) ? " LIKE 'a%'" : " GLOB 'a*'");
    case 5:
      return text + " COLLATE NOCASE = " + Literal(column);
    case 6:
      return text + " " + kOperators[Below(random_, std::size(kOperators))] + " " +
             AnyColumn(*column.table, text.substr(0, text.find('.'))).text;
    case 7:
      return Literal(column) + " " + kOperators[Below(random_, std::size(kOperators))] + " " + text;
    default:
      return text + " " + kOperators[Below(random_, std::size(kOperators))] + " " + Literal(column);
  }
}

std::string RandomSql::Condition(const RandomTable& table, const std::string& alias, int depth) {
  if (depth == 0 || OneIn(random_, 2)) return Comparison(AnyColumn(table, alias));
  const std::string left = Condition(table, alias, depth - 1);
  if (OneIn(random_, 6)) return "NOT (" + left + ")";
  const std::string word = OneIn(random_, 3) ? " OR " : " AND ";
  return "(" + left + word + Condition(table, alias, depth - 1) + ")";
}

std::string RandomSql::Where(const RandomTable& table, const std::string& alias) {
  return OneIn(random_, 6) ? "" : " WHERE " + Condition(table, alias, 2);
}

RandomQuery RandomSql::Rows() {
  const RandomTable& table = AnyTable();
  const std::string columns =
      OneIn(random_, 3) ? "*" : AnyColumn(table, "a").text + ", " + AnyColumn(table, "a").text;
  const std::string distinct = OneIn(random_, 4) ? "DISTINCT " : "";
  return {.sql = absl::StrCat("SELECT ", distinct, columns, " FROM ", table.schema.table_name, " a",
                              Where(table, "a")),
          .one_table = true};
}

// What is selected is what the order is by, so that rows which stand anywhere among equals are one
// like the other.
RandomQuery RandomSql::OrderedRows() {
  const RandomTable& table = AnyTable();
  std::string columns;
  std::string order;
  const std::string same = OneIn(random_, 2) ? "" : " DESC";
  for (const Column& column : OrderColumns(table, "a")) {
    absl::StrAppend(&columns, columns.empty() ? "" : ", ", column.text);
    absl::StrAppend(&order, order.empty() ? "" : ", ", column.text,
                    OneIn(random_, 4) ? " DESC" : same);
  }
  std::string sql = absl::StrCat("SELECT ", columns, " FROM ", table.schema.table_name, " a",
                                 Where(table, "a"), " ORDER BY ", order);
  if (OneIn(random_, 2)) absl::StrAppend(&sql, " LIMIT ", Below(random_, 8));
  if (sql.find(" LIMIT ") != sql.npos && OneIn(random_, 2)) {
    absl::StrAppend(&sql, " OFFSET ", Below(random_, 8));
  }
  return {.sql = sql, .ordered = true, .one_table = true};
}

RandomQuery RandomSql::Join() {
  const RandomTable& left = AnyTable();
  const RandomTable& right = AnyTable();
  const Column by = AnyColumn(left, "a");
  const Column to = OneIn(random_, 5) ? AnyColumn(right, "b") : ColumnOfType(right, "b", by.type());
  std::string on = by.text + " = " + to.text;
  if (OneIn(random_, 3)) absl::StrAppend(&on, " AND ", Comparison(AnyColumn(right, "b")));
  if (OneIn(random_, 4)) {
    const Column more = AnyColumn(left, "a");
    absl::StrAppend(&on, " AND ", ColumnOfType(right, "b", more.type()).text, " = ", more.text);
  }
  static const std::vector<std::string> kJoins = {"JOIN", "LEFT JOIN", "CROSS JOIN", "RIGHT JOIN"};
  return {.sql =
              absl::StrCat("SELECT ", AnyColumn(left, "a").text, ", ", AnyColumn(right, "b").text,
                           ", ", AnyColumn(right, "b").text, " FROM ", left.schema.table_name,
                           " a ", kJoins[Below(random_, kJoins.size())], " ",
                           right.schema.table_name, " b ON ", on, Where(left, "a"))};
}

RandomQuery RandomSql::Groups() {
  const RandomTable& table = AnyTable();
  std::string by;
  for (const Column& column : OrderColumns(table, "a")) {
    absl::StrAppend(&by, by.empty() ? "" : ", ", column.text);
  }
  const std::string value = AnyColumn(table, "a").text;
  std::string sql = absl::StrCat("SELECT count(*), count(", value, "), min(", value, "), max(",
                                 value, "), count(DISTINCT ", value, ") FROM ",
                                 table.schema.table_name, " a", Where(table, "a"));
  if (!OneIn(random_, 4)) absl::StrAppend(&sql, " GROUP BY ", by);
  if (OneIn(random_, 3)) absl::StrAppend(&sql, " HAVING count(*) > 1");
  return {.sql = sql, .one_table = true};
}

RandomQuery RandomSql::Correlated() {
  const RandomTable& outer = AnyTable();
  const RandomTable& inner = AnyTable();
  const Column by = AnyColumn(outer, "a");
  const std::string matches =
      absl::StrCat(" FROM ", inner.schema.table_name, " b WHERE ",
                   ColumnOfType(inner, "b", by.type()).text, " = ", by.text);
  const std::string other = " AND " + Comparison(AnyColumn(inner, "b"));
  if (OneIn(random_, 2)) {
    return {.sql = absl::StrCat("SELECT ", by.text, ", (SELECT count(*)", matches,
                                OneIn(random_, 2) ? other : "", ") FROM ", outer.schema.table_name,
                                " a")};
  }
  return {.sql = absl::StrCat("SELECT ", AnyColumn(outer, "a").text, " FROM ",
                              outer.schema.table_name, " a WHERE ", OneIn(random_, 2) ? "NOT " : "",
                              "EXISTS (SELECT 1", matches, OneIn(random_, 2) ? other : "", ")")};
}

RandomQuery RandomSql::Compound() {
  const RandomTable& first = AnyTable();
  const RandomTable& second = AnyTable();
  const Column column = AnyColumn(first, "a");
  static const std::vector<std::string> kWords = {" UNION ", " UNION ALL ", " EXCEPT ",
                                                  " INTERSECT "};
  return {.sql = absl::StrCat("SELECT ", column.text, " FROM ", first.schema.table_name, " a",
                              Where(first, "a"), kWords[Below(random_, kWords.size())], "SELECT ",
                              ColumnOfType(second, "b", column.type()).text, " FROM ",
                              second.schema.table_name, " b", Where(second, "b"))};
}

RandomQuery RandomSql::Next() {
  switch (Below(random_, 8)) {
    case 0:
    case 1:
      return Rows();
    case 2:
    case 3:
      return OrderedRows();
    case 4:
      return Join();
    case 5:
      return Groups();
    case 6:
      return Correlated();
    default:
      return Compound();
  }
}

}  // namespace linedb::sql_test
