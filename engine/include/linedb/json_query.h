// Queries over tables known only at run time: what linedb/query.h has for structs, with columns by
// their names and values as JSON.
//
//   linedb::JsonTable students = *linedb::JsonTable::Open(*db, "student");
//   linedb::JsonQuery good = *students.Where("gpa >= 3.5 and starts_with(name, 'A')");
//   std::vector<linedb::Json> first = *good.OrderBy("gpa desc, name").Limit(10).Rows();
//   good.Select("name, gpa * 25 as percent").ForEach([](const linedb::Json& row) { return true; });
//   students.All().GroupBy("year").Select("year, count(*), avg(gpa) as mean").OrderBy("mean desc");
//   enrolments.All().Join(good, "student_id = id").Select("student.name, enrolment.course");
//   students.All().WhereExists(enrolments.All(), "id = student_id").Count();
//   good.Update("honours = true, gpa = gpa + 0.1");

#ifndef LINEDB_JSON_QUERY_H_
#define LINEDB_JSON_QUERY_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/json_table.h"
#include "linedb/query_spec.h"
#include "linedb/table_core.h"

namespace linedb {

// A value, as linedb::Query: any thread, as long as its Database is there; the same rules of order,
// nulls, moments and errors. Its methods give another query. What is wrong with a text given to one
// of them stays with the query: each way to run it returns that, kInvalidArgument with what was
// expected where; status() tells it sooner.
//
// Rows are objects: whole records with the columns of the schema; of a join an object for each
// table under its name; of Select a member for each thing selected, under the name that `as` gives,
// or its own text.
class JsonQuery {
 public:
  JsonQuery(engine::TableCore table, std::optional<Expression> where);

  // Only rows for which the expression (linedb/expression.h) holds, too. Of a join it may name
  // columns of both tables, as student.gpa where both have one of that name.
  JsonQuery Where(std::string_view expression) const;

  // Only records for which the other query has a record that matches, or none: "id = student_id",
  // a column here and one of the other's, or several pairs joined by " and ".
  JsonQuery WhereExists(const JsonQuery& other, std::string_view on) const;
  JsonQuery WhereNotExists(const JsonQuery& other, std::string_view on) const;
  // Pairs of records that match, as of WhereExists. A table that is joined with itself goes by
  // another name there, `as`. What was selected, grouped or ordered of either is an error.
  JsonQuery Join(const JsonQuery& other, std::string_view on, std::string_view as = {}) const;

  // "year, gpa > 3.5": expressions. One row for each group; Select says what of it.
  JsonQuery GroupBy(std::string_view expressions) const;
  // "name, gpa * 25 as percent, count(*), avg(gpa) as mean": expressions, or, of groups or of all
  // rows together, what is grouped by, and the aggregates count, sum, min, max and avg.
  JsonQuery Select(std::string_view outputs) const;
  // Of rows that are equal in all that is selected only the first.
  JsonQuery Distinct() const;
  // "gpa desc, name": expressions, names given by `as`, and, of groups, aggregates; `asc` unless
  // said. A second OrderBy replaces the first.
  JsonQuery OrderBy(std::string_view orders) const;
  JsonQuery Limit(std::uint64_t rows) const;
  // Passes over that many rows before the first.
  JsonQuery Offset(std::uint64_t rows) const;

  // Runs the query in what `in` sees: a ReadTransaction, a WriteTransaction, or what is committed.
  absl::StatusOr<std::vector<Json>> Rows(engine::View in = {}) const;
  // The first row, or nothing.
  absl::StatusOr<std::optional<Json>> First(engine::View in = {}) const;
  // `visit` returns false to stop. It may read and write, as that of Selection::ForEach.
  absl::Status ForEach(const std::function<bool(const Json&)>& visit) const;
  absl::Status ForEach(engine::View in, const std::function<bool(const Json&)>& visit) const;
  // How many rows there are.
  absl::StatusOr<std::uint64_t> Count(engine::View in = {}) const;

  // Gives columns of all records found new values, as Query::Update: "gpa = gpa + 0.1, email =
  // null". kInvalidArgument also for a column of the primary key, or one that is named twice.
  absl::StatusOr<std::uint64_t> Update(std::string_view assignments) const;
  absl::StatusOr<std::uint64_t> Update(WriteTransaction& transaction,
                                       std::string_view assignments) const;
  // Removes all records found, or none. How many they are.
  absl::StatusOr<std::uint64_t> Erase() const;
  absl::StatusOr<std::uint64_t> Erase(WriteTransaction& transaction) const;

  // OK, or the first error of a text that the query was made of.
  const absl::Status& status() const { return query_.fault; }
  std::string ToText() const { return engine::QueryText(query_); }
  absl::StatusOr<std::string> Explain(engine::View in = {}) const {
    return engine::ExplainQuery(query_, in);
  }
  const engine::QuerySpec& spec() const { return query_; }

 private:
  JsonQuery Exists(const JsonQuery& other, std::string_view on, bool negated) const;
  absl::StatusOr<std::uint64_t> UpdateIn(WriteTransaction* transaction,
                                         std::string_view assignments) const;

  engine::QuerySpec query_;
};

}  // namespace linedb

#endif  // LINEDB_JSON_QUERY_H_
