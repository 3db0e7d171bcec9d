// A change of a table that is cut short at each operation of the disk.

#ifndef LINEDB_TESTS_EVOLUTION_STOPPED_CHANGE_H_
#define LINEDB_TESTS_EVOLUTION_STOPPED_CHANGE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "schema/schema_document.h"
#include "tests/engine/ruled_disk.h"
#include "tests/evolution/altered_table.h"

namespace linedb::testing {

using Change = std::function<absl::Status(engine::Engine&)>;

// An index is written as soon as there is one, so that alterations meet its files.
inline Options IndexingOptions() {
  Options options = testing::ManualMaintenance();
  options.index_bytes_min = 1;
  return options;
}

inline absl::Status AlterPersons(engine::Engine& engine, const TableSchema& wanted,
                                 std::vector<Permission> permit,
                                 engine::RecordChange by_function = {}) {
  engine::AlterationRequest request;
  request.wanted = wanted;
  request.change = std::move(by_function);
  request.options.permit = std::move(permit);
  const absl::StatusOr<MigrateReport> report = engine.Alter(request);
  if (!report.ok()) return report.status();
  return report->migrated ? absl::OkStatus() : absl::FailedPreconditionError("not migrated");
}

inline void FillWithPersons(Campus& campus, const TableSchema& schema) {
  ASSERT_THAT(campus.Open(IndexingOptions()), IsOk());
  ASSERT_THAT(campus.engine->CreateTable(schema), IsOk());
  for (const std::string& record : Persons()) {
    WriteTransaction transaction = campus.Begin();
    const engine::TableCore core(campus.engine.get(), campus.engine->FindTable("person"));
    ASSERT_THAT(core.WriteJson(transaction, engine::WriteMode::kInsert, record, nullptr), IsOk());
    ASSERT_THAT(transaction.Commit(), IsOk());
    // The second one writes the index of what the first one saw.
    ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  }
}

// Schema and records, and what a lookup by each key finds.
inline std::string Seen(const Campus& campus) {
  engine::TableState* table = campus.engine->FindTable("person");
  const engine::TableCore core(campus.engine.get(), table);
  std::string text = schema::FormatSchemaDocumentCompact(table->layout().schema()) + "\n";
  text.erase(text.find(",\"created_at\""));
  text += "\n" + campus.State();
  for (std::size_t key = 0; key < table->layout().keys().size(); ++key) {
    for (const char* value : {"1", "\"Ann\"", "\"17\"", "\"18\"", "18"}) {
      const absl::Status found = core.Visit({}, static_cast<int>(key), value,
                                            [](std::string_view) { return absl::OkStatus(); });
      absl::StrAppend(&text, key, " ", value, found.ok() ? " is there\n" : " is not\n");
    }
  }
  return text;
}

inline std::string SeenAfter(const TableSchema& schema, const Change& change) {
  Campus campus;
  FillWithPersons(campus, schema);
  if (change) {
    EXPECT_THAT(change(*campus.engine), IsOk());
  }
  return Seen(campus);
}

// Opens what is left, to read and to write; nothing may wait for anything any more.
inline std::string SeenAfterOpening(const Tree& left) {
  Campus reader(left);
  EXPECT_EQ(reader.Problems(), "");
  EXPECT_THAT(reader.OpenToRead(), IsOk());
  Campus campus(left);
  EXPECT_THAT(campus.Open(IndexingOptions()), IsOk());
  if (campus.engine == nullptr || reader.engine == nullptr) return "";
  const std::string seen = Seen(campus);
  EXPECT_EQ(Seen(reader), seen);
  for (const auto& [path, bytes] : campus.Files()) {
    EXPECT_FALSE(absl::EndsWith(path, ".next") || absl::EndsWith(path, ".compacted") ||
                 absl::EndsWith(path, ".before"))
        << path;
  }
  EXPECT_THAT(campus.Close(), IsOk());
  EXPECT_EQ(campus.Problems(), "");
  return seen;
}

struct StopOutcome {
  int operations = 0;
  std::set<std::string> seen;
};

// Stops the change at each operation of the disk.
inline StopOutcome StopEverywhere(const TableSchema& schema, const Change& change) {
  StopOutcome outcome;
  const std::string before = SeenAfter(schema, nullptr);
  const std::string after = SeenAfter(schema, change);
  EXPECT_NE(before, after);
  for (int stop = 1;; ++stop) {
    SCOPED_TRACE(absl::StrCat("stopped at operation ", stop));
    Campus campus;
    RuledDisk disk(*campus.disk);
    campus.through = &disk;
    FillWithPersons(campus, schema);
    int operations = 0;
    disk.SetRule([&](std::string_view, const std::string&) {
      return ++operations < stop ? absl::OkStatus() : absl::InternalError("the power is off");
    });
    const bool whole = change(*campus.engine).ok();
    const bool reached = operations >= stop;
    const Tree left = campus.Files();
    campus.engine.reset();
    const std::string seen = SeenAfterOpening(left);
    EXPECT_TRUE(seen == before || seen == after) << seen;
    EXPECT_TRUE(!whole || seen == after) << seen;
    outcome.seen.insert(seen);
    if (!reached) break;
    outcome.operations = stop;
  }
  EXPECT_EQ(outcome.seen.size(), 2u);  // some stops were early, and some late
  return outcome;
}

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_EVOLUTION_STOPPED_CHANGE_H_
