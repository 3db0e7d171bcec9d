// Guards against a record that references nothing, against one that is gone because another was
// where nobody said so, and against a commit that is refused though what it leaves is whole: each
// way to break a reference, by what is to become of the records that reference it.

#include <gtest/gtest.h>

#include <string>

#include "linedb/references.h"
#include "tests/references/linked_tables.h"

namespace linedb {
namespace {

using testing::Fails;
using testing::IsOk;
using testing::LinkedTables;
using testing::SchemaOf;

// What a transaction makes of the records before; `refused` is what the message must say, and then
// everything is as it was.
struct Row {
  const char* claim;
  const char* before;
  const char* transaction;
  const char* state;
  const char* refused = nullptr;
};

template <std::size_t kCount>
void ExpectRows(const std::vector<TableSchema>& schemas, const Row (&rows)[kCount]) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.claim);
    LinkedTables tables;
    tables.MakeAll(schemas);
    ASSERT_THAT(tables.Commit(row.before), IsOk());
    const std::string before = tables.State();
    const std::string whole_before = tables.campus.State();
    const absl::Status done = tables.Commit(row.transaction);
    if (row.refused != nullptr) {
      EXPECT_THAT(done, Fails(absl::StatusCode::kFailedPrecondition, row.refused));
      EXPECT_FALSE(BrokenReferencesIn(done).empty());
      EXPECT_EQ(tables.campus.State(), whole_before);
    } else {
      EXPECT_THAT(done, IsOk());
      EXPECT_EQ(tables.State(), row.state);
    }
    const std::string after = tables.State();
    tables.Reopen();
    EXPECT_EQ(tables.State(), after);
    // Nothing stays of a refused transaction that would be in the way of the next.
    EXPECT_THAT(tables.Commit("+mark {}"), IsOk());
  }
}

TableSchema Mark() {
  return SchemaOf("mark", R"("n": {"type":"int","primary_key":true,"nullable":true})");
}

// An author has a name that is unique, and a book is by an author: by id, or by name.
std::vector<TableSchema> Books(const std::string& on_delete) {
  return {SchemaOf("author", R"("id": {"type":"int","primary_key":true},)"
                             R"("name": {"type":"str","unique":true,"nullable":true})"),
          SchemaOf("book", R"("id": {"type":"int","primary_key":true},)"
                           R"("by": {"type":"int","nullable":true,"references":)"
                           R"({"table":"author","on_delete":")" +
                               on_delete + R"("}})"),
          Mark()};
}

std::vector<TableSchema> NamedBooks(const std::string& on_delete) {
  return {SchemaOf("author", R"("id": {"type":"int","primary_key":true},)"
                             R"("name": {"type":"str","unique":true,"nullable":true})"),
          SchemaOf("book", R"("id": {"type":"int","primary_key":true},)"
                           R"("by": {"type":"str","nullable":true,"references":)"
                           R"({"table":"author","key":["name"],"on_delete":")" +
                               on_delete + R"("}})"),
          Mark()};
}

constexpr char kAda[] = R"(+author {"id":1,"name":"Ada"})"
                        "\n"
                        R"(+book {"id":10,"by":1})";

// What does not depend on what a deletion does.
constexpr Row kAnywayRows[] = {
    {"a value that is no key is refused", kAda, R"(+book {"id":11,"by":2})", "",
     R"(book.by: value 2 references author 2, which does not exist; record {"id":11,"by":2})"},
    {"null references nothing", kAda, R"(+book {"id":11,"by":null})",
     R"(author {"id":1,"name":"Ada"}; book {"id":10,"by":1} {"id":11,"by":null})"},
    {"an update is judged, too", kAda, R"(~book {"id":10,"by":7})", "",
     R"(book.by: value 7 references author 7, which does not exist; record {"id":10,"by":7})"},
    {"an upsert is judged, too", kAda, R"(=book {"id":10,"by":7})", "", "references author 7"},
    {"a reference may be taken away", kAda, R"(~book {"id":10,"by":null})",
     R"(author {"id":1,"name":"Ada"}; book {"id":10,"by":null})"},
    {"the one that references may come first", "",
     R"(+book {"id":10,"by":1}
        +author {"id":1,"name":"Ada"})",
     R"(author {"id":1,"name":"Ada"}; book {"id":10,"by":1})"},
    {"only what is left at the end counts", kAda,
     R"(+book {"id":11,"by":9}
        ~book {"id":11,"by":8}
        -book 11)",
     R"(author {"id":1,"name":"Ada"}; book {"id":10,"by":1})"},
    {"a value that was wrong and stays is refused", "",
     R"(+book {"id":11,"by":9}
        ~book {"id":11,"by":9})",
     "", "references author 9"},
    {"what was referenced and comes back was never gone", kAda,
     R"(-author 1
        +author {"id":1,"name":"Ava"})",
     R"(author {"id":1,"name":"Ava"}; book {"id":10,"by":1})"},
    {"the one that references goes with it by hand", kAda,
     R"(-author 1
        -book 10)",
     ""},
    {"the one that references turns to another", kAda,
     R"(-author 1
        +author {"id":2,"name":"Bob"}
        ~book {"id":10,"by":2})",
     R"(author {"id":2,"name":"Bob"}; book {"id":10,"by":2})"},
    {"what is not the key may change", kAda, R"(~author {"id":1,"name":"Ava"})",
     R"(author {"id":1,"name":"Ava"}; book {"id":10,"by":1})"},
    {"a transaction that goes back to a savepoint is judged as what it is then", kAda,
     R"([
        -author 1
        +book {"id":11,"by":5}
        ])",
     R"(author {"id":1,"name":"Ada"}; book {"id":10,"by":1})"},
    {"what comes after going back is judged", kAda,
     R"([
        -book 10
        ]
        +book {"id":11,"by":5})",
     "", "references author 5"},
};

// [schema-10.1] [schema-10.2]
TEST(ReferenceRowsTest, WhatIsReferencedMustBeThereInTheEnd) {
  for (const char* on_delete : {"restrict", "cascade", "set null"}) {
    SCOPED_TRACE(on_delete);
    ExpectRows(Books(on_delete), kAnywayRows);
  }
}

// [schema-10.3]
TEST(ReferenceRowsTest, RestrictKeepsWhatIsReferenced) {
  const Row rows[] = {
      {"a deletion is refused with both records", kAda, "-author 1", "",
       R"(author 1 is referenced by book {"id":10,"by":1} (by, restrict); record {"id":1,"name":"Ada"})"},
      {"one that nobody references goes", R"(+author {"id":1,"name":"Ada"})", "-author 1", ""},
      {"of a new book, too", R"(+author {"id":1,"name":"Ada"})",
       R"(+book {"id":11,"by":1}
          -author 1)",
       "", R"(author 1 is referenced by book {"id":11,"by":1})"},
      {"a book that was there and is put back keeps its author", kAda,
       R"(-book 10
          -author 1
          +book {"id":10,"by":1})",
       "", "author 1"},
  };
  ExpectRows(Books("restrict"), rows);
}

// [schema-10.4]
TEST(ReferenceRowsTest, CascadeTakesWhatReferencesAlong) {
  const Row rows[] = {
      {"a book goes with its author", kAda, "-author 1", ""},
      {"all of them, and no other",
       R"(+author {"id":1,"name":"Ada"}
          +author {"id":2,"name":"Bob"}
          +book {"id":10,"by":1}
          +book {"id":11,"by":2}
          +book {"id":12,"by":1}
          +book {"id":13,"by":null})",
       "-author 1", R"(author {"id":2,"name":"Bob"}; book {"id":11,"by":2} {"id":13,"by":null})"},
      {"a book that came in the same transaction goes, too", kAda,
       R"(+book {"id":11,"by":1}
          -author 1)",
       ""},
      {"before or after the deletion, as the end counts", kAda,
       R"(-author 1
          +book {"id":11,"by":1})",
       ""},
  };
  ExpectRows(Books("cascade"), rows);
}

// [schema-10.5]
TEST(ReferenceRowsTest, SetNullTakesTheReferenceAway) {
  const Row rows[] = {
      {"a book stays without its author", kAda, "-author 1", R"(book {"id":10,"by":null})"},
      {"all of them, and no other",
       R"(+author {"id":1,"name":"Ada"}
          +author {"id":2,"name":"Bob"}
          +book {"id":10,"by":1}
          +book {"id":11,"by":2}
          +book {"id":12,"by":1})",
       "-author 1",
       R"(author {"id":2,"name":"Bob"}; book {"id":10,"by":null} {"id":11,"by":2} {"id":12,"by":null})"},
      {"one that was changed before stays changed", kAda,
       R"(+author {"id":2,"name":"Bob"}
          ~book {"id":10,"by":2}
          -author 1)",
       R"(author {"id":2,"name":"Bob"}; book {"id":10,"by":2})"},
  };
  ExpectRows(Books("set null"), rows);
}

constexpr char kNamedAda[] = R"(+author {"id":1,"name":"Ada"})"
                             "\n"
                             R"(+book {"id":10,"by":"Ada"})";

// [schema-10.6]
TEST(ReferenceRowsTest, AUniqueKeyThatChangesIsOneThatGoes) {
  const Row restricted[] = {
      {"restrict refuses the change", kNamedAda, R"(~author {"id":1,"name":"Ava"})", "",
       R"(author.name "Ada" is referenced by book {"id":10,"by":"Ada"} (by, restrict); record {"id":1,"name":"Ada"})"},
      {"and the loss", kNamedAda, R"(~author {"id":1,"name":null})", "", "is referenced by book"},
      {"and the deletion", kNamedAda, "-author 1", "", "is referenced by book"},
      {"a book that follows in the same transaction is fine", kNamedAda,
       R"(~author {"id":1,"name":"Ava"}
          ~book {"id":10,"by":"Ava"})",
       R"(author {"id":1,"name":"Ava"}; book {"id":10,"by":"Ava"})"},
      {"another may take the name over", kNamedAda,
       R"(~author {"id":1,"name":"Ava"}
          +author {"id":2,"name":"Ada"})",
       R"(author {"id":1,"name":"Ava"} {"id":2,"name":"Ada"}; book {"id":10,"by":"Ada"})"},
      {"a name that comes back was never gone", kNamedAda,
       R"(~author {"id":1,"name":"Ava"}
          ~author {"id":1,"name":"Ada"})",
       R"(author {"id":1,"name":"Ada"}; book {"id":10,"by":"Ada"})"},
      {"a value that is no name is refused", kNamedAda, R"(+book {"id":11,"by":"Eve"})", "",
       R"(book.by: value "Eve" references author.name "Eve", which does not exist)"},
  };
  ExpectRows(NamedBooks("restrict"), restricted);
  const Row cascading[] = {
      {"cascade follows the change", kNamedAda, R"(~author {"id":1,"name":"Ava"})",
       R"(author {"id":1,"name":"Ava"})"},
      {"another may take the name over", kNamedAda,
       R"(~author {"id":1,"name":"Ava"}
          +author {"id":2,"name":"Ada"})",
       R"(author {"id":1,"name":"Ava"} {"id":2,"name":"Ada"}; book {"id":10,"by":"Ada"})"},
  };
  ExpectRows(NamedBooks("cascade"), cascading);
  const Row nulling[] = {
      {"set null follows the change", kNamedAda, R"(~author {"id":1,"name":"Ava"})",
       R"(author {"id":1,"name":"Ava"}; book {"id":10,"by":null})"},
  };
  ExpectRows(NamedBooks("set null"), nulling);
}

std::vector<TableSchema> Rooms(const std::string& on_delete) {
  return {SchemaOf("room",
                   R"("house": {"type":"str","primary_key":true},)"
                   R"("number": {"type":"int","primary_key":true},)"
                   R"("floor": {"type":"int"}, "door": {"type":"int"})",
                   R"("unique_keys": [["floor","door"]])"),
          SchemaOf("booking",
                   R"("id": {"type":"int","primary_key":true},)"
                   R"("number": {"type":"int","nullable":true},)"
                   R"("house": {"type":"str","nullable":true})",
                   R"("references": [{"columns":["number","house"],"table":"room",)"
                   R"("key":["number","house"],"on_delete":")" +
                       on_delete + R"("}])"),
          SchemaOf("alarm",
                   R"("id": {"type":"int","primary_key":true},)"
                   R"("door": {"type":"int","nullable":true},)"
                   R"("floor": {"type":"int","nullable":true})",
                   R"("references": [{"columns":["door","floor"],"table":"room",)"
                   R"("key":["door","floor"],"on_delete":"set null"}])"),
          Mark()};
}

constexpr char kRooms[] = R"(+room {"house":"A","number":1,"floor":3,"door":4}
                             +room {"house":"B","number":1,"floor":4,"door":3}
                             +booking {"id":1,"number":1,"house":"A"}
                             +alarm {"id":1,"door":3,"floor":4})";

// [schema-10.7]
TEST(ReferenceRowsTest, KeysOfSeveralColumnsAreReferencedInAnyOrder) {
  const Row rows[] = {
      {"another number of that house is none", kRooms,
       R"(+booking {"id":2,"number":2,"house":"A"})", "",
       R"(booking.number,house: value "A",2 references room "A",2, which does not exist)"},
      {"a null among them references nothing", kRooms,
       R"(+booking {"id":2,"number":7,"house":null}
          -booking 1
          -alarm 1)",
       R"(booking {"id":2,"number":7,"house":null}; room {"house":"A","number":1,"floor":3,"door":4} {"house":"B","number":1,"floor":4,"door":3})"},
      {"a room that is booked stays", kRooms, R"(-room ["A",1])", "",
       R"(room "A",1 is referenced by booking {"id":1,"number":1,"house":"A"})"},
      {"the other key goes by its own rule", kRooms, R"(-room ["B",1])",
       R"(alarm {"id":1,"door":null,"floor":null}; booking {"id":1,"number":1,"house":"A"}; room {"house":"A","number":1,"floor":3,"door":4})"},
      {"a door and a floor that are the other way round are another room's", kRooms,
       R"(+alarm {"id":2,"door":4,"floor":4})", "", "alarm.door,floor"},
  };
  ExpectRows(Rooms("restrict"), rows);
}

// An album is by an artist, a track on an album, a sale of a track.
std::vector<TableSchema> Records(const std::string& sale_on_delete) {
  const auto table = [](const std::string& name, const std::string& of,
                        const std::string& on_delete) {
    return SchemaOf(name, R"("id": {"type":"int","primary_key":true},)"
                          R"("of": {"type":"int","nullable":true,"references":{"table":")" +
                              of + R"(","on_delete":")" + on_delete + R"("}})");
  };
  return {SchemaOf("artist", R"("id": {"type":"int","primary_key":true})"),
          table("album", "artist", "cascade"), table("track", "album", "cascade"),
          table("sale", "track", sale_on_delete), Mark()};
}

constexpr char kRecords[] = R"(+artist {"id":1}
                               +album {"id":1,"of":1}
                               +album {"id":2,"of":1}
                               +track {"id":1,"of":1}
                               +track {"id":2,"of":2}
                               +sale {"id":1,"of":2})";

// [schema-10.4]
TEST(ReferenceRowsTest, CascadesGoThroughAnyNumberOfTables) {
  const Row cascading[] = {
      {"to the end", kRecords, "-artist 1", ""},
      {"from the middle", kRecords, "-album 2",
       R"(album {"id":1,"of":1}; artist {"id":1}; track {"id":1,"of":1})"},
  };
  ExpectRows(Records("cascade"), cascading);
  const Row nulling[] = {
      {"and end where set null says so", kRecords, "-artist 1", R"(sale {"id":1,"of":null})"},
  };
  ExpectRows(Records("set null"), nulling);
  const Row restricted[] = {
      {"one at their end that must stay keeps all of them", kRecords, "-artist 1", "",
       R"(track 2 is referenced by sale {"id":1,"of":2} (of, restrict); record {"id":2,"of":2})"},
      {"unless it goes by hand", kRecords,
       R"(-artist 1
          -sale 1)",
       ""},
  };
  ExpectRows(Records("restrict"), restricted);
}

// A restrict and a cascade to the same record: what the cascade takes does not restrict.
// [schema-10.3]
TEST(ReferenceRowsTest, WhatACascadeTakesRestrictsNothing) {
  const std::vector<TableSchema> schemas = {
      SchemaOf("artist", R"("id": {"type":"int","primary_key":true})"),
      SchemaOf("album",
               R"("id": {"type":"int","primary_key":true},)"
               R"("by": {"type":"int","references":{"table":"artist","on_delete":"cascade"}},)"
               R"("sung_by": {"type":"int","references":{"table":"artist"}})"),
      Mark()};
  const Row rows[] = {
      {"both by the one that goes", R"(+artist {"id":1}
                                       +album {"id":1,"by":1,"sung_by":1})",
       "-artist 1", ""},
      {"by the one that goes, sung by another", R"(+artist {"id":1}
                                                   +artist {"id":2}
                                                   +album {"id":1,"by":1,"sung_by":2})",
       "-artist 1", R"(artist {"id":2})"},
      {"sung by the one that goes", R"(+artist {"id":1}
                                       +artist {"id":2}
                                       +album {"id":1,"by":2,"sung_by":1})",
       "-artist 1", "", "(sung_by, restrict)"},
      {"both singers go", R"(+artist {"id":1}
                             +artist {"id":2}
                             +album {"id":1,"by":2,"sung_by":1})",
       R"(-artist 1
          -artist 2)",
       ""},
  };
  ExpectRows(schemas, rows);
}

TableSchema Employees(const std::string& on_delete) {
  return SchemaOf("employee", R"("id": {"type":"int","primary_key":true},)"
                              R"("boss": {"type":"int","nullable":true,"references":)"
                              R"({"table":"employee","on_delete":")" +
                                  on_delete + R"("}})");
}

constexpr char kStaff[] = R"(+employee {"id":3,"boss":2}
                             +employee {"id":2,"boss":1}
                             +employee {"id":1,"boss":null}
                             +employee {"id":9,"boss":9})";

// [schema-10.8]
TEST(ReferenceRowsTest, ATableMayReferenceItself) {
  const Row restricted[] = {
      {"a boss stays", kStaff, "-employee 2", "",
       R"(employee 2 is referenced by employee {"id":3,"boss":2} (boss, restrict); record {"id":2,"boss":1})"},
      {"one's own boss may go", kStaff,
       R"(-employee 9
          -employee 3)",
       R"(employee {"id":1,"boss":null} {"id":2,"boss":1})"},
      {"a boss who does not exist is refused", kStaff, R"(+employee {"id":4,"boss":5})", "",
       "employee.boss: value 5"},
      {"all may go at once", kStaff,
       R"(-employee 1
          -employee 2
          -employee 3
          -employee 9)",
       ""},
  };
  ExpectRows({Employees("restrict"), Mark()}, restricted);
  const Row cascading[] = {
      {"a whole branch goes", kStaff, "-employee 1", R"(employee {"id":9,"boss":9})"},
      {"one's own boss goes once", kStaff, "-employee 9",
       R"(employee {"id":1,"boss":null} {"id":2,"boss":1} {"id":3,"boss":2})"},
      {"a ring goes, and ends",
       R"(+employee {"id":1,"boss":2}
          +employee {"id":2,"boss":3}
          +employee {"id":3,"boss":1})",
       "-employee 2", ""},
  };
  ExpectRows({Employees("cascade"), Mark()}, cascading);
  const Row nulling[] = {
      {"the others lose their boss", kStaff, "-employee 2",
       R"(employee {"id":1,"boss":null} {"id":3,"boss":null} {"id":9,"boss":9})"},
  };
  ExpectRows({Employees("set null"), Mark()}, nulling);
}

// A column that references and is itself a key that is referenced.
// [schema-10.6]
TEST(ReferenceRowsTest, WhatSetNullChangesIsFollowedInTurn) {
  const std::vector<TableSchema> schemas = {
      SchemaOf("artist", R"("id": {"type":"int","primary_key":true})"),
      SchemaOf("fan_club", R"("id": {"type":"int","primary_key":true},)"
                           R"("of": {"type":"int","nullable":true,"unique":true,)"
                           R"("references":{"table":"artist","on_delete":"set null"}})"),
      SchemaOf("fan", R"("id": {"type":"int","primary_key":true},)"
                      R"("of": {"type":"int","references":{"table":"fan_club","key":["of"],)"
                      R"("on_delete":"cascade"}})"),
      Mark()};
  const Row rows[] = {
      {"no club, no fan", R"(+artist {"id":1}
                             +fan_club {"id":5,"of":1}
                             +fan {"id":7,"of":1})",
       "-artist 1", R"(fan_club {"id":5,"of":null})"},
  };
  ExpectRows(schemas, rows);
}

// [schema-10.9]
TEST(ReferenceRowsTest, ARefusedCommitTellsAllThatItBreaks) {
  LinkedTables tables;
  tables.MakeAll(Books("restrict"));
  ASSERT_THAT(tables.Commit(kAda), IsOk());
  const absl::Status refused = tables.Commit(R"(+book {"id":11,"by":8}
                                                +book {"id":12,"by":9}
                                                -author 1)");
  EXPECT_THAT(refused,
              Fails(absl::StatusCode::kFailedPrecondition,
                    "author 1 is referenced by book {\"id\":10,\"by\":1}", "; and 2 more"));
  const std::vector<BrokenReference> broken = BrokenReferencesIn(refused);
  ASSERT_EQ(broken.size(), 3u);
  EXPECT_EQ(broken[0].record, R"({"id":10,"by":1})");
  EXPECT_EQ(broken[0].referenced_record, R"({"id":1,"name":"Ada"})");
  EXPECT_EQ(broken[2].table, "book");
  EXPECT_EQ(broken[2].columns, "by");
  EXPECT_EQ(broken[2].value, "9");
  EXPECT_EQ(broken[2].record, R"({"id":12,"by":9})");
  EXPECT_EQ(broken[2].referenced_table, "author");
  EXPECT_EQ(broken[2].referenced_record, "");
  EXPECT_TRUE(BrokenReferencesIn(absl::OkStatus()).empty());
  EXPECT_TRUE(BrokenReferencesIn(absl::NotFoundError("x")).empty());
}

}  // namespace
}  // namespace linedb
