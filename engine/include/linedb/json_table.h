// JsonTable: the records of a table known only at run time, as JSON.

#ifndef LINEDB_JSON_TABLE_H_
#define LINEDB_JSON_TABLE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/database.h"
#include "nlohmann/json.hpp"

namespace linedb {

// Columns stand in the order of the schema.
using Json = nlohmann::ordered_json;

class JsonQuery;  // linedb/json_query.h

// A handle on a table; threads, lifetime, transactions and errors are Table<T>'s. A record is a
// JSON object with a member for each column; one left out takes the column's default, is assigned
// (keys), becomes null, or is refused, in that order. Unknown members are refused.
//
//   linedb::JsonTable students = *linedb::JsonTable::Open(*db, "student");
//   Json key = *students.Insert({{"name", "Alice"}});
//   Json alice = *students.Get(key);
class JsonTable {
 public:
  // kNotFound if there is no such table.
  static absl::StatusOr<JsonTable> Open(Database& database, std::string_view table);

  // Each returns the record's primary key: a value, an array for a compound key.
  absl::StatusOr<Json> Insert(const Json& record) const;
  absl::StatusOr<Json> Insert(WriteTransaction& transaction, const Json& record) const;
  absl::StatusOr<Json> Upsert(const Json& record) const;
  absl::StatusOr<Json> Upsert(WriteTransaction& transaction, const Json& record) const;
  // kNotFound if the key has no record.
  absl::Status Update(const Json& record) const;
  absl::Status Update(WriteTransaction& transaction, const Json& record) const;
  absl::Status Erase(const Json& key) const;
  absl::Status Erase(WriteTransaction& transaction, const Json& key) const;

  // By primary key.
  absl::StatusOr<Json> Get(const Json& key) const;
  absl::StatusOr<Json> Get(const WriteTransaction& transaction, const Json& key) const;
  absl::StatusOr<Json> Get(const ReadTransaction& snapshot, const Json& key) const;
  // By a unique key, named by its columns joined by ",": FindBy("email", "alice@university.edu").
  absl::StatusOr<Json> FindBy(std::string_view columns, const Json& key) const;
  absl::StatusOr<Json> FindBy(const ReadTransaction& snapshot, std::string_view columns,
                              const Json& key) const;

  // Every record in file order; `visit` returns false to stop.
  absl::Status ForEach(const std::function<bool(const Json&)>& visit) const;
  absl::Status ForEach(const ReadTransaction& snapshot,
                       const std::function<bool(const Json&)>& visit) const;

  // A query over the records for which the expression (linedb/expression.h) holds, or over all.
  // kInvalidArgument if it is none, or does not fit the columns. Needs linedb/json_query.h.
  //   students.Where("gpa >= 3.5 and starts_with(name, 'A')")
  absl::StatusOr<JsonQuery> Where(std::string_view expression) const;
  JsonQuery All() const;

  std::uint64_t size() const { return core_.record_count(); }  // live records
  absl::StatusOr<std::uint64_t> size(const ReadTransaction& snapshot) const {
    return core_.record_count(snapshot);
  }
  const TableSchema& schema() const { return core_.schema(); }  // as stored
  const engine::TableCore& core() const { return core_; }

 private:
  explicit JsonTable(engine::TableCore core) : core_(core) {}
  absl::StatusOr<Json> Write(WriteTransaction* transaction, engine::WriteMode mode,
                             const Json& record) const;
  absl::StatusOr<Json> Read(engine::View view, int key, const Json& value) const;
  absl::StatusOr<Json> ReadBy(engine::View view, std::string_view columns, const Json& value) const;
  absl::Status Walk(engine::View view, const std::function<bool(const Json&)>& visit) const;

  engine::TableCore core_;
};

}  // namespace linedb

#endif  // LINEDB_JSON_TABLE_H_
