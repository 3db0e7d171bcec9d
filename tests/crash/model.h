// What a database holds, told without one: the lines of each table by their keys.

#ifndef LINEDB_TESTS_CRASH_MODEL_H_
#define LINEDB_TESTS_CRASH_MODEL_H_

#include <array>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "engine/engine.h"
#include "linedb/struct_codec.h"

namespace linedb::testing {

class Model {
 public:
  template <class T>
  void MakeTable() {
    tables_[schema::StructCodec<T>::Schema().table_name];
  }
  template <class T>
  void Put(const T& row) {
    using Codec = schema::StructCodec<T>;
    std::string line;
    std::array<schema::FieldSpan, Codec::kStoredColumns> spans;
    Codec::Encode(row, 0, &line, spans.data()).IgnoreError();  // the engine has taken the same row
    tables_[Codec::Schema().table_name][KeyText<T>(Codec::KeyOf(row, 0))] = line;
  }
  template <class T>
  void Erase(const typename schema::StructCodec<T>::Key& key) {
    tables_[schema::StructCodec<T>::Schema().table_name].erase(KeyText<T>(key));
  }

  // Of what Text returned; lines are their own keys in it, so only Put and Text are of use.
  static Model FromText(const std::string& text);
  // Every table's name and its lines, sorted.
  std::string Text() const;

 private:
  template <class T>
  static std::string KeyText(const typename schema::StructCodec<T>::Key& key) {
    std::string text;
    schema::StructCodec<T>::AppendKeyText(key, &text).IgnoreError();
    return text;
  }

  std::map<std::string, std::map<std::string, std::string>> tables_;
};

// A database's state in the words of Model::Text.
std::string Observe(engine::Engine& engine);

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_CRASH_MODEL_H_
