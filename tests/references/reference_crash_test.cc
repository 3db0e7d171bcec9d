// Guards against a cascade of which a crash leaves a part: a deletion that others follow is stopped
// before every operation on the disk, and the next opening must find all of it or nothing.

#include <gtest/gtest.h>

#include <string>

#include "tests/engine/ruled_disk.h"
#include "tests/references/linked_tables.h"

namespace linedb {
namespace {

using testing::IsOk;
using testing::LinkedTables;
using testing::RuledDisk;
using testing::SchemaOf;
using testing::Tree;

Tree Shop() {
  LinkedTables tables;
  tables.MakeAll(
      {SchemaOf("author", R"("id": {"type":"int","primary_key":true})"),
       SchemaOf("book", R"("id": {"type":"int","primary_key":true}, "by": {"type":"int",)"
                        R"("references":{"table":"author","on_delete":"cascade"}})"),
       SchemaOf("loan",
                R"("id": {"type":"int","primary_key":true}, "of": {"type":"int",)"
                R"("nullable":true,"references":{"table":"book","on_delete":"set null"}})")});
  EXPECT_THAT(tables.Commit(R"(+author {"id":1}
                               +author {"id":2}
                               +book {"id":10,"by":1}
                               +book {"id":11,"by":1}
                               +book {"id":20,"by":2}
                               +loan {"id":100,"of":10})"),
              IsOk());
  EXPECT_THAT(tables.campus.Close(), IsOk());
  return tables.campus.Files();
}

constexpr char kBefore[] = R"(author {"id":1} {"id":2}; book {"id":10,"by":1} {"id":11,"by":1} )"
                           R"({"id":20,"by":2}; loan {"id":100,"of":10})";
constexpr char kAfter[] = R"(author {"id":2}; book {"id":20,"by":2}; loan {"id":100,"of":null})";

// [schema-10.10]
TEST(ReferenceCrashTest, ACascadeIsThereWhollyOrNotAtAll) {
  const Tree shop = Shop();
  int stopped = 0;
  for (const bool writes_half : {false, true}) {
    for (int step = 1;; ++step) {
      LinkedTables tables(shop);
      tables.campus.engine.reset();
      RuledDisk disk(*tables.campus.disk);
      disk.writes_half = writes_half;
      tables.campus.through = &disk;
      ASSERT_THAT(tables.campus.Open(), IsOk());
      int steps = 0;
      disk.SetRule([&](std::string_view, const std::string&) {
        return ++steps < step ? absl::OkStatus() : absl::InternalError("the power is off");
      });
      const bool acknowledged = tables.Commit("-author 1").ok();
      const Tree crashed = tables.campus.Files();
      tables.campus.engine.reset();
      LinkedTables after(crashed);
      SCOPED_TRACE(absl::StrCat("step ", step));
      if (acknowledged) {
        EXPECT_EQ(after.State(), kAfter);
      } else {
        EXPECT_THAT(after.State(), ::testing::AnyOf(kBefore, kAfter));
        ++stopped;
      }
      after.Reopen();  // verify finds nothing
      if (acknowledged) break;
    }
  }
  EXPECT_GE(stopped, 8);  // three tables and the log, each once and by half
}

}  // namespace
}  // namespace linedb
