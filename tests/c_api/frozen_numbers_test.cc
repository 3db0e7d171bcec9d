// Guards programs that were compiled with an earlier header: a number that is used anew, or a
// member that moves, makes them do something else without a word.

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

#include "linedb/linedb.h"

namespace linedb {
namespace {

// [package-5]
TEST(FrozenNumbersTest, CodesKeepTheirNumbersAndNames) {
  const struct {
    int code;
    int number;
    const char* name;
  } rows[] = {
      {LINEDB_OK, 0, "OK"},
      {LINEDB_CANCELLED, 1, "CANCELLED"},
      {LINEDB_UNKNOWN, 2, "UNKNOWN"},
      {LINEDB_INVALID_ARGUMENT, 3, "INVALID_ARGUMENT"},
      {LINEDB_NOT_FOUND, 5, "NOT_FOUND"},
      {LINEDB_ALREADY_EXISTS, 6, "ALREADY_EXISTS"},
      {LINEDB_PERMISSION_DENIED, 7, "PERMISSION_DENIED"},
      {LINEDB_RESOURCE_EXHAUSTED, 8, "RESOURCE_EXHAUSTED"},
      {LINEDB_FAILED_PRECONDITION, 9, "FAILED_PRECONDITION"},
      {LINEDB_ABORTED, 10, "ABORTED"},
      {LINEDB_OUT_OF_RANGE, 11, "OUT_OF_RANGE"},
      {LINEDB_UNIMPLEMENTED, 12, "UNIMPLEMENTED"},
      {LINEDB_INTERNAL, 13, "INTERNAL"},
      {LINEDB_UNAVAILABLE, 14, "UNAVAILABLE"},
      {LINEDB_DATA_LOSS, 15, "DATA_LOSS"},
      {LINEDB_OUT_OF_MEMORY, 100, "OUT_OF_MEMORY"},
      {LINEDB_IN_USE, 101, "IN_USE"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(row.code, row.number) << row.name;
    EXPECT_STREQ(linedb_code_name(row.code), row.name);
  }
  EXPECT_STREQ(linedb_code_name(4711), "UNKNOWN");
}

// [package-5]
TEST(FrozenNumbersTest, OptionsAndEventsKeepTheirNumbers) {
  EXPECT_EQ(LINEDB_READ_WRITE, 0);
  EXPECT_EQ(LINEDB_READ_ONLY, 1);
  EXPECT_EQ(LINEDB_CREATE_IF_MISSING, 0);
  EXPECT_EQ(LINEDB_CREATE_NEVER, 1);
  EXPECT_EQ(LINEDB_CREATE_ALWAYS, 2);
  EXPECT_EQ(LINEDB_DURABILITY_FULL, 0);
  EXPECT_EQ(LINEDB_DURABILITY_PROCESS, 1);
  EXPECT_EQ(LINEDB_DURABILITY_BUFFERED, 2);
  EXPECT_EQ(LINEDB_MAINTENANCE_BACKGROUND, 0);
  EXPECT_EQ(LINEDB_MAINTENANCE_MANUAL, 1);
  EXPECT_EQ(LINEDB_ENTERED, 1);
  EXPECT_EQ(LINEDB_CHANGED, 2);
  EXPECT_EQ(LINEDB_LEFT, 3);
}

// [package-6]
TEST(FrozenNumbersTest, MembersOfStructsStayWhereTheyAre) {
  if (sizeof(void*) != 8) GTEST_SKIP() << "the numbers are those of machines of 64 bits";
  EXPECT_EQ(offsetof(linedb_error, message), 8U);
  EXPECT_EQ(sizeof(linedb_error), 16U);
  EXPECT_EQ(offsetof(linedb_options, access), 8U);
  EXPECT_EQ(offsetof(linedb_options, create), 12U);
  EXPECT_EQ(offsetof(linedb_options, durability), 16U);
  EXPECT_EQ(offsetof(linedb_options, maintenance), 20U);
  EXPECT_EQ(offsetof(linedb_options, refresh_interval_ms), 24U);
  EXPECT_EQ(offsetof(linedb_options, archives_kept), 32U);
  EXPECT_EQ(offsetof(linedb_change, event), 8U);
  EXPECT_EQ(offsetof(linedb_change, last_of_transaction), 12U);
  EXPECT_EQ(offsetof(linedb_change, lsn), 16U);
  EXPECT_EQ(offsetof(linedb_change, transaction), 24U);
  EXPECT_EQ(offsetof(linedb_change, timestamp), 32U);
  EXPECT_EQ(offsetof(linedb_change, position), 40U);
  EXPECT_EQ(offsetof(linedb_change, before), 48U);
  EXPECT_EQ(offsetof(linedb_change, after), 56U);
}

// [package-6]
TEST(FrozenNumbersTest, OptionsOfAnEarlierAndALaterHeaderAreTaken) {
  struct Later {
    linedb_options known;
    long long unknown;
  } later = {LINEDB_OPTIONS, 0};
  later.known.struct_bytes = sizeof later;
  linedb_options earlier = LINEDB_OPTIONS;
  earlier.struct_bytes = offsetof(linedb_options, create);
  earlier.create = LINEDB_CREATE_NEVER + 4711;  // what a program of then has behind its struct
  linedb_error error = {LINEDB_OK, nullptr};
  linedb_database* db = nullptr;
  EXPECT_EQ(linedb_open_in_memory(&earlier, &db, &error), LINEDB_OK);
  EXPECT_EQ(linedb_close(db, &error), LINEDB_OK);
  EXPECT_EQ(linedb_open_in_memory(&later.known, &db, &error), LINEDB_OK);
  EXPECT_EQ(linedb_close(db, &error), LINEDB_OK);
  later.unknown = 1;
  EXPECT_EQ(linedb_open_in_memory(&later.known, &db, &error), LINEDB_INVALID_ARGUMENT);
  EXPECT_NE(std::string(error.message).find("newer than this version"), std::string::npos);
  linedb_error_clear(&error);
}

TEST(FrozenNumbersTest, TheVersionIsThatOfTheProject) {
  EXPECT_STREQ(linedb_version(), LINEDB_VERSION);
}

}  // namespace
}  // namespace linedb
