// sql: SQLite's SELECT over the tables.

#include <algorithm>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "CLI/App.hpp"
#include "absl/strings/str_cat.h"
#include "engine/nearest_name.h"
#include "tools/bridges/sqlite/sql_session.h"
#include "tools/bridges/sqlite/sql_value.h"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/commands.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/fd_stream.h"
#include "tools/dbtool/output.h"
#include "tools/dbtool/process.h"

namespace linedb::dbtool {
namespace {

struct SqlCommand {
  std::string directory;
  std::string query;
};

std::string JsonOf(std::string_view text) {
  std::string json;
  AppendQuoted(text, &json);
  return json;
}

// One run of the command.
class SqlRun {
 public:
  SqlRun(Context& context, sqlite::SqlSession& session) : context_(context), session_(session) {}

  // Statements, or a word with a point before it.
  int Query(const std::string& sql) {
    if (sql[0] == '.') return Word(sql);
    const absl::Status run = Statements(sql);
    const auto byte = session_.error_byte();
    return run.ok() ? kExitOk : FailAt(byte ? absl::StrCat("byte ", *byte, ": ") : "", run);
  }

  // The same, a line or more each; the last one needs no semicolon. The first error is the end.
  int Script(std::istream& input) {
    std::size_t line_number = 0;
    for (std::string line; std::getline(input, line);) {
      ++line_number;
      if (pending_.empty() && IsBlank(line)) continue;
      if (pending_.empty()) first_line_ = line_number;
      if (!Take(line)) continue;
      if (const int done = RunPending(); done != kExitOk || !context_.out.good()) return done;
    }
    return pending_.empty() ? kExitOk : RunPending();
  }

  // The same for somebody at a terminal, who reads of an error and goes on.
  int Prompt(std::istream& input) {
    std::string line;
    for (ShowPrompt(); std::getline(input, line); ShowPrompt()) {
      if (pending_.empty() && IsBlank(line)) continue;
      if (pending_.empty() && (line == ".quit" || line == ".exit")) return kExitOk;
      if (!Take(line)) continue;
      const int done = Query(std::exchange(pending_, ""));
      if (done == kExitInterrupted) return done;
      context_.out.flush();
    }
    std::cerr << '\n';
    return kExitOk;
  }

 private:
  static bool IsBlank(const std::string& line) {
    return line.find_first_not_of(" \t\r") == line.npos;
  }
  void ShowPrompt() const { std::cerr << (pending_.empty() ? "sql> " : "...> ") << std::flush; }

  // Whether what has been read so far can be run.
  bool Take(const std::string& line) {
    pending_ += line + '\n';
    return pending_[0] == '.' || sqlite::SqlSession::IsComplete(pending_);
  }

  int RunPending() {
    const std::string sql = std::exchange(pending_, "");
    if (sql[0] == '.') return Word(sql);
    const absl::Status run = Statements(sql);
    context_.out.flush();
    return run.ok() ? kExitOk : FailAt(PlaceOf(sql), run);
  }

  // As of any file that is read: "<stdin>:3:8: ".
  std::string PlaceOf(const std::string& sql) const {
    const auto byte = session_.error_byte();
    if (!byte.has_value()) return "";
    const std::string before = sql.substr(0, *byte);
    const auto lines = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    const std::size_t column = before.size() - (before.rfind('\n') + 1);  // npos + 1 is 0
    return absl::StrCat("<stdin>:", first_line_ + lines, ":", column + 1, ": ");
  }

  int FailAt(const std::string& place, const absl::Status& status) {
    context_.out.flush();
    const std::string message = place + std::string(status.message());
    if (absl::IsInvalidArgument(status)) return FailUsage(context_, message);
    return Fail(context_, absl::Status(status.code(), message));
  }

  absl::Status Statements(const std::string& sql) {
    std::unique_ptr<RowWriter> writer;
    sqlite::ResultVisitor visitor;
    visitor.columns = [&](const std::vector<std::string>& names) { writer = NewWriter(names); };
    visitor.row = [&](const std::vector<std::string_view>& cells) {
      writer->Add(cells);
      return context_.out.good();
    };
    visitor.end = [&] { writer->End(); };
    const std::uint64_t before = session_.records_read();
    absl::Status run = session_.Run(sql, visitor);
    Detail(context_, Counted(session_.records_read() - before, "record") + " read");
    return run;
  }

  // Tables of two statements have a line between them.
  std::unique_ptr<RowWriter> NewWriter(const std::vector<std::string>& names) {
    const Format format = OutputFormat(context_);
    const bool is_first = std::exchange(is_first_, false);
    if (!is_first && !context_.json && format == Format::kTable) context_.out << '\n';
    if (!is_first && !context_.json && format == Format::kCsv) context_.out << "\r\n";
    return NewRowWriter(context_, {.columns = names, .rows_name = "rows", .head_members = {}});
  }

  int Word(const std::string& line) {
    std::istringstream words(line);
    std::string word;
    std::string table;
    words >> word >> table;
    if (word == ".tables") return Tables();
    if (word == ".schema") return Columns(table);
    if (word == ".help") {
      std::cerr << "a query, with ; at its end   .tables   .schema [TABLE]   .quit\n";
      return kExitOk;
    }
    return FailUsage(context_, "there is no " + word, ".tables, .schema [TABLE], .help or .quit");
  }

  int Tables() {
    const auto writer = NewWriter({"table", "columns"});
    for (const auto& source : session_.tables()) {
      writer->Add({JsonOf(source->name()), std::to_string(source->names.size())});
    }
    writer->End();
    return kExitOk;
  }

  int Columns(const std::string& table) {
    std::vector<std::string> names;
    for (const auto& source : session_.tables()) names.push_back(source->name());
    if (!table.empty() && std::find(names.begin(), names.end(), table) == names.end()) {
      return Fail(context_, absl::NotFoundError(engine::NoSuchTable(table, names)));
    }
    const auto writer = NewWriter({"table", "column", "type"});
    for (const auto& source : session_.tables()) {
      if (!table.empty() && source->name() != table) continue;
      for (std::size_t i = 0; i < source->names.size(); ++i) {
        const Type type = source->layout.schema().columns[i].type;
        writer->Add(
            {JsonOf(source->name()), JsonOf(source->names[i]), JsonOf(sqlite::DeclaredType(type))});
      }
    }
    writer->End();
    return kExitOk;
  }

  Context& context_;
  sqlite::SqlSession& session_;
  std::string pending_;         // of a statement that is not whole yet
  std::size_t first_line_ = 0;  // where it begins
  bool is_first_ = true;
};

int Sql(Context& context, const SqlCommand& command) {
  auto database = OpenDatabase(context, command.directory, Access::kReadOnly);
  if (!database.ok()) return FailOpen(context, database.status());
  auto session = sqlite::SqlSession::Open(**database);
  if (!session.ok()) return Fail(context, session.status());
  CatchInterrupts();
  (*session)->set_interrupted(Interrupted);
  SqlRun run(context, **session);
  if (!command.query.empty() && command.query != "-") return run.Query(command.query);
  FdBuffer buffer(STDIN_FILENO, FdBuffer::Use::kRead);
  std::istream input(&buffer);
  const bool is_prompt = IsTerminal(STDIN_FILENO) && IsTerminal(STDERR_FILENO);
  if (is_prompt) Note(context, "a query ends with ; and .help tells more");
  const int done = is_prompt ? run.Prompt(input) : run.Script(input);
  if (done != kExitOk) return done;
  if (Interrupted()) return Fail(context, absl::CancelledError("interrupted"));
  if (buffer.error() == 0) return kExitOk;
  return Fail(context,
              absl::InternalError(absl::StrCat("read <stdin>: ", ErrorText(buffer.error()))));
}

}  // namespace

void AddSqlCommand(CLI::App& app, Context& context) {
  auto sql = std::make_shared<SqlCommand>();
  CLI::App* command = AddCommand(
      app, "sql", "Ask in SQL: SQLite's SELECT over all tables",
      {"dbtool sql data/university 'SELECT name, gpa FROM student ORDER BY gpa DESC LIMIT 3'",
       "dbtool sql data/university 'SELECT name, grade FROM student JOIN enrollment ON "
       "student_id = id' --format csv",
       "echo 'SELECT count(*) FROM student;' | dbtool sql data/university",
       "dbtool sql data/university .schema"});
  AddDirectory(command, &sql->directory);
  command
      ->add_option("QUERY", sql->query,
                   "Statements; without, or with -, from stdin, on a terminal with a prompt")
      ->type_name("");
  command->callback([&context, sql] { context.action = [&, sql] { return Sql(context, *sql); }; });
}

}  // namespace linedb::dbtool
