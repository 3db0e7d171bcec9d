// Queries made at random over random tables.

#ifndef LINEDB_TESTS_SQL_RANDOM_SQL_H_
#define LINEDB_TESTS_SQL_RANDOM_SQL_H_

#include <cstddef>
#include <string>
#include <vector>

#include "tests/sql/random_tables.h"

namespace linedb::sql_test {

struct RandomQuery {
  std::string sql;
  bool ordered = false;  // rows come in an order, those of equal places alike
  bool one_table = false;
};

class RandomSql {
 public:
  RandomSql(Random& random, const std::vector<RandomTable>& tables)
      : random_(random), tables_(tables) {}

  RandomQuery Next();

 private:
  struct Column {
    std::string text;  // a."x y"
    const RandomTable* table;
    std::size_t number;

    Type type() const { return table->schema.columns[number].type; }
  };

  const RandomTable& AnyTable() { return tables_[Below(random_, tables_.size())]; }
  Column AnyColumn(const RandomTable& table, const std::string& alias);
  Column ColumnOfType(const RandomTable& table, const std::string& alias, Type type);
  // The columns of one of the table's indexes, or any two.
  std::vector<Column> OrderColumns(const RandomTable& table, const std::string& alias);
  std::string Literal(const Column& column);
  std::string OtherLiteral(const Column& column);
  std::string CutTime(std::string text);
  std::string Comparison(const Column& column);
  std::string ListOf(const Column& column);
  std::string Condition(const RandomTable& table, const std::string& alias, int depth);
  std::string Where(const RandomTable& table, const std::string& alias);

  RandomQuery Rows();
  RandomQuery OrderedRows();
  RandomQuery Join();
  RandomQuery Groups();
  RandomQuery Correlated();
  RandomQuery Compound();

  Random& random_;
  const std::vector<RandomTable>& tables_;
};

}  // namespace linedb::sql_test

#endif  // LINEDB_TESTS_SQL_RANDOM_SQL_H_
