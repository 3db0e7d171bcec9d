// What a database holds, told without one: the schema of each table, and its lines by their keys.

#ifndef LINEDB_TESTS_CRASH_MODEL_H_
#define LINEDB_TESTS_CRASH_MODEL_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/engine.h"
#include "linedb/struct_codec.h"
#include "linedb/table_core.h"

namespace linedb::testing {

// The schema in one line: "course v2: id* code! room?", where * is the primary key, ! unique,
// ? nullable, = with a default, and keys of several columns come at the end.
std::string SchemaText(const TableSchema& schema, std::int64_t version);

class Model {
 public:
  template <class T>
  void MakeTable() {
    tables_[NameOf<T>()] = {1, SchemaText(schema::StructCodec<T>::Schema(), 1), {}};
  }
  // The table as `convert` makes each of its records.
  template <class From, class To>
  void AlterTable(To (*convert)(const From&)) {
    Table altered{tables_[NameOf<From>()].version + 1, "", {}};
    altered.schema = SchemaText(schema::StructCodec<To>::Schema(), altered.version);
    std::swap(altered, tables_[NameOf<To>()]);
    for (const auto& [key, line] : altered.rows) {
      From row;
      schema::StructCodec<From>::Decode(line, &row);
      Put(convert(row));
    }
  }
  template <class T>
  void DropTable() {
    tables_.erase(NameOf<T>());
  }
  template <class T>
  void Put(const T& row) {
    using Codec = schema::StructCodec<T>;
    std::string line;
    std::array<schema::FieldSpan, Codec::kStoredColumns> spans;
    Codec::Encode(row, 0, &line, spans.data()).IgnoreError();  // the engine has taken the same row
    if (!tables_.contains(NameOf<T>())) MakeTable<T>();
    tables_[NameOf<T>()].rows[KeyText<T>(Codec::KeyOf(row, 0))] = line;
  }
  template <class T>
  void Erase(const typename schema::StructCodec<T>::Key& key) {
    tables_[NameOf<T>()].rows.erase(KeyText<T>(key));
  }

  // Of what Text returned; lines are their own keys in it, so only Put and Text are of use.
  static Model FromText(const std::string& text);
  // Every table's schema and its lines, sorted.
  std::string Text() const;

 private:
  struct Table {
    std::int64_t version = 1;
    std::string schema;
    std::map<std::string, std::string> rows;
  };

  template <class T>
  static const std::string& NameOf() {
    return schema::StructCodec<T>::Schema().table_name;
  }
  template <class T>
  static std::string KeyText(const typename schema::StructCodec<T>::Key& key) {
    std::string text;
    schema::StructCodec<T>::AppendKeyText(key, &text).IgnoreError();
    return text;
  }

  std::map<std::string, Table> tables_;
};

std::vector<engine::TableCore> TablesOf(engine::Engine& engine);
// What someone sees of these tables, in the words of Model::Text; an error's text if it cannot be
// read.
std::string Observe(const std::vector<engine::TableCore>& tables, engine::View view);
std::string Observe(engine::Engine& engine);

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_CRASH_MODEL_H_
