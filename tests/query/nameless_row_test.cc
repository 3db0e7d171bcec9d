// Most programs have their structs in the nameless namespace of a file. gcc warned of each column
// of such a one that a query names, and with warnings as errors the program did not compile.

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>

#include "linedb/database.h"
#include "linedb/query.h"

namespace {

struct Note {
  std::int64_t id = 0;
  std::string text;
};

}  // namespace

template <>
struct linedb::Describe<Note> {
  static constexpr auto kTable = linedb::DescribeTable<"note">(
      linedb::Field<"id", &Note::id>().PrimaryKey(), linedb::Field<"text", &Note::text>());
};

namespace {

using linedb::Column;

TEST(NamelessRowTest, StructOfOneFileIsQueriedWithoutAWarning) {
  const std::unique_ptr<linedb::Database> database = *linedb::Database::OpenInMemory();
  linedb::Table<Note> notes = *database->OpenTable<Note>();
  ASSERT_TRUE(notes.Insert({.id = 1, .text = "one"}).ok());
  ASSERT_TRUE(notes.Insert({.id = 2, .text = "two"}).ok());
  const auto found =
      notes.Where(Column<&Note::id> > 0).OrderBy(Column<&Note::text>.Descending()).First();
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ((*found)->id, 2);
}

}  // namespace
