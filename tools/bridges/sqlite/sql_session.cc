#include "tools/bridges/sqlite/sql_session.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/nearest_name.h"
#include "tools/bridges/sqlite/sql_value.h"
#include "tools/bridges/sqlite/table_module.h"

namespace linedb::sqlite {
namespace {

constexpr int kStepsBetweenLooks = 10000;  // of SQLite's machine
constexpr char kReadOnly[] =
    "only queries are allowed (SELECT, WITH, VALUES, EXPLAIN): records are changed by put, delete, "
    "edit and import";

// Names that differ in case only are one name to SQLite.
std::vector<std::string> UniqueNames(const std::vector<std::string>& names) {
  std::vector<std::string> unique;
  std::set<std::string> taken;
  for (const std::string& name : names) taken.insert(absl::AsciiStrToLower(name));
  std::set<std::string> given;
  for (const std::string& name : names) {
    std::string made = name;
    for (int i = 2; !given.insert(absl::AsciiStrToLower(made)).second; ++i) {
      do {
        made = absl::StrCat(name, "_", i);
      } while (taken.contains(absl::AsciiStrToLower(made)) && ++i > 0);
    }
    unique.push_back(std::move(made));
  }
  return unique;
}

std::vector<std::string> ColumnNames(const TableSchema& schema) {
  std::vector<std::string> names;
  for (const ColumnSchema& column : schema.columns) names.push_back(column.name);
  return UniqueNames(names);
}

std::vector<std::string> ResultNames(sqlite3_stmt* statement) {
  std::vector<std::string> names;
  for (int i = 0; i < sqlite3_column_count(statement); ++i) {
    const char* name = sqlite3_column_name(statement, i);
    names.emplace_back(name == nullptr ? "" : name);
  }
  return UniqueNames(names);
}

std::string WithSuggestion(std::string message, const std::string& wanted,
                           const std::vector<std::string>& names) {
  const std::string nearest = engine::NearestName(wanted, names);
  return nearest.empty() ? message : message + "; did you mean \"" + nearest + "\"?";
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqlSession>> SqlSession::Open(Database& database) {
  absl::StatusOr<ReadTransaction> snapshot = database.BeginRead();
  if (!snapshot.ok()) return snapshot.status();
  std::unique_ptr<SqlSession> session(new SqlSession(database, *std::move(snapshot)));
  if (absl::Status connected = session->Connect(); !connected.ok()) return connected;
  return session;
}

SqlSession::~SqlSession() { sqlite3_close(connection_); }

absl::Status SqlSession::Connect() {
  int code =
      sqlite3_open_v2(":memory:", &connection_,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  // What is sorted stays in memory: nothing is written anywhere.
  if (code == SQLITE_OK) {
    code = sqlite3_exec(connection_, "PRAGMA temp_store=MEMORY", nullptr, nullptr, nullptr);
  }
  if (code != SQLITE_OK) return ErrorOf(code);
  for (const std::string& name : database_.TableNames()) {
    absl::StatusOr<engine::TableCore> core = database_.OpenCore(name);
    if (absl::IsNotFound(core.status())) continue;  // dropped just now
    if (!core.ok()) return core.status();
    absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(core->schema());
    if (!layout.ok()) return layout.status();
    auto source = std::make_unique<TableSource>(
        TableSource{*core, &snapshot_, *std::move(layout), ColumnNames(core->schema())});
    source->records = core->record_count();
    if (code = AddTable(connection_, source.get()); code != SQLITE_OK) return ErrorOf(code);
    tables_.push_back(std::move(source));
  }
  sqlite3_set_authorizer(connection_, Authorize, this);
  const auto look = [](void* session) {
    const auto& interrupted = static_cast<SqlSession*>(session)->interrupted_;
    return interrupted && interrupted() ? 1 : 0;
  };
  sqlite3_progress_handler(connection_, kStepsBetweenLooks, look, this);
  return absl::OkStatus();
}

int SqlSession::Authorize(void* session, int action, const char* first, const char*, const char*,
                          const char*) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_FUNCTION:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_PRAGMA: {
      const std::string name = absl::AsciiStrToLower(first == nullptr ? "" : first);
      if (name == "table_info" || name == "table_xinfo" || name == "function_list")
        return SQLITE_OK;
      break;
    }
    default:
      break;
  }
  static_cast<SqlSession*>(session)->denied_ = true;
  return SQLITE_DENY;
}

absl::Status SqlSession::Run(std::string_view sql, const ResultVisitor& visitor) {
  const char* rest = sql.data();
  const char* const end = sql.data() + sql.size();
  while (rest != end) {
    sqlite3_stmt* statement = nullptr;
    denied_ = false;
    const char* behind = end;
    const int code =
        sqlite3_prepare_v2(connection_, rest, static_cast<int>(end - rest), &statement, &behind);
    if (code != SQLITE_OK) return ErrorOf(code);
    rest = behind;
    if (statement == nullptr) continue;  // a comment, or nothing
    const absl::Status done = Step(statement, visitor);
    sqlite3_finalize(statement);
    if (!done.ok()) return done;
  }
  return absl::OkStatus();
}

absl::Status SqlSession::Step(sqlite3_stmt* statement, const ResultVisitor& visitor) {
  const int columns = sqlite3_column_count(statement);
  if (columns > 0) visitor.columns(ResultNames(statement));
  std::vector<std::string> texts(static_cast<std::size_t>(columns));
  std::vector<std::string_view> cells(texts.size());
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    for (int i = 0; i < columns; ++i) {
      const auto at = static_cast<std::size_t>(i);
      texts[at].clear();
      AppendJson(statement, i, &texts[at]);
      cells[at] = texts[at];
    }
    if (!visitor.row(cells)) break;
  }
  if (code != SQLITE_ROW && code != SQLITE_DONE) return ErrorOf(code);
  if (columns > 0) visitor.end();
  return absl::OkStatus();
}

absl::Status SqlSession::ErrorOf(int code) {
  for (const std::unique_ptr<TableSource>& table : tables_) {
    if (!table->failure.ok()) return std::exchange(table->failure, absl::OkStatus());
  }
  if (denied_) return absl::InvalidArgumentError(kReadOnly);
  const std::string message =
      connection_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(connection_);
  if (code == SQLITE_INTERRUPT) return absl::CancelledError("the query was interrupted");
  if (code == SQLITE_NOMEM) return absl::ResourceExhaustedError("sql: " + message);
  constexpr std::string_view kNoTable = "no such table: ";
  constexpr std::string_view kNoColumn = "no such column: ";
  std::vector<std::string> names;
  if (absl::StartsWith(message, std::string(kNoTable))) {
    for (const auto& table : tables_) names.push_back(table->layout.schema().table_name);
    return absl::NotFoundError(WithSuggestion(message, message.substr(kNoTable.size()), names));
  }
  if (absl::StartsWith(message, std::string(kNoColumn))) {
    for (const auto& table : tables_)
      names.insert(names.end(), table->names.begin(), table->names.end());
    const std::string wanted = message.substr(kNoColumn.size());
    const std::size_t dot = wanted.rfind('.') + 1;  // npos + 1 is 0
    return absl::InvalidArgumentError(WithSuggestion(message, wanted.substr(dot), names));
  }
  return absl::InvalidArgumentError(message);
}

bool SqlSession::IsComplete(const std::string& sql) { return sqlite3_complete(sql.c_str()) != 0; }

}  // namespace linedb::sqlite
