#include "tools/bridges/sqlite/sql_session.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "engine/nearest_name.h"
#include "engine/transaction/publisher.h"
#include "tools/bridges/sqlite/result_row.h"
#include "tools/bridges/sqlite/sql_names.h"
#include "tools/bridges/sqlite/table_module.h"

namespace linedb::sqlite {
namespace {

constexpr int kStepsBetweenLooks = 10000;  // of SQLite's machine
constexpr char kReadOnly[] =
    "only queries are run (SELECT, WITH, VALUES, EXPLAIN): records are changed by `dbtool put`, "
    "`delete`, `edit` and `import`";

// Those that tell something and can set nothing.
constexpr std::string_view kPragmas[] = {"table_info", "table_xinfo", "table_list", "function_list",
                                         "collation_list"};

std::vector<std::string> ColumnNames(const TableSchema& schema) {
  std::vector<std::string> names;
  for (const ColumnSchema& column : schema.columns) names.push_back(column.name);
  return UniqueNames(names, Letters::kIgnoreCase);
}

// What stands behind "no such table: " and the like; nothing if the message is about something
// else.
std::optional<std::string> NameBehind(const std::string& message, const std::string& words) {
  if (!absl::StartsWith(message, words)) return std::nullopt;
  return message.substr(words.size());
}

// Whatever comes of a statement, what was made for it goes with it.
class Ending {
 public:
  explicit Ending(const std::vector<std::unique_ptr<TableSource>>& tables) : tables_(tables) {}
  ~Ending() {
    for (const std::unique_ptr<TableSource>& table : tables_) table->EndStatement();
  }
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;

 private:
  const std::vector<std::unique_ptr<TableSource>>& tables_;
};

std::string WithoutQualifier(const std::string& name) {
  return name.substr(name.rfind('.') + 1);  // npos + 1 is 0
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
  const int opened =
      sqlite3_open_v2(":memory:", &connection_,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (opened != SQLITE_OK) return ErrorOf(opened, "");
  if (absl::Status added = AddTables(); !added.ok()) return added;
  if (const int safe = MakeSafe(); safe != SQLITE_OK) return ErrorOf(safe, "");
  const auto look = [](void* session) {
    const auto& interrupted = static_cast<SqlSession*>(session)->interrupted_;
    return interrupted && interrupted() ? 1 : 0;
  };
  sqlite3_progress_handler(connection_, kStepsBetweenLooks, look, this);
  return absl::OkStatus();
}

absl::Status SqlSession::AddTables() {
  for (const std::string& name : database_.TableNames()) {
    if (absl::Status opened = OpenTable(name); !opened.ok()) return opened;
    const int added = AddTable(connection_, tables_.back().get());
    if (added != SQLITE_OK) return ErrorOf(added, "");
  }
  return absl::OkStatus();
}

absl::Status SqlSession::OpenTable(const std::string& name) {
  const absl::StatusOr<engine::TableCore> core = database_.OpenCore(name);
  if (!core.ok()) return core.status();
  absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(core->schema());
  if (!layout.ok()) return layout.status();
  // With what has expired: the table is not walked to find out.
  const absl::StatusOr<const engine::TableSnapshot*> seen = core->SeenBy(snapshot_);
  if (!seen.ok()) return seen.status();
  tables_.push_back(std::make_unique<TableSource>(TableSource{
      .core = *core,
      .snapshot = &snapshot_,
      .interrupted = &interrupted_,
      .layout = *std::move(layout),
      .names = ColumnNames(core->schema()),
      .records = static_cast<double>((*seen)->extent.live),
  }));
  return absl::OkStatus();
}

// That nothing is written anywhere does not hang on one lock alone.
int SqlSession::MakeSafe() {
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  // "nmae" is a column that is not there, and no text.
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_limit(connection_, SQLITE_LIMIT_ATTACHED, 0);
  // SQLite makes its own virtual tables when they are first named, which the authorizer forbids: of
  // those named here no harm comes. What is sorted stays in memory.
  const int set =
      sqlite3_exec(connection_,
                   "SELECT 1 FROM json_each('[]'), json_tree('[]'), "
                   "pragma_table_info('t'), pragma_table_xinfo('t'), pragma_table_list, "
                   "pragma_function_list, pragma_collation_list LIMIT 0;"
                   "PRAGMA temp_store = MEMORY; PRAGMA query_only = ON",
                   nullptr, nullptr, nullptr);
  return set == SQLITE_OK ? sqlite3_set_authorizer(connection_, Authorize, this) : set;
}

int SqlSession::Authorize(void* session, int action, const char* first, const char* second,
                          const char*, const char*) {
  bool may = false;
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
      may = true;
      break;
    case SQLITE_FUNCTION:
      may = second != nullptr && !absl::EqualsIgnoreCase(second, "load_extension");
      break;
    case SQLITE_PRAGMA:
      may = first != nullptr && std::find(std::begin(kPragmas), std::end(kPragmas),
                                          absl::AsciiStrToLower(first)) != std::end(kPragmas);
      break;
    default:
      break;
  }
  if (may) return SQLITE_OK;
  static_cast<SqlSession*>(session)->denied_ = true;
  return SQLITE_DENY;
}

absl::Status SqlSession::Run(std::string_view sql, const ResultVisitor& visitor) {
  error_byte_.reset();
  absl::Status done;
  std::string_view rest = sql;
  while (!rest.empty() && done.ok()) {
    const std::size_t begin = sql.size() - rest.size();
    done = RunNext(&rest, visitor);
    if (!done.ok() && error_byte_.has_value()) *error_byte_ += begin;
  }
  return done;
}

// The text's first statement, which is taken off it.
absl::Status SqlSession::RunNext(std::string_view* sql, const ResultVisitor& visitor) {
  const Ending ending(tables_);
  denied_ = false;
  sqlite3_stmt* prepared = nullptr;
  const char* behind = nullptr;
  int code = sqlite3_prepare_v2(connection_, sql->data(), static_cast<int>(sql->size()), &prepared,
                                &behind);
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(prepared, sqlite3_finalize);
  // A second lock, beside the authorizer.
  if (prepared != nullptr && sqlite3_stmt_readonly(prepared) == 0) {
    denied_ = true;
    code = SQLITE_AUTH;
  }
  if (code != SQLITE_OK) return ErrorOf(code, *sql);
  const auto bytes = static_cast<std::size_t>(behind - sql->data());
  if (bytes == 0) {
    error_byte_ = 0;
    return absl::InvalidArgumentError("expected a statement, found a NUL character");
  }
  const std::string_view text = sql->substr(0, bytes);
  sql->remove_prefix(bytes);
  return prepared == nullptr ? absl::OkStatus() : Step(prepared, text, visitor);
}

absl::Status SqlSession::Step(sqlite3_stmt* statement, std::string_view text,
                              const ResultVisitor& visitor) {
  ResultRow result(statement);
  if (visitor.columns) visitor.columns(result.Names());
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    if (visitor.row && !visitor.row(result.Read())) break;
  }
  if (code != SQLITE_ROW && code != SQLITE_DONE) return ErrorOf(code, text);
  if (visitor.end) visitor.end();
  return absl::OkStatus();
}

absl::Status SqlSession::ErrorOf(int code, std::string_view statement) {
  for (const std::unique_ptr<TableSource>& table : tables_) {
    if (!table->failure.ok()) return std::exchange(table->failure, absl::OkStatus());
  }
  if (code == SQLITE_INTERRUPT) return absl::CancelledError("the query was interrupted");
  const std::string message =
      connection_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(connection_);
  if (code == SQLITE_NOMEM) return absl::ResourceExhaustedError("sql: " + message);
  // The second is what SQLite says of its own accord.
  if (denied_ || absl::EndsWith(message, " may not be modified"))
    return absl::InvalidArgumentError(kReadOnly);
  const int byte = sqlite3_error_offset(connection_);
  if (byte >= 0) error_byte_ = static_cast<std::size_t>(byte);
  return UnknownName(message, statement);
}

// In SQLite's words, with what may have been meant.
absl::Status SqlSession::UnknownName(const std::string& message, std::string_view statement) {
  std::vector<std::string> names;
  if (const auto table = NameBehind(message, "no such table: "); table.has_value()) {
    for (const auto& other : tables_) names.push_back(other->name());
    return absl::NotFoundError(engine::NoSuchTable(WithoutQualifier(*table), names));
  }
  if (const auto column = NameBehind(message, "no such column: "); column.has_value()) {
    if (error_byte_.has_value() && *error_byte_ < statement.size() &&
        statement[*error_byte_] == '"') {
      return absl::InvalidArgumentError(message + "; a text stands in single quotes: '" + *column +
                                        "'");
    }
    for (const auto& table : tables_)
      names.insert(names.end(), table->names.begin(), table->names.end());
    return absl::InvalidArgumentError(WithSuggestion(message, WithoutQualifier(*column), names));
  }
  if (const auto function = NameBehind(message, "no such function: "); function.has_value()) {
    return absl::InvalidArgumentError(WithSuggestion(message, *function, FunctionNames()));
  }
  return absl::InvalidArgumentError(message);
}

std::vector<std::string> SqlSession::FunctionNames() {
  std::vector<std::string> names;
  const auto add = [](void* to, int, char** cells, char**) {
    static_cast<std::vector<std::string>*>(to)->emplace_back(cells[0]);
    return 0;
  };
  sqlite3_exec(connection_, "SELECT DISTINCT name FROM pragma_function_list", add, &names, nullptr);
  return names;
}

bool SqlSession::IsComplete(const std::string& sql) { return sqlite3_complete(sql.c_str()) != 0; }

std::uint64_t SqlSession::records_read() const {
  std::uint64_t records = 0;
  for (const auto& table : tables_) records += table->records_read;
  return records;
}

}  // namespace linedb::sqlite
