// linedb/linedb.h: records by key.

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "engine/c_api/calls.h"
#include "engine/c_api/handles.h"
#include "engine/storage/row_id_cutter.h"

namespace linedb::c_api {
namespace {

using engine::TableCore;
using engine::WriteMode;

// A call on a table: where, and which.
struct TableCall {
  linedb_database* database;
  linedb_transaction* transaction;
  const char* table;
};

// Runs `write(transaction)` in the call's transaction, or in one of its own that is committed.
template <class Write>
absl::Status WriteIn(const Place& place, const TableCore& core, Write&& write) {
  if (place.writer() != nullptr) return write(*place.writer());
  absl::StatusOr<WriteTransaction> own = core.Begin();
  if (!own.ok()) return own.status();
  if (absl::Status written = write(*own); !written.ok()) return written;
  return own->Commit();
}

// What is allocated is so before the commit: whose key cannot be told is not there.
absl::Status WriteRecord(const TableCall& call, WriteMode mode, const char* record, char** key) {
  absl::Status given = CheckGiven({{"table", call.table}, {"record", record}});
  if (!given.ok()) return given;
  absl::StatusOr<Place> place = Place::Of(call.database, call.transaction, Place::For::kWriting);
  if (!place.ok()) return place.status();
  const absl::StatusOr<TableCore> core = place->database().OpenCore(call.table);
  if (!core.ok()) return core.status();
  OwnedText key_text;
  absl::Status written = WriteIn(*place, *core, [&](WriteTransaction& transaction) {
    std::string text;
    absl::Status done = core->WriteJson(transaction, mode, record, &text);
    if (done.ok() && key != nullptr) key_text = CopyText(text);
    return done;
  });
  if (written.ok() && key != nullptr) *key = key_text.release();
  return written;
}

absl::Status DeleteRecord(const TableCall& call, const char* key) {
  absl::Status given = CheckGiven({{"table", call.table}, {"key", key}});
  if (!given.ok()) return given;
  absl::StatusOr<Place> place = Place::Of(call.database, call.transaction, Place::For::kWriting);
  if (!place.ok()) return place.status();
  const absl::StatusOr<TableCore> core = place->database().OpenCore(call.table);
  if (!core.ok()) return core.status();
  const absl::StatusOr<std::string> key_text = core->KeyTextFromJson(0, key);
  if (!key_text.ok()) return key_text.status();
  return WriteIn(*place, *core, [&](WriteTransaction& transaction) {
    return core->Erase(transaction, *key_text);
  });
}

// The number of the key over these columns; null: the primary key.
absl::StatusOr<int> NumberOfKey(const TableCore& core, const char* columns) {
  if (columns == nullptr) return 0;
  const int number = core.FindKey(columns);
  if (number >= 0) return number;
  return absl::InvalidArgumentError(
      absl::StrCat(core.schema().table_name, ": no key on ", columns));
}

absl::Status ReadRecord(const TableCall& call, const char* columns, const char* key,
                        char** record) {
  absl::Status given = CheckGiven({{"table", call.table}, {"key", key}, {"record", record}});
  if (!given.ok()) return given;
  absl::StatusOr<Place> place = Place::Of(call.database, call.transaction, Place::For::kReading);
  if (!place.ok()) return place.status();
  const absl::StatusOr<TableCore> core = place->database().OpenCore(call.table);
  if (!core.ok()) return core.status();
  const absl::StatusOr<int> number = NumberOfKey(*core, columns);
  if (!number.ok()) return number.status();
  const absl::StatusOr<std::string> key_text = core->KeyTextFromJson(*number, key);
  if (!key_text.ok()) return key_text.status();
  std::string text;
  absl::Status read = core->Visit(place->view(), *number, *key_text, [&](std::string_view line) {
    engine::RowIdCutter(core->schema()).Cut(line, [&text](std::string_view piece) {
      text.append(piece);
    });
    return absl::OkStatus();
  });
  if (read.ok()) Give(text, record);
  return read;
}

}  // namespace
}  // namespace linedb::c_api

using namespace linedb::c_api;  // NOLINT: what follows is C

extern "C" {

int linedb_insert(linedb_database* database, linedb_transaction* transaction, const char* table,
                  const char* record, char** key, linedb_error* error) {
  return Call(error, [&] {
    Clear(key);
    return WriteRecord({database, transaction, table}, WriteMode::kInsert, record, key);
  });
}

int linedb_put(linedb_database* database, linedb_transaction* transaction, const char* table,
               const char* record, char** key, linedb_error* error) {
  return Call(error, [&] {
    Clear(key);
    return WriteRecord({database, transaction, table}, WriteMode::kUpsert, record, key);
  });
}

int linedb_update(linedb_database* database, linedb_transaction* transaction, const char* table,
                  const char* record, linedb_error* error) {
  return Call(error, [&] {
    return WriteRecord({database, transaction, table}, WriteMode::kUpdate, record, nullptr);
  });
}

int linedb_delete(linedb_database* database, linedb_transaction* transaction, const char* table,
                  const char* key, linedb_error* error) {
  return Call(error, [&] { return DeleteRecord({database, transaction, table}, key); });
}

int linedb_get(linedb_database* database, linedb_transaction* transaction, const char* table,
               const char* key, char** record, linedb_error* error) {
  return Call(error, [&] {
    Clear(record);
    return ReadRecord({database, transaction, table}, nullptr, key, record);
  });
}

int linedb_find(linedb_database* database, linedb_transaction* transaction, const char* table,
                const char* columns, const char* key, char** record, linedb_error* error) {
  return Call(error, [&] {
    Clear(record);
    if (absl::Status given = CheckGiven({{"columns", columns}}); !given.ok()) return given;
    return ReadRecord({database, transaction, table}, columns, key, record);
  });
}

}  // extern "C"
