#include "wal/file_names.h"

#include <gtest/gtest.h>

namespace linedb::wal {
namespace {

TEST(FileNamesTest, TableNamesAreTheOnlyPartThatVaries) {
  const DatabasePaths paths("/base/university");
  EXPECT_EQ(paths.Schema("student"), "/base/university/schema/student.schema.json");
  EXPECT_EQ(paths.Records("student"), "/base/university/data/student.records");
  EXPECT_EQ(paths.RecordsCompacted("student"), "/base/university/data/student.records.compacted");
  EXPECT_EQ(ShortName(paths, paths.Log()), "wal/transaction.log");
  EXPECT_EQ(ShortName(paths, "/elsewhere/x"), "/elsewhere/x");
}

TEST(FileNamesTest, NothingThatMeansSomethingInPathIsTableName) {
  EXPECT_EQ(TableOfRecordsFile("student.records"), "student");
  EXPECT_EQ(TableOfSchemaFile("_a9.schema.json"), "_a9");
  for (const char* name : {".records", "../x.records", "a/b.records", "9a.records", "a-b.records",
                           "student.records.compacted", "student.records.tmp", "records"}) {
    EXPECT_EQ(TableOfRecordsFile(name), std::nullopt) << name;
  }
  const std::string longest(64, 'a');
  EXPECT_EQ(TableOfRecordsFile(longest + ".records"), longest);
  EXPECT_EQ(TableOfRecordsFile("a" + longest + ".records"), std::nullopt);
}

TEST(FileNamesTest, ArchiveNamesReadBackAsWritten) {
  for (const char* name :
       {"transaction.20260122_203117.1-4710.log", "transaction.20260122_203117.1-4710.log.zst",
        "transaction.20260122_203117.log"}) {
    const std::optional<ArchiveName> parsed = ParseArchiveName(name);
    ASSERT_TRUE(parsed.has_value()) << name;
    EXPECT_EQ(FormatArchiveName(*parsed), name);
  }
}

TEST(FileNamesTest, OtherNamesAreNoArchives) {
  for (const char* name :
       {"transaction.log", "transaction.log.tmp", "transaction.20260122_203117.5-4.log",
        "transaction.20260122_203117.01-4.log", "transaction.20260122-203117.1-4.log",
        "transaction.20260122_203117.1-4.log.zst.tmp", "transaction.20260122_203117.1-4.txt",
        "transaction.20260122_203117.1-99999999999999999999.log", ""}) {
    EXPECT_EQ(ParseArchiveName(name), std::nullopt) << name;
  }
}

TEST(FileNamesTest, IndexFileNamesReadBackAsWritten) {
  for (const char* name :
       {"student.4096.blocks", "student.0-4096.key0", "student.64-4096.key12",
        "student.0-4096.order00000000000000ff", "student.0-4096.order0123456789abcdef"}) {
    const std::optional<IndexFileName> parsed = ParseIndexFileName(name);
    ASSERT_TRUE(parsed.has_value()) << name;
    EXPECT_EQ(FormatIndexFileName(*parsed), name);
  }
}

TEST(FileNamesTest, OtherNamesAreNoIndexFiles) {
  for (const char* name :
       {"student.records", "student.0-4096.key", "student.4096-0.key0", "student.0-4096.order",
        "student.0-4096.orderff", "student.0-4096.order0000000000000000",
        "student.0-4096.order0x23456789abcdef", "student.0-4096.order0123456789ABCDEF",
        "student.4096-0.order0123456789abcdef", "student.0-4096.order0123456789abcdef.tmp"}) {
    EXPECT_EQ(ParseIndexFileName(name), std::nullopt) << name;
  }
}

TEST(FileNamesTest, TemporariesAreKnownByTheirEnd) {
  EXPECT_TRUE(IsTemporary("transaction.log.tmp"));
  for (const char* name :
       {"student.schema.json.tmp", "student.schema.json.next.tmp", "student.records.compacted.tmp",
        "student.records.surplus.tmp", "student.records.surplus.2.tmp"}) {
    EXPECT_TRUE(IsTemporaryTableFile(name)) << name;
  }
  for (const char* name : {"student.schema.json", "student.records.compacted",
                           "student.records.tmp", "my notes.tmp"}) {
    EXPECT_FALSE(IsTemporaryTableFile(name)) << name;
  }
  EXPECT_FALSE(IsTemporary("transaction.log"));
}

}  // namespace
}  // namespace linedb::wal
