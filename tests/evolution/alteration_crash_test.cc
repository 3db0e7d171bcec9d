// An alteration cut short that leaves neither the old schema nor the new one: the file of one with
// the schema of the other, a migration of half the records, a key's index with the numbers of
// another. The disk stops at each operation of every way to alter a table, and the next opening
// must find all of the old or all of the new.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "schema/schema_document.h"
#include "tests/engine/ruled_disk.h"
#include "tests/evolution/altered_table.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::ColumnOf;
using testing::IsOk;
using testing::Persons;
using testing::PersonSchema;
using testing::RuledDisk;
using testing::Tree;

using Change = std::function<absl::Status(engine::Engine&)>;

// An index is written as soon as there is one, so that alterations meet its files.
Options IndexingOptions() {
  Options options = testing::ManualMaintenance();
  options.index_bytes_min = 1;
  return options;
}

absl::Status Alter(engine::Engine& engine, const std::function<void(TableSchema&)>& change,
                   engine::RecordChange by_function = {}) {
  engine::AlterationRequest request;
  request.wanted = engine.FindTable("person")->layout().schema();
  change(request.wanted);
  request.change = std::move(by_function);
  request.options.permit = {Permission::kDrop, Permission::kNarrow, Permission::kConstrain};
  const absl::StatusOr<MigrateReport> report = engine.Alter(request);
  if (!report.ok()) return report.status();
  return report->migrated ? absl::OkStatus() : absl::FailedPreconditionError("not migrated");
}

absl::Status Constrain(engine::Engine& engine) {
  return Alter(engine, [](TableSchema& schema) {
    ColumnOf(schema, "name").unique = true;
    ColumnOf(schema, "code").unique = false;
    schema.checks = {"height > 0"};
  });
}
absl::Status Convert(engine::Engine& engine) {
  return Alter(engine, [](TableSchema& schema) {
    ColumnOf(schema, "code").type = Type::kInt;
    ColumnOf(schema, "height").type = Type::kString;
  });
}
absl::Status Rename(engine::Engine& engine) {
  return Alter(engine, [](TableSchema& schema) {
    for (std::size_t i = 0; i < schema.columns.size(); ++i) {
      schema.columns[i].id = ColumnIdOf(schema, i);
    }
    ColumnOf(schema, "code").name = "number";
  });
}
absl::Status MigrateByFunction(engine::Engine& engine) {
  return Alter(
      engine,
      [](TableSchema& schema) { schema.columns.push_back({.name = "bytes", .type = Type::kInt}); },
      [](std::string_view line, std::string* changed) {
        changed->append(line.substr(0, line.size() - 1));
        absl::StrAppend(changed, ",\"bytes\":", line.size(), "}");
        return absl::OkStatus();
      });
}

void Fill(Campus& campus) {
  ASSERT_THAT(campus.Open(IndexingOptions()), IsOk());
  ASSERT_THAT(campus.engine->CreateTable(PersonSchema()), IsOk());
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
std::string Seen(const Campus& campus) {
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

std::string SeenAfter(const Change& change) {
  Campus campus;
  Fill(campus);
  if (change) {
    EXPECT_THAT(change(*campus.engine), IsOk());
  }
  return Seen(campus);
}

// Opens what is left, to read and to write; nothing may wait for anything any more.
std::string SeenAfterOpening(const Tree& left) {
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

struct Outcome {
  int operations = 0;
  std::set<std::string> seen;
};

// Stops the change at each operation of the disk.
Outcome StopEverywhere(const Change& change) {
  Outcome outcome;
  const std::string before = SeenAfter(nullptr);
  {
    Campus campus;
    Fill(campus);
    bool has_index = false;
    for (const auto& [path, bytes] : campus.Files()) {
      has_index = has_index || absl::StrContains(path, ".key1");
    }
    EXPECT_TRUE(has_index);
  }
  const std::string after = SeenAfter(change);
  EXPECT_NE(before, after);
  for (int stop = 1;; ++stop) {
    SCOPED_TRACE(absl::StrCat("stopped at operation ", stop));
    Campus campus;
    RuledDisk disk(*campus.disk);
    campus.through = &disk;
    Fill(campus);
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

// C26 C27 [engine-4.10] [schema-13.6]
TEST(AlterationCrashTest, ConstraintsInPlaceHappenWhollyOrNotAtAll) {
  EXPECT_GT(StopEverywhere(Constrain).operations, 8);
}

// C11 C12 [engine-4.12]
TEST(AlterationCrashTest, ConversionHappensWhollyOrNotAtAll) {
  EXPECT_GT(StopEverywhere(Convert).operations, 12);
}

TEST(AlterationCrashTest, RenameHappensWhollyOrNotAtAll) {
  EXPECT_GT(StopEverywhere(Rename).operations, 12);
}

// C28 [schema-13.8]
TEST(AlterationCrashTest, MigrationByFunctionHappensWhollyOrNotAtAll) {
  EXPECT_GT(StopEverywhere(MigrateByFunction).operations, 12);
}

}  // namespace
}  // namespace linedb
