// Guards against a reference that nothing can fulfil, against a key that goes from under those who
// reference it, and against records that came past the commits and are taken for whole.

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "engine/engine_exchange.h"
#include "engine/references/reference_judge.h"
#include "linedb/dump.h"
#include "tests/references/linked_tables.h"

namespace linedb {
namespace {

using testing::Fails;
using testing::IsOk;
using testing::LinkedTables;
using testing::SchemaOf;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;

TableSchema Author() {
  return SchemaOf("author", R"("id": {"type":"int","primary_key":true},)"
                            R"("name": {"type":"str","unique":true,"nullable":true},)"
                            R"("born": {"type":"int","nullable":true})");
}

TableSchema Book(const std::string& reference = R"({"table":"author"})") {
  return SchemaOf("book", R"("id": {"type":"int","primary_key":true},)"
                          R"("by": {"type":"int","nullable":true,"references":)" +
                              reference + "}");
}

TableSchema WithoutReferences(TableSchema schema) {
  for (ColumnSchema& column : schema.columns) column.references.reset();
  schema.references.clear();
  return schema;
}

class ReferenceSchemaTest : public ::testing::Test {
 protected:
  absl::Status Create(const TableSchema& schema) {
    return tables.campus.engine->CreateTable(schema);
  }
  absl::Status Alter(const TableSchema& schema) { return tables.campus.engine->AlterTable(schema); }

  LinkedTables tables;
};

// [schema-10.12]
TEST_F(ReferenceSchemaTest, AReferenceNeedsATableAndAKeyOfItsTypes) {
  EXPECT_THAT(Create(Book()), Fails(kPrecondition, "book: reference (by): there is no table author",
                                    "an alteration then adds"));
  ASSERT_THAT(Create(Author()), IsOk());
  struct Row {
    const char* reference;
    const char* refused;
  };
  const Row rows[] = {
      {R"({"table":"author","key":["born"]})",
       "no key of table author has the columns (born): it must be the primary key or unique"},
      {R"({"table":"author","key":["name"]})", "column by is int, author.name str"},
      {R"({"table":"author","key":["nom"]})", "table author has no column nom"},
      {R"({"table":"writer"})", "there is no table writer"},
  };
  for (const Row& row : rows) {
    const absl::Status made = Create(Book(row.reference));
    EXPECT_FALSE(made.ok());
    EXPECT_THAT(std::string(made.message()), ::testing::HasSubstr(row.refused));
    EXPECT_EQ(tables.campus.engine->FindTable("book"), nullptr);
  }
  EXPECT_THAT(Create(Book()), IsOk());
  ASSERT_THAT(tables.Make("visit", R"("who": {"type":"str"})"), IsOk());
  EXPECT_THAT(tables.Make("note", R"("of": {"type":"int","references":{"table":"visit"}})"),
              Fails(kInvalid, "table visit has no primary key"));
  EXPECT_THAT(tables.Make("note", R"("of": {"type":"int","references":)"
                                  R"({"table":"visit","key":["$rowid"]}})"),
              Fails(kInvalid, "$rowid"));
}

// What goes by itself leaves behind what references it.
// [schema-10.13]
TEST_F(ReferenceSchemaTest, RecordsThatExpireAreReferencedByNone) {
  const std::string columns =
      R"("id": {"type":"int","primary_key":true},"until": {"type":"timestamp"})";
  ASSERT_THAT(tables.Make("session", columns, R"("expires":"until")"), IsOk());
  EXPECT_THAT(tables.Make("click", R"("of": {"type":"int","references":{"table":"session"}})"),
              Fails(kInvalid, "records of table session expire"));
  // Nor does a table that is referenced come to have such records.
  ASSERT_THAT(tables.Make("visit", columns), IsOk());
  ASSERT_THAT(tables.Make("click", R"("of": {"type":"int","references":{"table":"visit"}})"),
              IsOk());
  TableSchema visit = tables.campus.engine->FindTable("visit")->layout().schema();
  visit.expires = "until";
  EXPECT_THAT(tables.campus.engine->AlterTable(visit),
              Fails(kPrecondition, "records of table visit expire"));
}

// [schema-10.14]
TEST_F(ReferenceSchemaTest, ATableThatIsReferencedIsNotDropped) {
  tables.MakeAll({Author(), Book()});
  EXPECT_THAT(tables.campus.engine->DropTable("author"),
              Fails(kPrecondition, "table author is referenced by book.by"));
  ASSERT_THAT(tables.Commit(R"(+author {"id":1})"), IsOk());
  EXPECT_THAT(tables.campus.engine->DropTable("book"), IsOk());
  EXPECT_THAT(tables.Commit("-author 1"), IsOk());
  EXPECT_THAT(tables.campus.engine->DropTable("author"), IsOk());
}

TEST_F(ReferenceSchemaTest, ATableThatReferencesItselfMayBeDropped) {
  ASSERT_THAT(tables.Make("node", R"("id": {"type":"int","primary_key":true},)"
                                  R"("up": {"type":"int","references":{"table":"node"}})"),
              IsOk());
  ASSERT_THAT(tables.Commit(R"(+node {"id":1,"up":1})"), IsOk());
  EXPECT_THAT(tables.campus.engine->DropTable("node"), IsOk());
}

// [schema-10.14]
TEST_F(ReferenceSchemaTest, AKeyThatIsReferencedStaysAKey) {
  ASSERT_THAT(Create(Author()), IsOk());
  ASSERT_THAT(tables.Make("book", R"("id": {"type":"int","primary_key":true},)"
                                  R"("by": {"type":"str","nullable":true,"references":)"
                                  R"({"table":"author","key":["name"]}})"),
              IsOk());
  ASSERT_THAT(tables.Commit(R"(+author {"id":1,"name":"Ada"}
                               +book {"id":1,"by":"Ada"})"),
              IsOk());
  TableSchema schema = Author();
  schema.columns[1].unique = false;
  EXPECT_THAT(Alter(schema), Fails(kPrecondition, "author is referenced: book: reference (by)",
                                   "no key of table author has the columns (name)"));
  schema = Author();
  schema.columns.erase(schema.columns.begin() + 1);
  EXPECT_THAT(Alter(schema), Fails(kPrecondition, "author is referenced", "no column name"));
  schema = Author();
  schema.columns.pop_back();  // born, which nobody references
  EXPECT_THAT(Alter(schema), IsOk());
  // References are kept as before, by the altered table.
  EXPECT_THAT(tables.Commit("-author 1"), Fails(kPrecondition, "is referenced by book"));
  EXPECT_THAT(tables.Commit(R"(+book {"id":2,"by":"Bob"})"), Fails(kPrecondition, "Bob"));
  tables.Reopen();
  EXPECT_THAT(tables.Commit("-author 1"), Fails(kPrecondition, "is referenced by book"));
}

// [schema-10.15]
TEST_F(ReferenceSchemaTest, AReferenceThatIsAddedIsHeldByAllRecords) {
  tables.MakeAll({Author(), WithoutReferences(Book())});
  ASSERT_THAT(tables.Commit(R"(+author {"id":1}
                               +book {"id":10,"by":1}
                               +book {"id":11,"by":2}
                               +book {"id":12,"by":null}
                               +book {"id":13,"by":3})"),
              IsOk());
  const std::string before = tables.campus.State();
  EXPECT_THAT(
      Alter(Book()),
      Fails(kPrecondition,
            "line 2: book.by: value 2 references author 2, which does not exist (record 11)",
            "line 4: book.by: value 3 references author 3, which does not exist (record 13)"));
  EXPECT_EQ(tables.campus.State(), before);
  ASSERT_THAT(tables.Commit(R"(-book 11
                               ~book {"id":13,"by":1})"),
              IsOk());
  ASSERT_THAT(Alter(Book()), IsOk());
  EXPECT_THAT(tables.Commit("-author 1"), Fails(kPrecondition, "is referenced by book"));
  ASSERT_THAT(Alter(WithoutReferences(Book())), IsOk());
  EXPECT_THAT(tables.Commit("-author 1"), IsOk());
}

constexpr char kHen[] = R"("id": {"type":"int","primary_key":true},)"
                        R"("from": {"type":"int","nullable":true,"references":)"
                        R"({"table":"egg","on_delete":"cascade"}})";
constexpr char kEgg[] = R"("id": {"type":"int","primary_key":true},)"
                        R"("by": {"type":"int","nullable":true,"references":)"
                        R"({"table":"hen","on_delete":"cascade"}})";

// [schema-10.16]
TEST_F(ReferenceSchemaTest, TablesThatReferenceEachOtherAreMadeByAnAlteration) {
  EXPECT_THAT(tables.Make("hen", kHen), Fails(kPrecondition, "no table egg"));
  tables.MakeAll({WithoutReferences(SchemaOf("hen", kHen)), SchemaOf("egg", kEgg)});
  ASSERT_THAT(Alter(SchemaOf("hen", kHen)), IsOk());
  ASSERT_THAT(tables.Commit(R"(+hen {"id":1,"from":2}
                               +egg {"id":2,"by":1}
                               +egg {"id":3,"by":1}
                               +hen {"id":4,"from":3}
                               +hen {"id":5,"from":null})"),
              IsOk());
  EXPECT_THAT(tables.campus.engine->DropTable("egg"), Fails(kPrecondition, "hen.from"));
  tables.Reopen();
  ASSERT_THAT(tables.Commit("-egg 2"), IsOk());
  EXPECT_EQ(tables.State(), R"(hen {"id":5,"from":null})");
}

// [schema-10.16]
TEST_F(ReferenceSchemaTest, ADumpOfTablesThatReferenceEachOtherLoads) {
  tables.MakeAll({WithoutReferences(SchemaOf("hen", kHen)), SchemaOf("egg", kEgg)});
  ASSERT_THAT(Alter(SchemaOf("hen", kHen)), IsOk());
  ASSERT_THAT(tables.Commit(R"(+hen {"id":1,"from":2}
                               +egg {"id":2,"by":1})"),
              IsOk());
  std::ostringstream dump;
  ASSERT_THAT(engine::DumpDatabase(*tables.campus.engine, dump, {}), IsOk());
  const std::string state = tables.State();
  LinkedTables loaded;
  loaded.campus.engine.reset();
  loaded.campus.disk = wal::NewMemoryFileSystem();
  loaded.campus.through = loaded.campus.disk.get();
  std::istringstream input(dump.str());
  const auto report = engine::LoadDirectory(*loaded.campus.disk, testing::kDirectory, input, {});
  ASSERT_THAT(report, IsOk());
  EXPECT_TRUE(report->loaded);
  ASSERT_THAT(loaded.campus.Open(), IsOk());
  EXPECT_EQ(loaded.State(), state);
  EXPECT_THAT(loaded.Commit(R"(+egg {"id":9,"by":9})"), Fails(kPrecondition, "hen 9"));
}

// Records that no commit judged: put there as a slice does.
void PutUnchecked(LinkedTables& tables, const std::string& words) {
  tables.campus.engine->LeaveReferencesUnchecked();
  ASSERT_THAT(tables.Commit(words), IsOk());
  ASSERT_THAT(tables.campus.Close(), IsOk());
}

// [schema-10.17]
TEST_F(ReferenceSchemaTest, ALoadTellsEachRecordThatReferencesNothing) {
  tables.MakeAll({Author(), Book()});
  ASSERT_THAT(tables.Commit(R"(+author {"id":1})"), IsOk());
  PutUnchecked(tables, R"(+book {"id":10,"by":1}
                          +book {"id":11,"by":7})");
  ASSERT_THAT(tables.campus.Open(), IsOk());
  std::ostringstream dump;
  ASSERT_THAT(engine::DumpDatabase(*tables.campus.engine, dump, {}), IsOk());
  auto disk = wal::NewMemoryFileSystem();
  std::istringstream input(dump.str());
  const auto report =
      engine::LoadDirectory(*disk, testing::kDirectory, input, {.source_name = "shop.dump"});
  ASSERT_THAT(report, IsOk());
  EXPECT_FALSE(report->loaded);
  ASSERT_EQ(report->problems.size(), 1u);
  EXPECT_EQ(report->problems[0].ToString(),
            "shop.dump:6:1: book.by: value 7 references author 7, which does not exist; record "
            R"({"id":11,"by":7})");
  EXPECT_EQ(report->problems[0].kind, ProblemKind::kReference);
}

// [schema-10.17]
TEST_F(ReferenceSchemaTest, VerifyNamesEachRecordThatReferencesNothing) {
  tables.MakeAll({Author(), Book()});
  ASSERT_THAT(tables.Commit(R"(+author {"id":1}
                               +book {"id":10,"by":1})"),
              IsOk());
  ASSERT_THAT(tables.campus.engine->Checkpoint(), IsOk());
  PutUnchecked(tables, R"(+book {"id":11,"by":7}
                          ~book {"id":10,"by":8})");
  EXPECT_EQ(tables.campus.Problems(),
            "data/book.records line 2 byte 17 reference: book.by: value 7 references author 7, "
            "which does not exist; record {\"id\":11,\"by\":7}\n"
            "data/book.records line 3 byte 34 reference: book.by: value 8 references author 8, "
            "which does not exist; record {\"id\":10,\"by\":8}\n");
  // They stay readable and changeable; what is set right is right.
  ASSERT_THAT(tables.campus.Open(), IsOk());
  EXPECT_THAT(tables.Commit(R"(~book {"id":11,"by":9})"), Fails(kPrecondition, "author 9"));
  ASSERT_THAT(tables.Commit(R"(~book {"id":11,"by":1}
                               -book 10)"),
              IsOk());
  ASSERT_THAT(tables.campus.Close(), IsOk());
  EXPECT_EQ(tables.campus.Problems(), "");
}

TEST_F(ReferenceSchemaTest, AJudgeStopsWhenItIsToldSo) {
  tables.MakeAll({Author(), Book()});
  tables.campus.engine->LeaveReferencesUnchecked();
  ASSERT_THAT(tables.Commit(R"(+book {"id":11,"by":7}
                               +book {"id":12,"by":8}
                               +book {"id":13,"by":8})"),
              IsOk());
  engine::ReferenceJudge judge;
  for (const char* name : {"author", "book"}) {
    judge.Add(tables.campus.engine->FindTable(name)->generation);
  }
  const auto judged = [&](const std::string& table, std::size_t enough) {
    std::string keys;
    const auto found = [&](const engine::JudgedReference& each) {
      absl::StrAppend(&keys, each.key, "@", each.line, " ");
      return --enough > 0;
    };
    EXPECT_THAT(table.empty() ? judge.JudgeAll(found) : judge.JudgeTable(table, found), IsOk());
    return keys;
  };
  EXPECT_EQ(judged("", 100), "11@1 12@2 13@3 ");
  EXPECT_EQ(judged("", 2), "11@1 12@2 ");
  EXPECT_EQ(judged("author", 100), "11@1 12@2 13@3 ");
  EXPECT_EQ(judged("book", 1), "11@1 ");
}

// [schema-10.18]
TEST_F(ReferenceSchemaTest, APurgeTakesAlongWhatReferencesOrIsRefused) {
  tables.MakeAll({Author(), Book(R"({"table":"author","on_delete":"cascade"})"),
                  SchemaOf("prize", R"("id": {"type":"int","primary_key":true},)"
                                    R"("to": {"type":"int","references":{"table":"author"}})")});
  ASSERT_THAT(tables.Commit(R"(+author {"id":1}
                               +author {"id":2}
                               +book {"id":10,"by":1}
                               +book {"id":20,"by":2}
                               +prize {"id":5,"to":2})"),
              IsOk());
  const std::string before = tables.State();
  EXPECT_THAT(tables.campus.engine->Purge("author", {"2"}, {}),
              Fails(kPrecondition, "author 2 is referenced by prize"));
  EXPECT_EQ(tables.State(), before);
  EXPECT_THAT(tables.campus.engine->Purge("author", {"1"}, {}), IsOk());
  EXPECT_EQ(
      tables.State(),
      R"(author {"id":2,"name":null,"born":null}; book {"id":20,"by":2}; prize {"id":5,"to":2})");
  tables.Reopen();
}

}  // namespace
}  // namespace linedb
