// sql: SQLite's SELECT over the tables.

#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "CLI/App.hpp"
#include "tools/bridges/sqlite/sql_session.h"
#include "tools/bridges/sqlite/table_module.h"
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

// One run of the command.
class SqlRun {
 public:
  SqlRun(Context& context, sqlite::SqlSession& session) : context_(context), session_(session) {}

  int Query(const std::string& sql) {
    std::unique_ptr<RowWriter> writer;
    sqlite::ResultVisitor visitor;
    visitor.columns = [&](const std::vector<std::string>& names) {
      writer = NewRowWriter(context_, {.columns = names, .rows_name = "rows", .head_members = {}});
    };
    visitor.row = [&](const std::vector<std::string_view>& cells) {
      writer->Add(cells);
      return context_.out.good();
    };
    visitor.end = [&] { writer->End(); };
    const absl::Status run = session_.Run(sql, visitor);
    if (run.ok()) return kExitOk;
    context_.out.flush();
    if (!absl::IsInvalidArgument(run)) return Fail(context_, run);
    return FailUsage(context_, std::string(run.message()));
  }

  // Statements and words with a point before them, a line or more each. On a terminal an error is
  // told and the next one read; elsewhere it is the end.
  int Lines(std::istream& input, bool is_prompt) {
    std::string pending;
    for (std::string line; Prompt(is_prompt, pending), std::getline(input, line);) {
      if (pending.empty() && line.find_first_not_of(" \t\r") == line.npos) continue;
      if (pending.empty() && line[0] == '.') {
        if (line == ".quit" || line == ".exit") return kExitOk;
        const int done = Word(line);
        if (done != kExitOk && !is_prompt) return done;
        continue;
      }
      pending += line + '\n';
      if (!sqlite::SqlSession::IsComplete(pending)) continue;
      const int done = Query(std::exchange(pending, ""));
      context_.out.flush();
      if (!context_.out.good() || (done != kExitOk && !is_prompt)) return done;
    }
    if (is_prompt) std::cerr << '\n';
    if (Interrupted()) return Fail(context_, absl::CancelledError("interrupted"));
    return pending.empty() ? kExitOk : Query(pending);  // the last one needs no semicolon
  }

 private:
  static void Prompt(bool is_prompt, const std::string& pending) {
    if (is_prompt) std::cerr << (pending.empty() ? "sql> " : "...> ") << std::flush;
  }

  int Word(const std::string& line) {
    std::istringstream words(line);
    std::string word;
    std::string table;
    words >> word >> table;
    if (word == ".tables" || word == ".schema") {
      for (const auto& source : session_.tables()) {
        const std::string& name = source->layout.schema().table_name;
        if (!table.empty() && name != table) continue;
        context_.out << (word == ".tables" ? name : sqlite::DeclarationOf(*source) + ";") << '\n';
      }
      context_.out.flush();
      return kExitOk;
    }
    if (word == ".help") {
      std::cerr << "a query, ended by ;   .tables   .schema [TABLE]   .quit\n";
      return kExitOk;
    }
    return FailUsage(context_, "there is no " + word, ".tables, .schema [TABLE], .help or .quit");
  }

  Context& context_;
  sqlite::SqlSession& session_;
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
  return run.Lines(input, is_prompt);
}

}  // namespace

void AddSqlCommand(CLI::App& app, Context& context) {
  auto sql = std::make_shared<SqlCommand>();
  CLI::App* command = AddCommand(
      app, "sql", "Ask in SQL: SQLite's SELECT over all tables",
      {"dbtool sql data/university 'SELECT name, gpa FROM student ORDER BY gpa DESC LIMIT 3'",
       "dbtool sql data/university 'SELECT s.name, count(*) AS courses FROM student s JOIN "
       "enrollment e ON e.student_id = s.id GROUP BY s.id' --format csv",
       "echo 'SELECT count(*) FROM student;' | dbtool sql data/university"});
  AddDirectory(command, &sql->directory);
  command
      ->add_option("QUERY", sql->query,
                   "Statements; without, or with -, from stdin, on a terminal with a prompt")
      ->type_name("");
  command->callback([&context, sql] { context.action = [&, sql] { return Sql(context, *sql); }; });
}

}  // namespace linedb::dbtool
