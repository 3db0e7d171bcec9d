// Cats whose table is altered, by plans and by functions, and the moments that they had.

#ifndef LINEDB_TESTS_EVOLUTION_ALTERED_CATS_H_
#define LINEDB_TESTS_EVOLUTION_ALTERED_CATS_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/engine_history.h"
#include "engine/engine_slice.h"
#include "tests/evolution/altered_table.h"

namespace linedb::testing {

inline Options ManyArchives() {
  Options options = ManualMaintenance();
  options.archives_kept = 1000;
  return options;
}

inline TableSchema CatSchema() {
  TableSchema schema;
  schema.table_name = "cat";
  schema.columns = {{.name = "id", .type = Type::kInt, .primary_key = true, .nullable = true},
                    {.name = "name"},
                    {.name = "age", .type = Type::kInt},
                    {.name = "nick", .nullable = true, .unique = true}};
  return schema;
}

class AlteredCats : public ::testing::Test {
 protected:
  AlteredCats()
      : table(CatSchema(),
              {R"({"name":"Tom","age":3,"nick":"t"})", R"({"name":"Kit","age":4})",
               R"({"name":"Zoe","age":5})"},
              ManyArchives()) {
    Note();
  }

  std::uint64_t Lsn() { return table.campus.engine->Stats().last_lsn; }
  void Note() { moments[Lsn()] = table.Lines(); }

  // name becomes called, age a float.
  void RenameAndWiden() {
    TableSchema wanted = table.Schema();
    for (std::size_t i = 0; i < wanted.columns.size(); ++i) {
      wanted.columns[i].id = ColumnIdOf(wanted, i);
    }
    ColumnOf(wanted, "name").name = "called";
    ColumnOf(wanted, "age").type = Type::kFloat;
    const auto done = table.Migrate(wanted);
    ASSERT_THAT(done.status(), IsOk());
    ASSERT_TRUE(done->migrated);
    Note();
  }
  // A column that no alteration could fill: how long the line was.
  void MigrateByFunction(const std::string& column = "bytes") {
    engine::AlterationRequest request;
    request.wanted = table.Schema();
    request.wanted.columns.push_back({.name = column, .type = Type::kInt});
    request.change = [column](std::string_view line, std::string* changed) {
      changed->append(line.substr(0, line.size() - 1));
      absl::StrAppend(changed, ",\"", column, "\":", line.size(), "}");
      return absl::OkStatus();
    };
    const auto done = table.campus.engine->Alter(request);
    ASSERT_THAT(done.status(), IsOk());
    ASSERT_TRUE(done->migrated);
    Note();
  }
  // An age becomes a text, "aged 3": the lines have the same columns before and after.
  void MakeAgesTexts() {
    engine::AlterationRequest request;
    request.wanted = table.Schema();
    ColumnOf(request.wanted, "age").type = Type::kString;
    request.change = [](std::string_view line, std::string* changed) {
      constexpr std::string_view kMember = "\"age\":";
      const std::size_t begin = line.find(kMember) + kMember.size();
      const std::size_t end = line.find(',', begin);
      absl::StrAppend(changed, std::string(line.substr(0, begin)), "\"aged ",
                      std::string(line.substr(begin, end - begin)), "\"",
                      std::string(line.substr(end)));
      return absl::OkStatus();
    };
    ASSERT_TRUE(table.campus.engine->Alter(request)->migrated);
    Note();
  }
  void Checkpoint() { ASSERT_THAT(table.campus.engine->Checkpoint(), IsOk()); }
  void LiveThrough() {
    table.Update(R"({"id":2,"name":"Kitty","age":4})");
    Note();
    RenameAndWiden();
    table.Update(R"({"id":1,"called":"Tomcat","age":3.5,"nick":"t"})");
    Note();
    MigrateByFunction();
    table.Update(R"({"id":3,"called":"Zoey","age":5,"nick":null,"bytes":1})");
    Note();
    table.Insert(R"({"called":"Max","age":1,"nick":"m","bytes":2})");
    Note();
    Checkpoint();
    table.Update(R"({"id":4,"called":"Maxi","age":1,"nick":"m","bytes":3})");
    Note();
  }

  // The records at the moment, in a new directory.
  std::string RestoredLines(std::uint64_t lsn) {
    RestoreOptions options;
    options.target = AtLsn{lsn};
    const std::string target = absl::StrCat("moment", ++restored_);
    EXPECT_THAT(engine::RestoreDirectory(*table.campus.disk, kDirectory, target, options).status(),
                IsOk());
    return LinesOf(target);
  }
  absl::Status Slice(std::uint64_t first, const std::string& target,
                     const std::vector<std::string>& mask = {}) {
    SliceOptions options;
    options.first_lsn = first;
    options.last_lsn = Lsn();
    options.mask = mask;
    return engine::SliceDirectory(*table.campus.disk, kDirectory, target, options).status();
  }

  std::string LinesOf(const std::string& directory) {
    Options options = ManyArchives();
    options.access = Access::kReadOnly;
    auto opened = engine::Engine::Open(nullptr, *table.campus.disk, directory, options);
    EXPECT_THAT(opened.status(), IsOk());
    if (!opened.ok()) return "";
    EXPECT_THAT((*opened)->report().notes, ::testing::IsEmpty());
    const engine::TableCore core(opened->get(), (*opened)->FindTable("cat"));
    std::string text;
    auto cursor = core.Scan({});
    for (std::string_view line; cursor->Next(&line);) text += std::string(line) + "\n";
    const auto verified = engine::VerifyDatabase(*table.campus.disk, wal::DatabasePaths(directory));
    EXPECT_THAT(verified.status(), IsOk());
    for (const Problem& problem : verified->problems) ADD_FAILURE() << problem.message;
    return text;
  }

  AlteredTable table;
  std::map<std::uint64_t, std::string> moments;  // lines by the lsn

 private:
  int restored_ = 0;
};

inline std::string Sorted(const std::string& lines) {
  std::vector<std::string> all;
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = lines.find('\n', begin);
    all.push_back(lines.substr(begin, end - begin));
    begin = end + 1;
  }
  std::sort(all.begin(), all.end());
  std::string text;
  for (const std::string& line : all) text += line + "\n";
  return text;
}

// The lines but for that of the record 1.
inline std::string WithoutKeyOne(const std::string& lines) {
  std::string left;
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = lines.find('\n', begin) + 1;
    const std::string line = lines.substr(begin, end - begin);
    if (!line.starts_with("{\"id\":1,")) left += line;
    begin = end;
  }
  return left;
}

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_EVOLUTION_ALTERED_CATS_H_
