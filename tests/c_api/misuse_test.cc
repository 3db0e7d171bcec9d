// Guards programs in languages without types and lifetimes: there a handle that was closed, or is
// of another kind, would be followed into freed memory, and an exception would end the program.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <new>
#include <stdexcept>
#include <string>
#include <thread>

#include "linedb/linedb.h"
#include "tests/c_api/c_campus.h"

namespace linedb {
namespace {

using testing::CCampusTest;
using ::testing::HasSubstr;
using testing::Taken;

// A handle of a kind that another function gave out.
template <class Kind, class Handle>
Kind* As(Handle* handle) {
  return reinterpret_cast<Kind*>(handle);
}

class MisuseTest : public CCampusTest {
 protected:
  // What every function says that takes a database.
  void ExpectNoDatabase(linedb_database* none, const char* words) {
    char* text = nullptr;
    std::uint64_t count = 0;
    const std::string query = R"({"table":"student"})";
    Expect(linedb_statistics(none, &text, &error), words);
    Expect(linedb_checkpoint(none, &text, &error), words);
    Expect(linedb_refresh(none, &error), words);
    Expect(linedb_backup(none, "copy", &text, &error), words);
    Expect(linedb_drop_table(none, "student", &error), words);
    Expect(linedb_table_names(none, &text, &error), words);
    Expect(linedb_table_schema(none, "student", &text, &error), words);
    Expect(linedb_insert(none, nullptr, "student", "{}", nullptr, &error), words);
    Expect(linedb_delete(none, nullptr, "student", "1", &error), words);
    Expect(linedb_get(none, nullptr, "student", "1", &text, &error), words);
    Expect(linedb_count(none, nullptr, query.c_str(), &count, &error), words);
    Expect(linedb_delete_where(none, nullptr, query.c_str(), nullptr, &error), words);
  }
  void Expect(int code, const char* words) {
    EXPECT_EQ(code, LINEDB_INVALID_ARGUMENT);
    ASSERT_NE(error.message, nullptr);
    EXPECT_THAT(error.message, HasSubstr(words));
  }
};

// [package-4]
TEST_F(MisuseTest, ClosedDatabaseIsToldByEveryFunction) {
  linedb_database* closed = nullptr;
  ASSERT_EQ(linedb_open_in_memory(nullptr, &closed, &error), LINEDB_OK);
  ASSERT_EQ(linedb_close(closed, &error), LINEDB_OK);
  ExpectNoDatabase(closed, "no open database");
  Expect(linedb_close(closed, &error), "no open database");
}

// [package-4]
TEST_F(MisuseTest, HandleOfAnotherKindIsNoDatabase) {
  linedb_transaction* snapshot = nullptr;
  ASSERT_EQ(linedb_begin_read(db, &snapshot, &error), LINEDB_OK);
  ExpectNoDatabase(As<linedb_database>(snapshot), "no open database");
  Expect(linedb_cursor_close(As<linedb_cursor>(snapshot), &error), "no open cursor");
  Expect(linedb_watch_close(As<linedb_watch>(snapshot), &error), "no open watch");
  EXPECT_EQ(linedb_commit(snapshot, &error), LINEDB_OK);
}

// [package-4]
TEST_F(MisuseTest, NullIsToldAndClosingItDoesNothing) {
  ExpectNoDatabase(nullptr, "database is NULL");
  Expect(linedb_commit(nullptr, &error), "transaction is NULL");
  Expect(linedb_open(nullptr, nullptr, nullptr, &error), "directory is NULL");
  Expect(linedb_insert(db, nullptr, nullptr, "{}", nullptr, &error), "table is NULL");
  Expect(linedb_get(db, nullptr, "student", "1", nullptr, &error), "record is NULL");
  Expect(linedb_begin(db, nullptr, &error), "transaction is NULL");
  Expect(linedb_query(db, nullptr, "{}", nullptr, nullptr, &error), "visit is NULL");
  EXPECT_EQ(linedb_close(nullptr, &error), LINEDB_OK);
  EXPECT_EQ(linedb_rollback(nullptr, &error), LINEDB_OK);
  EXPECT_EQ(linedb_cursor_close(nullptr, &error), LINEDB_OK);
  EXPECT_EQ(linedb_watch_close(nullptr, &error), LINEDB_OK);
  EXPECT_EQ(linedb_close(nullptr, nullptr), LINEDB_OK);
  EXPECT_EQ(linedb_commit(nullptr, nullptr), LINEDB_INVALID_ARGUMENT);
}

// [package-4]
TEST_F(MisuseTest, EndedTransactionIsToldAndNotUsed) {
  linedb_transaction* ended = nullptr;
  ASSERT_EQ(linedb_begin(db, &ended, &error), LINEDB_OK);
  ASSERT_EQ(linedb_commit(ended, &error), LINEDB_OK);
  Expect(Insert(R"({"name":"Ada"})", ended), "no open transaction");
  Expect(linedb_commit(ended, &error), "no open transaction");
  Expect(linedb_rollback(ended, &error), "no open transaction");
}

TEST_F(MisuseTest, DatabaseInUseIsNotClosed) {
  linedb_transaction* snapshot = nullptr;
  ASSERT_EQ(linedb_begin_read(db, &snapshot, &error), LINEDB_OK);
  EXPECT_EQ(linedb_close(db, &error), LINEDB_IN_USE);
  EXPECT_THAT(error.message, HasSubstr("1 transactions, cursors, watches or calls"));
  EXPECT_EQ(Insert(R"({"name":"Ada"})"), LINEDB_OK);
  EXPECT_EQ(linedb_rollback(snapshot, &error), LINEDB_OK);
}

TEST_F(MisuseTest, WritingTransactionIsItsThreadsOnly) {
  linedb_transaction* writer = nullptr;
  ASSERT_EQ(linedb_begin(db, &writer, &error), LINEDB_OK);
  std::thread([&] {
    EXPECT_EQ(Insert(R"({"name":"Ada"})", writer), LINEDB_FAILED_PRECONDITION);
    EXPECT_THAT(error.message, HasSubstr("the thread that began it"));
    EXPECT_EQ(linedb_commit(writer, &error), LINEDB_FAILED_PRECONDITION);
  }).join();
  EXPECT_EQ(Insert(R"({"name":"Ada"})", writer), LINEDB_OK);
  EXPECT_EQ(linedb_commit(writer, &error), LINEDB_OK);
}

TEST_F(MisuseTest, TransactionOfAnotherDatabaseIsRefused) {
  linedb_database* other = nullptr;
  linedb_transaction* foreign = nullptr;
  ASSERT_EQ(linedb_open_in_memory(nullptr, &other, &error), LINEDB_OK);
  ASSERT_EQ(linedb_begin(other, &foreign, &error), LINEDB_OK);
  EXPECT_EQ(Insert(R"({"name":"Ada"})", foreign), LINEDB_FAILED_PRECONDITION);
  EXPECT_THAT(error.message, HasSubstr("another database's"));
  EXPECT_EQ(linedb_rollback(foreign, &error), LINEDB_OK);
  EXPECT_EQ(linedb_close(other, &error), LINEDB_OK);
}

TEST_F(MisuseTest, SnapshotIsNotWrittenTo) {
  linedb_transaction* snapshot = nullptr;
  std::int64_t savepoint = 0;
  ASSERT_EQ(linedb_begin_read(db, &snapshot, &error), LINEDB_OK);
  Expect(Insert(R"({"name":"Ada"})", snapshot), "snapshot");
  Expect(linedb_set_savepoint(snapshot, &savepoint, &error), "snapshot");
  EXPECT_EQ(linedb_rollback(snapshot, &error), LINEDB_OK);
}

// [package-7]
TEST_F(MisuseTest, ExceptionsOfACallbackBecomeCodes) {
  ASSERT_EQ(Insert(R"({"name":"Ada"})"), LINEDB_OK);
  const char* query = R"({"table":"student"})";
  const auto fail = [](void*, const char*) -> int { throw std::runtime_error("no more"); };
  EXPECT_EQ(linedb_query(db, nullptr, query, fail, nullptr, &error), LINEDB_INTERNAL);
  EXPECT_STREQ(error.message, "no more");
  const auto exhaust = [](void*, const char*) -> int { throw std::bad_alloc(); };
  EXPECT_EQ(linedb_query(db, nullptr, query, exhaust, nullptr, &error), LINEDB_OUT_OF_MEMORY);
  const auto astonish = [](void*, const char*) -> int { throw 1; };
  EXPECT_EQ(linedb_query(db, nullptr, query, astonish, nullptr, &error), LINEDB_INTERNAL);
  EXPECT_EQ(Get("1"), R"({"id":1,"name":"Ada","gpa":null})");
}

TEST_F(MisuseTest, OptionsOutOfRangeAreRefusedByName) {
  linedb_database* none = db;
  linedb_options options = LINEDB_OPTIONS;
  options.durability = 3;
  Expect(linedb_open_in_memory(&options, &none, &error), "durability is 3");
  EXPECT_EQ(none, nullptr);
  options = linedb_options LINEDB_OPTIONS;
  options.archives_kept = -2;
  Expect(linedb_open_in_memory(&options, &none, &error), "archives_kept");
  options = linedb_options LINEDB_OPTIONS;
  options.struct_bytes = 0;
  Expect(linedb_open_in_memory(&options, &none, &error), "struct_bytes");
}

}  // namespace
}  // namespace linedb
