// A university's database on a disk in memory, and the words to speak of it: open, enrol, crash,
// reopen. Its state is one readable string.

#ifndef LINEDB_TESTS_ENGINE_CAMPUS_H_
#define LINEDB_TESTS_ENGINE_CAMPUS_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/engine.h"
#include "engine/verify.h"
#include "linedb/table.h"
#include "linedb/table_core.h"
#include "linedb/transaction.h"
#include "tests/engine/disk_tree.h"
#include "tests/engine/status_matchers.h"
#include "tests/engine/student.h"
#include "wal/file_names.h"

namespace linedb::testing {

class Campus {
 public:
  Campus() : Campus(wal::NewMemoryFileSystem()) {}
  explicit Campus(std::unique_ptr<wal::FileSystem> on) : disk(std::move(on)), through(disk.get()) {}
  explicit Campus(const Tree& tree) : Campus(MakeDisk(tree)) {}

  absl::Status Open(const Options& with = {}) {
    engine.reset();
    absl::StatusOr<std::unique_ptr<engine::Engine>> opened =
        engine::Engine::Open(nullptr, *through, kDirectory, with);
    if (!opened.ok()) return opened.status();
    engine = *std::move(opened);
    return absl::OkStatus();
  }
  absl::Status OpenToRead() {
    Options options;
    options.access = Access::kReadOnly;
    return Open(options);
  }
  absl::Status Close() {
    const absl::Status closed = engine->Close();
    engine.reset();
    return closed;
  }

  // A handle on T's table, which is created if missing.
  template <class T>
  Table<T> TableOf() {
    const TableSchema schema = schema::StructCodec<T>::Schema();
    if (engine->FindTable(schema.table_name) == nullptr) {
      EXPECT_THAT(engine->CreateTable(schema), IsOk());
    }
    return Table<T>(engine::TableCore(engine.get(), engine->FindTable(schema.table_name)), true);
  }
  Table<Student> students() { return TableOf<Student>(); }
  Table<Course> courses() { return TableOf<Course>(); }
  Table<Enrollment> enrollments() { return TableOf<Enrollment>(); }
  void MakeTables() {
    students();
    courses();
    enrollments();
  }

  WriteTransaction Begin() {
    absl::StatusOr<std::unique_ptr<engine::Transaction>> begun = engine->Begin();
    EXPECT_THAT(begun, IsOk());
    return WriteTransaction(*std::move(begun));
  }

  // Every table's name, next key and records in file order.
  std::string State() const {
    std::string text;
    for (const std::string& name : engine->TableNames()) {
      engine::TableState* table = engine->FindTable(name);
      absl::StrAppend(&text, name, " (next ", table->generation->published().next_id, ")\n");
      engine::RecordCursor cursor = engine::TableCore(engine.get(), table).Scan({}).value();
      std::uint64_t records = 0;
      for (std::string_view line; cursor.Next(&line); ++records) {
        absl::StrAppend(&text, "  ", std::string(line), "\n");
      }
      EXPECT_EQ(records, table->generation->published().live) << name;
    }
    return text;
  }

  Tree Files() { return ReadTree(*disk); }
  std::string Bytes(const std::string& path) {
    absl::StatusOr<std::string> bytes = wal::ReadFile(*disk, absl::StrCat(kDirectory, "/", path));
    return bytes.ok() ? *bytes : std::string(bytes.status().message());
  }
  // What verify finds: "file line byte kind" for each problem, or the reason why it cannot.
  std::string Problems() {
    const auto report = engine::VerifyDatabase(*disk, wal::DatabasePaths(kDirectory));
    if (!report.ok()) return std::string(report.status().message());
    std::string text;
    for (const Problem& problem : report->problems) {
      absl::StrAppend(&text, problem.file, " line ", problem.line, " byte ", problem.byte, " ",
                      problem.kind, ": ", problem.message, "\n");
    }
    return text;
  }
  std::string Notes() const {
    std::string text;
    for (const std::string& note : engine->report().notes) absl::StrAppend(&text, note, "\n");
    return text;
  }

  std::unique_ptr<wal::FileSystem> disk;
  wal::FileSystem* through;  // what the engine sees of the disk; a test may put a faulty one here
  std::unique_ptr<engine::Engine> engine;
};

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_ENGINE_CAMPUS_H_
