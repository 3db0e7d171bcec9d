// The rows of a statement as JSON.

#ifndef LINEDB_TOOLS_BRIDGES_SQLITE_RESULT_ROW_H_
#define LINEDB_TOOLS_BRIDGES_SQLITE_RESULT_ROW_H_

#include <sqlite3.h>

#include <string>
#include <string_view>
#include <vector>

namespace linedb::sqlite {

// One thread; the statement must outlive it.
class ResultRow {
 public:
  explicit ResultRow(sqlite3_stmt* statement);

  // Of the columns; each once.
  std::vector<std::string> Names() const;

  // The row that the statement stands on: a JSON text for each column, valid until the next call.
  // Bool columns are true and false, those of json what they have, a BLOB is its base64. A number
  // that JSON has not, an infinity, is 1e999, which every reader takes for one.
  const std::vector<std::string_view>& Read();

 private:
  enum class Kind { kPlain, kBool, kJson };
  void Append(int column, std::string* json) const;

  sqlite3_stmt* const statement_;
  std::vector<Kind> kinds_;
  std::vector<std::string> texts_;
  std::vector<std::string_view> cells_;
};

}  // namespace linedb::sqlite

#endif  // LINEDB_TOOLS_BRIDGES_SQLITE_RESULT_ROW_H_
