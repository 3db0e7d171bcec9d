// What the tests of the C API share: a database in memory with students, and texts that are freed.

#ifndef LINEDB_TESTS_C_API_C_CAMPUS_H_
#define LINEDB_TESTS_C_API_C_CAMPUS_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "linedb/linedb.h"

namespace linedb::testing {

// Text that the library gave out, which it frees. "(none)" if there is none.
inline std::string Taken(char* text) {
  std::string taken = text != nullptr ? text : "(none)";
  linedb_free(text);
  return taken;
}

class CCampusTest : public ::testing::Test {
 protected:
  CCampusTest() {
    EXPECT_EQ(linedb_open_in_memory(nullptr, &db, &error), LINEDB_OK) << error.message;
    EXPECT_EQ(linedb_create_table(db,
                                  R"({"table_name":"student","schema":{
                                    "id":{"type":"int","primary_key":true,"nullable":true},
                                    "name":{"type":"str","unique":true},
                                    "gpa":{"type":"float","nullable":true}}})",
                                  &error),
              LINEDB_OK)
        << error.message;
  }
  ~CCampusTest() override {
    EXPECT_EQ(linedb_close(db, &error), LINEDB_OK) << error.message;
    linedb_error_clear(&error);
  }

  int Insert(const std::string& record, linedb_transaction* transaction = nullptr) {
    return linedb_insert(db, transaction, "student", record.c_str(), nullptr, &error);
  }
  // The record, or the name of the code with which reading it fails.
  std::string Get(const std::string& key, linedb_transaction* transaction = nullptr) {
    char* record = nullptr;
    const int code = linedb_get(db, transaction, "student", key.c_str(), &record, &error);
    return code == LINEDB_OK ? Taken(record) : linedb_code_name(code);
  }
  // All rows, fetched by a cursor and by visits, which must be the same; or the error's message.
  std::vector<std::string> Rows(const std::string& query,
                                linedb_transaction* transaction = nullptr) {
    std::vector<std::string> visited;
    const auto visit = [](void* context, const char* row) {
      static_cast<std::vector<std::string>*>(context)->emplace_back(row);
      return 1;
    };
    if (linedb_query(db, transaction, query.c_str(), visit, &visited, &error) != LINEDB_OK) {
      return {std::string(error.message)};
    }
    EXPECT_EQ(visited, Fetched(query, transaction));
    return visited;
  }

  linedb_database* db = nullptr;
  linedb_error error = {LINEDB_OK, nullptr};

 private:
  std::vector<std::string> Fetched(const std::string& query, linedb_transaction* transaction) {
    linedb_cursor* cursor = nullptr;
    std::vector<std::string> rows;
    EXPECT_EQ(linedb_cursor_open(db, transaction, query.c_str(), &cursor, &error), LINEDB_OK);
    const char* row = nullptr;
    while (linedb_cursor_next(cursor, &row, &error) == LINEDB_OK && row != nullptr) {
      rows.emplace_back(row);
    }
    EXPECT_EQ(linedb_cursor_close(cursor, &error), LINEDB_OK);
    return rows;
  }
};

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_C_API_C_CAMPUS_H_
