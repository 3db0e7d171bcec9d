// Tables that reference each other, on a disk in memory, and a few words to change them by:
//
//   +album {"id":1}     inserts; ~ updates, = upserts
//   -album 1            deletes
//   [                   a savepoint, to which ] goes back
//
// one a line, all in one transaction. Their state is one readable string.

#ifndef LINEDB_TESTS_REFERENCES_LINKED_TABLES_H_
#define LINEDB_TESTS_REFERENCES_LINKED_TABLES_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "schema/schema_document.h"
#include "tests/engine/campus.h"

namespace linedb::testing {

// A table by the columns of its schema file: `"id": {"type": "int"}`, and what stands beside them,
// `"unique_keys": […]`, which may be empty.
inline TableSchema SchemaOf(const std::string& name, const std::string& columns,
                            const std::string& beside = "") {
  const std::string text = absl::StrCat("{\"format\":2,\"table_name\":\"", name, "\",\"schema\":{",
                                        columns, "}", beside.empty() ? "" : ",", beside, "}");
  absl::StatusOr<schema::SchemaDocument> document = schema::ParseSchemaDocument(text);
  EXPECT_THAT(document, IsOk()) << text;
  return document.ok() ? document->schema : TableSchema{};
}

class LinkedTables {
 public:
  explicit LinkedTables(const Tree& tree) : campus(tree) { EXPECT_THAT(campus.Open(), IsOk()); }
  LinkedTables() { EXPECT_THAT(campus.Open(), IsOk()); }

  absl::Status Make(const std::string& name, const std::string& columns,
                    const std::string& beside = "") {
    return campus.engine->CreateTable(SchemaOf(name, columns, beside));
  }
  void MakeAll(const std::vector<TableSchema>& schemas) {
    for (const TableSchema& schema : schemas) {
      ASSERT_THAT(campus.engine->CreateTable(schema), IsOk());
    }
  }

  // One line of the words above.
  absl::Status Do(WriteTransaction& transaction, const std::string& line) {
    if (line == "[") {
      savepoint = *transaction.SetSavepoint();
      return absl::OkStatus();
    }
    if (line == "]") return transaction.RollbackTo(*savepoint);
    const std::size_t space = line.find(' ');
    const std::string name = line.substr(1, space - 1);
    const std::string rest = line.substr(space + 1);
    engine::TableState* table = campus.engine->FindTable(name);
    if (table == nullptr) return absl::NotFoundError(name);
    const engine::TableCore core(campus.engine.get(), table);
    if (line[0] == '-') {
      absl::StatusOr<std::string> key = core.KeyTextFromJson(0, rest);
      return key.ok() ? core.Erase(transaction, *key) : key.status();
    }
    const engine::WriteMode mode = line[0] == '+'   ? engine::WriteMode::kInsert
                                   : line[0] == '~' ? engine::WriteMode::kUpdate
                                                    : engine::WriteMode::kUpsert;
    return core.WriteJson(transaction, mode, rest, nullptr);
  }
  // All of them; every one but the commit must come about.
  void DoAll(WriteTransaction& transaction, const std::string& words) {
    std::istringstream lines(words);
    for (std::string line; std::getline(lines, line);) {
      const std::size_t begin = line.find_first_not_of(' ');
      if (begin == line.npos) continue;
      EXPECT_THAT(Do(transaction, line.substr(begin)), IsOk()) << line;
    }
  }
  absl::Status Commit(const std::string& words) {
    WriteTransaction transaction = campus.Begin();
    DoAll(transaction, words);
    return transaction.Commit();
  }

  // "album {…} {…}; artist {…}": the records of the tables that have some, sorted.
  std::string State() const {
    std::string text;
    for (const std::string& name : campus.engine->TableNames()) {
      engine::TableState* table = campus.engine->FindTable(name);
      engine::RecordCursor cursor = engine::TableCore(campus.engine.get(), table).Scan({}).value();
      std::vector<std::string> records;
      for (std::string_view line; cursor.Next(&line);) records.emplace_back(line);
      std::sort(records.begin(), records.end());
      EXPECT_EQ(records.size(), table->generation->published().live) << name;
      if (records.empty()) continue;
      absl::StrAppend(&text, text.empty() ? "" : "; ", name);
      for (const std::string& record : records) absl::StrAppend(&text, " ", record);
    }
    return text;
  }

  void Reopen() {
    ASSERT_THAT(campus.Close(), IsOk());
    ASSERT_EQ(campus.Problems(), "");
    ASSERT_THAT(campus.Open(), IsOk());
  }

  Campus campus;
  std::optional<Savepoint> savepoint;
};

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_REFERENCES_LINKED_TABLES_H_
