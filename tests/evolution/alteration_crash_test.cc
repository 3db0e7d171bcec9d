// An alteration cut short that leaves neither the old schema nor the new one: the file of one with
// the schema of the other, a migration of half the records, a key's index with the numbers of
// another. The disk stops at each operation of every way to alter a table, and the next opening
// must find all of the old or all of the new.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/evolution/altered_table.h"
#include "tests/evolution/stopped_change.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::ColumnOf;
using testing::PersonSchema;

absl::Status Alter(engine::Engine& engine, const std::function<void(TableSchema&)>& change,
                   engine::RecordChange by_function = {}) {
  TableSchema wanted = PersonSchema();
  change(wanted);
  return testing::AlterPersons(engine, wanted,
                               {Permission::kDrop, Permission::kNarrow, Permission::kConstrain},
                               std::move(by_function));
}

int StopEverywhere(const testing::Change& change) {
  return testing::StopEverywhere(PersonSchema(), change).operations;
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

TEST(AlterationCrashTest, AlterationsMeetFilesOfTheIndex) {
  Campus campus;
  testing::FillWithPersons(campus, PersonSchema());
  bool has_index = false;
  for (const auto& [path, bytes] : campus.Files()) {
    has_index = has_index || absl::StrContains(path, ".key1");
  }
  EXPECT_TRUE(has_index);
}

// C26 C27 [engine-4.10] [schema-13.6]
TEST(AlterationCrashTest, ConstraintsInPlaceHappenWhollyOrNotAtAll) {
  EXPECT_GT(StopEverywhere(Constrain), 8);
}

// C11 C12 [engine-4.12]
TEST(AlterationCrashTest, ConversionHappensWhollyOrNotAtAll) {
  EXPECT_GT(StopEverywhere(Convert), 12);
}

TEST(AlterationCrashTest, RenameHappensWhollyOrNotAtAll) { EXPECT_GT(StopEverywhere(Rename), 12); }

// C28 [schema-13.8]
TEST(AlterationCrashTest, MigrationByFunctionHappensWhollyOrNotAtAll) {
  EXPECT_GT(StopEverywhere(MigrateByFunction), 12);
}

}  // namespace
}  // namespace linedb
