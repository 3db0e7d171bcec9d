// A database directory of nothing but a log, and the words to speak of it: commit, rotate, crash,
// recover. What comes back is one readable string: "1:INSERT student 1 2:UPDATE student 1".

#ifndef LINEDB_TESTS_WAL_WAL_FIXTURE_H_
#define LINEDB_TESTS_WAL_WAL_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "wal/checkpoint.h"
#include "wal/file_system.h"
#include "wal/wal_archive.h"
#include "wal/wal_reader.h"
#include "wal/wal_recovery.h"
#include "wal/wal_writer.h"

namespace linedb::wal {

inline constexpr char kTimestamp[] = "2026-01-22T20:31:17.592245Z";
inline constexpr char kDatabase[] = "5b0c93d2a1f04c7e8d6b1a2f3c4d5e6f";

inline LogHeader FirstHeader() {
  LogHeader header;
  header.database = kDatabase;
  header.timestamp = kTimestamp;
  return header;
}

inline std::string Describe(const std::vector<LogEntry>& entries) {
  std::string text;
  for (const LogEntry& entry : entries) {
    absl::StrAppend(&text, text.empty() ? "" : " ", entry.transaction.value, ":",
                    std::string(OperationName(entry.operation)), " ",
                    std::string(entry.record.empty() ? entry.old_record : entry.record));
  }
  return text;
}

class WalTest : public ::testing::Test {
 protected:
  WalTest() {
    for (const std::string& directory : {paths.directory(), paths.WalDirectory(),
                                         paths.SchemaDirectory(), paths.DataDirectory()}) {
      EXPECT_TRUE(disk->CreateDirectory(directory).ok());
    }
  }

  void Create(FileSystem& files) {
    absl::StatusOr<std::unique_ptr<WalWriter>> made = CreateLog(files, paths, FirstHeader());
    ASSERT_TRUE(made.ok()) << made.status();
    writer = *std::move(made);
  }
  void Create() { Create(*disk); }

  absl::Status WriteAdded() {
    writer->Stage();
    writer->Take();
    return writer->Write();
  }

  // A transaction of one insert per id, written but not synced.
  void Write(const std::vector<int>& ids) {
    std::vector<std::string> records;
    std::vector<LogOperation> operations;
    for (const int id : ids) records.push_back(absl::StrCat("{\"id\":", id, "}"));
    for (const std::string& record : records) {
      operations.push_back(LogOperation{Operation::kInsert, "student", record, ""});
    }
    writer->Add(operations, kTimestamp);
    ASSERT_TRUE(WriteAdded().ok());
  }
  void Commit(const std::vector<int>& ids) {
    Write(ids);
    ASSERT_TRUE(writer->Sync().ok());
  }
  // One of every form a line may have.
  void CommitEveryKind() {
    const std::vector<LogOperation> operations{
        {Operation::kCreateTable, "student", R"({"table_name":"student"})", ""},
        {Operation::kInsert, "student", R"({"id":1,"name":"\"}{\\"})", ""},
        {Operation::kUpdate, "student", R"({"id":1,"a":{"old_record":null}})", R"({"id":1})"},
        {Operation::kDelete, "student", "", R"({"id":1,"old_record":null})"},
        {Operation::kDropTable, "student", "", ""}};
    writer->Add(operations, kTimestamp);
    ASSERT_TRUE(WriteAdded().ok() && writer->Sync().ok());
  }

  std::string LogBytes() { return *ReadFile(*disk, paths.Log()); }
  void SetLogBytes(std::string_view bytes) { SetFile(paths.Log(), bytes); }
  void SetFile(const std::string& path, std::string_view bytes) {
    ASSERT_TRUE(WriteFileAtomically(*disk, path, bytes).ok());
  }

  Rotation RotationNow(const std::string& archive_time) const {
    return Rotation{writer->header(), writer->position(), kTimestamp, archive_time, {}};
  }
  void Rotate(const std::string& archive_time) {
    absl::StatusOr<std::unique_ptr<WalWriter>> next =
        RotateLog(*disk, paths, RotationNow(archive_time));
    ASSERT_TRUE(next.ok()) << next.status();
    writer = *std::move(next);
  }

  // What an opening would find: the operations and what is torn, or the refusal.
  std::string Recovered() {
    const absl::StatusOr<RecoveredLog> log = RecoverLog(*disk, paths, false);
    if (!log.ok()) return std::string(log.status().message());
    std::string text = Describe(log->entries);
    if (log->torn_bytes > 0) {
      absl::StrAppend(&text, text.empty() ? "" : " ", "torn ", log->torn_bytes);
    }
    return text;
  }

  std::unique_ptr<FileSystem> disk = NewMemoryFileSystem();
  DatabasePaths paths{"/base/university"};
  std::unique_ptr<WalWriter> writer;
};

}  // namespace linedb::wal

#endif  // LINEDB_TESTS_WAL_WAL_FIXTURE_H_
