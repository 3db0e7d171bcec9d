// The program of README.md that shows a schema that changes: what opening says, a migration by
// plan, and one by a function from one version to the next.

#include <iostream>

#include "linedb/database.h"
#include "linedb/migrate.h"

struct BookV1 {
  std::optional<std::int64_t> id = {};
  std::string title;
  std::string author;  // "Last, First"
};
struct Book {
  std::optional<std::int64_t> id = {};
  std::string title;
  std::string first;
  std::string last;
  std::optional<std::int64_t> year = {};
};

template <>
struct linedb::Describe<BookV1> {
  static constexpr auto kTable = linedb::DescribeTable<"book">(
      linedb::Field<"id", &BookV1::id>().PrimaryKey(), linedb::Field<"title", &BookV1::title>(),
      linedb::Field<"author", &BookV1::author>());
};
template <>
struct linedb::Describe<Book> {
  static constexpr auto kTable = linedb::DescribeTable<"book">(
      linedb::Field<"id", &Book::id>().PrimaryKey(), linedb::Field<"title", &Book::title>(),
      linedb::Field<"first", &Book::first>(), linedb::Field<"last", &Book::last>(),
      linedb::Field<"year", &Book::year>(), linedb::Version<2>());
};

int main() {
  auto database = *linedb::Database::OpenInMemory();
  auto books = *database->OpenTable<BookV1>();
  books.Insert({.title = "Dune", .author = "Herbert, Frank"}).value();
  books.Insert({.title = "Ubik", .author = "Dick"}).value();

  // [shown]
  auto refused = database->OpenTable<Book>();  // the description differs from the stored schema
  std::cout << refused.status().message() << "\n";

  auto migrations =
      linedb::Migrations<Book>().From<BookV1>(1, [](const BookV1& old) -> absl::StatusOr<Book> {
        const auto comma = old.author.find(", ");
        if (comma == std::string::npos) return absl::InvalidArgumentError("no first name");
        return Book{.id = old.id,
                    .title = old.title,
                    .first = old.author.substr(comma + 2),
                    .last = old.author.substr(0, comma)};
      });
  auto report = *migrations.Run(*database);  // all records are judged before anything is changed
  for (const auto& violation : report.violations) std::cout << violation.ToText() << "\n";

  books.Update({.id = 2, .title = "Ubik", .author = "Dick, Philip"}).IgnoreError();
  report = *migrations.Run(*database);
  std::cout << report.records << " records, now of version " << report.version_after << "\n";
  std::cout << database->OpenTable<Book>()->Get(2)->first << "\n";
  // [shown]
}
