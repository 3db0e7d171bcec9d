#include "tools/bridges/sqlite/table_module.h"

#include <memory>
#include <new>

#include "tools/bridges/sqlite/sql_value.h"
#include "tools/bridges/sqlite/table_cursor.h"
#include "tools/bridges/sqlite/table_plan.h"

namespace linedb::sqlite {
namespace {

// SQLite's structs come first: it knows pointers to these only.
struct Table : sqlite3_vtab {
  TableSource* source = nullptr;
};
struct Cursor : sqlite3_vtab_cursor {
  explicit Cursor(const TableSource& source) : sqlite3_vtab_cursor{}, records(source) {}
  TableCursor records;
};

Table& TableOf(sqlite3_vtab* table) { return *static_cast<Table*>(table); }
TableCursor& RecordsOf(sqlite3_vtab_cursor* cursor) {
  return static_cast<Cursor*>(cursor)->records;
}

// The code, and where SQLite and the session find what went wrong.
int CodeOf(const absl::Status& status, sqlite3_vtab* table) {
  if (status.ok()) return SQLITE_OK;
  TableOf(table).source->failure = status;
  sqlite3_free(table->zErrMsg);
  table->zErrMsg = sqlite3_mprintf("%s", std::string(status.message()).c_str());
  return SQLITE_ERROR;
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
  return Guarded(
      [&] { return ChoosePlan(*TableOf(table).source, info) ? SQLITE_OK : SQLITE_NOMEM; });
}

int Open(sqlite3_vtab* table, sqlite3_vtab_cursor** cursor) {
  return Guarded([&] {
    *cursor = new Cursor(*TableOf(table).source);
    return SQLITE_OK;
  });
}

int Close(sqlite3_vtab_cursor* cursor) {
  delete static_cast<Cursor*>(cursor);
  return SQLITE_OK;
}

int Filter(sqlite3_vtab_cursor* cursor, int number, const char* operators, int count,
           sqlite3_value** arguments) {
  return Guarded([&] {
    const TablePlan plan = TablePlan::FromNumber(number, operators);
    return CodeOf(RecordsOf(cursor).Start(plan, count, arguments), cursor->pVtab);
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
  module.xConnect = Connect;  // and no xCreate: the table is there by its name
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

std::string QuotedName(const std::string& name) {
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

std::string DeclarationOf(const TableSource& source) {
  const TableSchema& schema = source.layout.schema();
  std::string columns;
  std::string key;
  for (std::size_t i = 0; i < source.names.size(); ++i) {
    const std::string name = QuotedName(source.names[i]);
    columns += (columns.empty() ? "" : ", ") + name + " " +
               std::string(DeclaredType(schema.columns[i].type));
    if (schema.columns[i].primary_key) key += (key.empty() ? "" : ", ") + name;
  }
  const std::string head = "CREATE TABLE " + QuotedName(schema.table_name) + "(" + columns;
  // Without a key the hidden row number is what tells records apart.
  return key.empty() ? head + ")" : head + ", PRIMARY KEY(" + key + ")) WITHOUT ROWID";
}

int AddTable(sqlite3* connection, TableSource* source) {
  static const sqlite3_module kModule = MakeModule();
  return sqlite3_create_module_v2(connection, source->layout.schema().table_name.c_str(), &kModule,
                                  source, nullptr);
}

}  // namespace linedb::sqlite
