#include "tools/dbtool/diff_command.h"

#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "linedb/diff.h"
#include "linedb/table_schema.h"
#include "schema/schema_document.h"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/cell_text.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/moment.h"
#include "tools/dbtool/output.h"
#include "tools/dbtool/process.h"
#include "tools/dbtool/progress_line.h"
#include "tools/dbtool/report.h"

namespace linedb::dbtool {
namespace {

struct DiffCommand {
  std::string before;
  std::string after;
  std::string from;
  std::string to;
  std::string table;
  bool summary = false;

  bool of_moments() const { return !from.empty(); }
};

const char* ChangeName(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kInsert:
      return "insert";
    case ChangeKind::kUpdate:
      return "update";
    case ChangeKind::kDelete:
      return "delete";
    case ChangeKind::kCreateTable:
      return "create_table";
    case ChangeKind::kAlterTable:
      return "alter_table";
    case ChangeKind::kPurge:
    case ChangeKind::kPurged:  // no difference of its own
    case ChangeKind::kDropTable:
      break;
  }
  return "drop_table";
}

// For people: a line a difference, `+`, `-` or `~` first.
class PeopleWriter {
 public:
  explicit PeopleWriter(Context& context)
      : out_(context.out),
        color_(UseColor(context, STDOUT_FILENO)),
        width_(LineWidthMax(context)) {}

  void Add(const Difference& difference) {
    const std::string table(difference.table);
    switch (difference.kind) {
      case ChangeKind::kInsert:
      case ChangeKind::kCreateTable:
        return Line('+', table + TextOf(difference, difference.after));
      case ChangeKind::kDelete:
      case ChangeKind::kPurge:
      case ChangeKind::kPurged:
      case ChangeKind::kDropTable:
        return Line('-', table + TextOf(difference, difference.before));
      case ChangeKind::kUpdate:
        return Line('~', table + KeyText(difference) + Columns(difference));
      case ChangeKind::kAlterTable:
        return TellAltered(difference);
    }
  }

 private:
  static std::string KeyText(const Difference& difference) {
    return difference.key.empty() ? "" : " " + std::string(difference.key);
  }
  static std::string TextOf(const Difference& difference, std::string_view text) {
    const bool is_table =
        difference.kind == ChangeKind::kCreateTable || difference.kind == ChangeKind::kDropTable;
    return (is_table ? " (table)" : KeyText(difference)) + "  " + std::string(text);
  }
  static std::string Columns(const Difference& difference) {
    std::string text;
    for (const ColumnChange& change : difference.columns) {
      text += text.empty() ? "  " : ", ";
      text += std::string(change.column) + ": " +
              (change.before.empty() ? "(none)" : std::string(change.before)) + " -> " +
              std::string(change.after);
    }
    return text;
  }

  void TellAltered(const Difference& difference) {
    const std::string table(difference.table);
    const auto before = schema::ParseSchemaDocument(difference.before);
    const auto after = schema::ParseSchemaDocument(difference.after);
    std::vector<std::string> sentences;
    if (before.ok() && after.ok()) sentences = SchemaDifferences(before->schema, after->schema);
    if (sentences.empty()) sentences = {"the order of its columns, or what is noted beside them"};
    for (const std::string& sentence : sentences) Line('~', table + " (table)  " + sentence);
  }

  void Line(char sign, const std::string& text) {
    const char* color = sign == '+' ? "\033[32m" : sign == '-' ? "\033[31m" : "\033[33m";
    const std::string line =
        width_ == 0 ? text : CutToWidth(text, width_ > kSignWidth ? width_ - kSignWidth : 1);
    out_ << (color_ ? color : "") << sign << ' ' << line << (color_ ? "\033[0m" : "") << '\n';
  }

  static constexpr std::size_t kSignWidth = 2;

  std::ostream& out_;
  const bool color_;
  const std::size_t width_;  // of a line; 0: without end
};

std::string NamesOf(const Difference& difference) {
  std::string names = "[";
  for (const ColumnChange& change : difference.columns) {
    if (names.size() > 1) names += ',';
    AppendQuoted(change.column, &names);
  }
  return names + "]";
}

std::string_view OrNull(std::string_view json) { return json.empty() ? "null" : json; }

// Everything on stdout that is not for people, and for them the summary.
std::unique_ptr<RowWriter> NewDifferenceWriter(Context& context) {
  return NewRowWriter(context, {.columns = {"table", "change", "key", "before", "after", "columns"},
                                .rows_name = "differences",
                                .head_members = {}});
}

void AddRow(const Difference& difference, RowWriter& writer) {
  std::string table;
  std::string change;
  AppendQuoted(difference.table, &table);
  AppendQuoted(ChangeName(difference.kind), &change);
  writer.Add({table, change, OrNull(difference.key), OrNull(difference.before),
              OrNull(difference.after), NamesOf(difference)});
}

void TellSummary(Context& context, const DiffReport& report) {
  std::unique_ptr<RowWriter> writer =
      NewRowWriter(context, {.columns = {"table", "schema", "inserted", "updated", "deleted"},
                             .rows_name = "tables",
                             .head_members = {}});
  for (const TableDifferences& table : report.tables) {
    std::string name;
    AppendQuoted(table.table, &name);
    const std::string inserted = std::to_string(table.inserted);
    const std::string updated = std::to_string(table.updated);
    const std::string deleted = std::to_string(table.deleted);
    const std::string_view schema = table.schema ? "true" : "false";
    const std::string_view told = table.schema ? "differs" : "null";
    writer->Add({name, ForPeople(context) ? told : schema, inserted, updated, deleted});
  }
  writer->End();
}

void NoteCounts(const Context& context, const DiffReport& report) {
  for (const std::string& note : report.notes) Note(context, note);
  if (report.tables.empty()) return Note(context, "equal");
  std::uint64_t inserted = 0;
  std::uint64_t updated = 0;
  std::uint64_t deleted = 0;
  for (const TableDifferences& table : report.tables) {
    inserted += table.inserted;
    updated += table.updated;
    deleted += table.deleted;
  }
  const bool one = report.tables.size() == 1;
  Note(context, Counted(report.tables.size(), "table") + (one ? " differs" : " differ") +
                    ": inserted " + WithThousands(inserted) + ", updated " +
                    WithThousands(updated) + ", deleted " + WithThousands(deleted));
}

absl::StatusOr<DiffReport> Compare(Context& context, const DiffCommand& command,
                                   const DifferenceVisitor& visit) {
  ProgressLine line(context);
  DiffOptions options;
  options.table = command.table;
  options.progress = [&line](std::uint64_t) {
    line.Show("comparing", 0, 0);
    return !Interrupted();
  };
  if (command.of_moments()) {
    return DiffMoments(command.before, MomentOf(command.from), MomentOf(command.to), options,
                       visit);
  }
  auto before = OpenDatabase(context, command.before, Access::kReadOnly);
  if (!before.ok()) return before.status();
  auto after = OpenDatabase(context, command.after, Access::kReadOnly);
  if (!after.ok()) return after.status();
  return DiffDatabases(**before, **after, options, visit);
}

int RunDiff(Context& context, const DiffCommand& command) {
  if (command.of_moments() == !command.after.empty() ||
      (!command.to.empty() && !command.of_moments())) {
    return FailUsage(context, "diff takes two databases, or one and --from",
                     "`dbtool help diff` shows both");
  }
  CatchInterrupts();
  const bool for_people = !command.summary && ForPeople(context);
  PeopleWriter people(context);
  std::unique_ptr<RowWriter> writer;
  const bool silent = context.quiet || command.summary || for_people;
  const auto report = Compare(context, command, [&](const Difference& difference) {
    if (for_people && !context.quiet) people.Add(difference);
    if (!silent && writer == nullptr) writer = NewDifferenceWriter(context);
    if (writer != nullptr) AddRow(difference, *writer);
    // Whether there is one is all that --quiet asks.
    return context.out.good() && !(context.quiet && !command.summary);
  });
  if (report.ok() && !silent && writer == nullptr) writer = NewDifferenceWriter(context);
  if (writer != nullptr) writer->End();
  if (!report.ok()) {
    return absl::IsInvalidArgument(report.status())
               ? FailUsage(context, std::string(report.status().message()),
                           MomentHint("--from", report.status()))
               : Fail(context, report.status());
  }
  if (command.summary) TellSummary(context, *report);
  context.out.flush();
  // Of a reader that has gone away before the end there are no counts.
  if (context.out.good()) NoteCounts(context, *report);
  return report->tables.empty() ? kExitOk : kExitProblems;
}

}  // namespace

void AddDiff(CLI::App& app, Context& context) {
  auto diff = std::make_shared<DiffCommand>();
  CLI::App* command = AddCommand(
      app, "diff", "Show what differs: two databases, or two moments of one",
      {"dbtool backup data/university backup/now", "dbtool diff data/university backup/now",
       "dbtool diff data/university backup/now --table student --json",
       "dbtool diff data/university --from 7",
       "dbtool diff data/university --from 7 --to 2099-01-22T20:31:17Z --summary"});
  command->add_option("DIR", diff->before, "The database directory")->required()->type_name("");
  command->add_option("DIR2", diff->after, "The other one")->type_name("");
  command
      ->add_option("--from", diff->from,
                   "Of DIR alone: the state at this lsn, as `wal` shows it, or time (UTC,\n"
                   "unless it says otherwise) ...")
      ->type_name("LSN|TIME");
  command->add_option("--to", diff->to, "... and at this one; without, the newest")
      ->type_name("LSN|TIME");
  command->add_option("--table", diff->table, "Only this table")->type_name("TABLE");
  command->add_flag("--summary", diff->summary, "How many rows of which tables differ");
  command->footer("Exit code 0: equal, 1: different. With -q nothing is shown.\n\n" +
                  command->get_footer());
  command->callback(
      [&context, diff] { context.action = [&, diff] { return RunDiff(context, *diff); }; });
}

}  // namespace linedb::dbtool
