#include "tools/bridges/sqlite/table_module.h"

#include <memory>
#include <new>
#include <span>

#include "tools/bridges/sqlite/plan_choice.h"
#include "tools/bridges/sqlite/sql_names.h"
#include "tools/bridges/sqlite/sql_value.h"
#include "tools/bridges/sqlite/table_cursor.h"

namespace linedb::sqlite {
namespace {

// SQLite's structs come first: it knows pointers to these only.
struct Table : sqlite3_vtab {
  TableSource* source = nullptr;
};
struct Cursor : sqlite3_vtab_cursor {
  explicit Cursor(TableSource& source) : sqlite3_vtab_cursor{}, records(source) {}
  TableCursor records;
};

TableSource& SourceOf(sqlite3_vtab* table) { return *static_cast<Table*>(table)->source; }
TableCursor& RecordsOf(sqlite3_vtab_cursor* cursor) {
  return static_cast<Cursor*>(cursor)->records;
}

// The code, and where SQLite and the session find what went wrong.
int CodeOf(const absl::Status& status, sqlite3_vtab* table) {
  if (status.ok()) return SQLITE_OK;
  SourceOf(table).failure = status;
  sqlite3_free(table->zErrMsg);
  table->zErrMsg = sqlite3_mprintf("%s", std::string(status.message()).c_str());
  return absl::IsCancelled(status) ? SQLITE_INTERRUPT : SQLITE_ERROR;
}

// No exception reaches SQLite: its frames cannot be unwound.
template <class Body>
int Guarded(Body&& body) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  }
}

int Connect(sqlite3* connection, void* source, int, const char* const*, sqlite3_vtab** table,
            char**) {
  return Guarded([&] {
    auto made = std::make_unique<Table>();
    made->source = static_cast<TableSource*>(source);
    const int declared = sqlite3_declare_vtab(connection, DeclarationOf(*made->source).c_str());
    if (declared == SQLITE_OK) *table = made.release();
    return declared;
  });
}

int Disconnect(sqlite3_vtab* table) {
  delete static_cast<Table*>(table);
  return SQLITE_OK;
}

int BestIndex(sqlite3_vtab* table, sqlite3_index_info* info) {
  return Guarded([&] { return ChoosePlan(SourceOf(table), info) ? SQLITE_OK : SQLITE_NOMEM; });
}

int Open(sqlite3_vtab* table, sqlite3_vtab_cursor** cursor) {
  return Guarded([&] {
    *cursor = new Cursor(SourceOf(table));
    return SQLITE_OK;
  });
}

int Close(sqlite3_vtab_cursor* cursor) {
  delete static_cast<Cursor*>(cursor);
  return SQLITE_OK;
}

int Filter(sqlite3_vtab_cursor* cursor, int number, const char*, int count,
           sqlite3_value** arguments) {
  return Guarded([&] {
    const TablePlan& plan = SourceOf(cursor->pVtab).plans[static_cast<std::size_t>(number)];
    const std::span<sqlite3_value*> values(arguments, static_cast<std::size_t>(count));
    return CodeOf(RecordsOf(cursor).Start(plan, values), cursor->pVtab);
  });
}

int Next(sqlite3_vtab_cursor* cursor) {
  return Guarded([&] { return CodeOf(RecordsOf(cursor).Next(), cursor->pVtab); });
}

int Eof(sqlite3_vtab_cursor* cursor) { return RecordsOf(cursor).at_end() ? 1 : 0; }

int Column(sqlite3_vtab_cursor* cursor, sqlite3_context* context, int column) {
  return Guarded(
      [&] { return CodeOf(RecordsOf(cursor).SetResult(context, column), cursor->pVtab); });
}

int RowId(sqlite3_vtab_cursor* cursor, sqlite3_int64* row_id) {
  return Guarded([&] { return CodeOf(RecordsOf(cursor).RowId(row_id), cursor->pVtab); });
}

sqlite3_module MakeModule() {
  sqlite3_module module = {};
  module.iVersion = 1;
  module.xCreate = Connect;
  module.xConnect = Connect;  // the same: the table is there by its name, even before its CREATE
  module.xBestIndex = BestIndex;
  module.xDisconnect = Disconnect;
  module.xDestroy = Disconnect;
  module.xOpen = Open;
  module.xClose = Close;
  module.xFilter = Filter;
  module.xNext = Next;
  module.xEof = Eof;
  module.xColumn = Column;
  module.xRowid = RowId;
  return module;
}

}  // namespace

std::string DeclarationOf(const TableSource& source) {
  const TableSchema& schema = source.layout.schema();
  std::string columns;
  std::string key;
  for (std::size_t i = 0; i < source.names.size(); ++i) {
    const ColumnSchema& column = schema.columns[i];
    const std::string name = QuotedName(source.names[i]);
    columns += (columns.empty() ? "" : ", ") + name + " ";
    columns += DeclaredType(column.type);
    // Else min() would have to pass over nulls, and asks for an order that no index has.
    if (!column.nullable || column.primary_key) columns += " NOT NULL";
    if (column.primary_key) key += (key.empty() ? "" : ", ") + name;
  }
  const std::string head = "CREATE TABLE " + QuotedName(source.name()) + "(" + columns;
  // Else the row number is what tells records apart.
  return !source.has_sql_key() ? head + ")" : head + ", PRIMARY KEY(" + key + ")) WITHOUT ROWID";
}

int AddTable(sqlite3* connection, TableSource* source) {
  static const sqlite3_module kModule = MakeModule();
  const int made =
      sqlite3_create_module_v2(connection, source->name().c_str(), &kModule, source, nullptr);
  if (made != SQLITE_OK) return made;
  // For whoever asks sqlite_schema what there is. A name that begins with sqlite_ is refused there.
  const std::string name = QuotedName(source->name());
  const std::string create = "CREATE VIRTUAL TABLE " + name + " USING " + name;
  const int created = sqlite3_exec(connection, create.c_str(), nullptr, nullptr, nullptr);
  return created == SQLITE_NOMEM ? created : SQLITE_OK;
}

}  // namespace linedb::sqlite
