// get, cat, grep: live records.

#include <algorithm>
#include <memory>
#include <utility>

#include "CLI/App.hpp"
#include "schema/record_codec.h"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/cell_text.h"
#include "tools/dbtool/commands.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/output.h"
#include "tools/dbtool/pattern.h"
#include "tools/dbtool/table_query.h"

namespace linedb::dbtool {
namespace {

constexpr char kWhereHelp[] =
    "Only those for which it is true: comparisons, and, or, not, in (...), between, is null, + - * "
    "/ %, starts_with(a, b), ends_with, contains, length(a); text in single quotes, columns "
    "with spaces in double ones: \"US Gross\" > 1";

struct ReadOptions {
  std::string directory;
  std::string table;
  std::string key;
  std::string columns;
  QueryWords query;
  std::string pattern;
  bool ignore_case = false;
};

// A table's lines, split into cells of some of its columns.
class Projection {
 public:
  explicit Projection(schema::RecordLayout layout)
      : layout_(std::move(layout)), spans_(layout_.columns().size()) {}

  // All columns but the hidden row number, unless some are named.
  absl::Status Choose(const std::string& names) {
    if (names.empty()) {
      for (int i = layout_.has_row_id() ? 1 : 0; i < layout_.column_count(); ++i) {
        chosen_.push_back(static_cast<std::size_t>(i));
      }
      return absl::OkStatus();
    }
    for (const std::string& name : SplitNames(names)) {
      absl::StatusOr<int> column = FindColumn(layout_, name);
      if (!column.ok()) return column.status();
      const std::size_t number = static_cast<std::size_t>(*column);
      if (std::find(chosen_.begin(), chosen_.end(), number) != chosen_.end()) {
        return absl::InvalidArgumentError("the column " + name + " is named twice");
      }
      chosen_.push_back(number);
    }
    return absl::OkStatus();
  }

  absl::Status Split(std::string_view line) {
    if (schema::SplitCanonical(layout_, line, layout_.column_count() - 1, spans_.data())) {
      return absl::OkStatus();
    }
    return absl::DataLossError(layout_.schema().table_name +
                               ": not a record of the table: " + std::string(line.substr(0, 200)));
  }

  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const std::size_t column : chosen_) names.push_back(layout_.columns()[column].name);
    return names;
  }

  // Of the line that was split last.
  void AppendCells(std::string_view line, std::vector<std::string_view>* cells) const {
    for (const std::size_t column : chosen_) cells->push_back(spans_[column].In(line));
  }

  const schema::RecordLayout& layout() const { return layout_; }
  const std::vector<schema::FieldSpan>& spans() const { return spans_; }

 private:
  schema::RecordLayout layout_;
  std::vector<schema::FieldSpan> spans_;
  std::vector<std::size_t> chosen_;
};

absl::StatusOr<Projection> ProjectionOf(const engine::TableCore& core) {
  absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(core.schema());
  if (!layout.ok()) return layout.status();
  return Projection(*std::move(layout));
}

std::string TableMember(const std::string& table) { return "\"table\":\"" + table + "\""; }

// For people a record stands upright: a line for each column.
void TellRecord(Context& context, const Projection& projection, std::string_view line) {
  std::vector<std::string_view> cells;
  projection.AppendCells(line, &cells);
  const std::vector<std::string> names = projection.Names();
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::size_t i = 0; i < names.size(); ++i) {
    pairs.emplace_back(names[i], cells[i] == "null" ? "" : VisibleText(cells[i]));
  }
  WriteUpright(context.out, pairs, 0);
}

int Get(Context& context, const ReadOptions& options) {
  auto database = OpenDatabase(context, options.directory, Access::kReadOnly);
  if (!database.ok()) return FailOpen(context, database.status());
  auto core = (*database)->OpenCore(options.table);
  if (!core.ok()) return Fail(context, core.status());
  auto projection = ProjectionOf(*core);
  if (!projection.ok()) return Fail(context, projection.status());
  auto key = core->KeyTextFromUser(0, options.key);
  if (!key.ok()) return FailUsage(context, std::string(key.status().message()));
  std::string line;
  absl::Status found = core->Visit({}, 0, *key, [&line](std::string_view record) {
    line = record;
    return absl::OkStatus();
  });
  if (found.ok()) found = projection->Choose("");
  if (found.ok()) found = projection->Split(line);
  if (!found.ok()) return Fail(context, found);
  if (ForPeople(context)) {
    TellRecord(context, *projection, line);
    return kExitOk;
  }
  std::unique_ptr<RowWriter> writer =
      NewRowWriter(context, {.columns = projection->Names(),
                             .rows_name = "records",
                             .head_members = TableMember(core->schema().table_name)});
  std::vector<std::string_view> cells;
  projection->AppendCells(line, &cells);
  writer->Add(cells);
  writer->End();
  return kExitOk;
}

absl::Status WriteLine(Projection& projection, std::string_view line, RowWriter& writer) {
  if (absl::Status split = projection.Split(line); !split.ok()) return split;
  std::vector<std::string_view> cells;
  projection.AppendCells(line, &cells);
  writer.Add(cells);
  return absl::OkStatus();
}

int Cat(Context& context, const ReadOptions& options) {
  auto database = OpenDatabase(context, options.directory, Access::kReadOnly);
  if (!database.ok()) return FailOpen(context, database.status());
  auto core = (*database)->OpenCore(options.table);
  if (!core.ok()) return Fail(context, core.status());
  auto projection = ProjectionOf(*core);
  if (!projection.ok()) return Fail(context, projection.status());
  absl::Status fits = projection->Choose(options.columns);
  const auto query = ParseQuery(*core, options.query);
  if (fits.ok()) fits = query.status();
  if (!fits.ok()) return FailUsage(context, std::string(fits.message()));
  const absl::StatusOr<ReadTransaction> snapshot = (*database)->BeginRead();
  if (!snapshot.ok()) return Fail(context, snapshot.status());
  const absl::StatusOr<std::string> plan = engine::ExplainQuery(*query, *snapshot);
  if (absl::IsInvalidArgument(plan.status())) {
    return FailUsage(context, std::string(plan.status().message()));
  }
  if (!plan.ok()) return Fail(context, plan.status());
  Detail(context, *plan);
  std::unique_ptr<RowWriter> writer =
      NewRowWriter(context, {.columns = projection->Names(),
                             .rows_name = "records",
                             .head_members = TableMember(core->schema().table_name)});
  absl::Status written;
  const absl::Status run = engine::RunQuery(*query, *snapshot, [&](const engine::ResultRow& row) {
    written = WriteLine(*projection, row.line(0), *writer);
    return written.ok() && context.out.good();
  });
  if (!run.ok() || !written.ok()) return Fail(context, run.ok() ? written : run);
  writer->End();
  return kExitOk;
}

// The records of one table that hold the pattern, in their own columns.
absl::Status GrepTable(Context& context, const engine::TableCore& core, const Pattern& pattern,
                       const std::function<absl::Status(Projection&, std::string_view)>& found) {
  auto projection = ProjectionOf(core);
  if (!projection.ok()) return projection.status();
  if (absl::Status chosen = projection->Choose(""); !chosen.ok()) return chosen;
  absl::StatusOr<engine::RecordCursor> cursor = core.Scan({});
  if (!cursor.ok()) return cursor.status();
  std::string_view line;
  while (context.out.good() && cursor->Next(&line)) {
    if (!pattern.IsIn(line)) continue;
    if (absl::Status told = found(*projection, line); !told.ok()) return told;
  }
  return cursor->status();
}

// The line as a record of its own, without the hidden row number.
absl::StatusOr<std::string> RecordText(Projection& projection, std::string_view line) {
  if (absl::Status split = projection.Split(line); !split.ok()) return split;
  if (!projection.layout().has_row_id()) return std::string(line);
  const std::size_t row_id_end = projection.spans()[0].end;
  return "{" + std::string(line.substr(std::min(row_id_end + 1, line.size() - 1)));
}

int GrepOne(Context& context, const engine::TableCore& core, const Pattern& pattern) {
  std::unique_ptr<RowWriter> writer;
  const absl::Status done =
      GrepTable(context, core, pattern, [&](Projection& projection, std::string_view line) {
        if (writer == nullptr) {
          writer = NewRowWriter(context, {.columns = projection.Names(),
                                          .rows_name = "records",
                                          .head_members = TableMember(core.schema().table_name)});
        }
        return WriteLine(projection, line, *writer);
      });
  if (!done.ok()) return Fail(context, done);
  if (writer == nullptr && context.json) {
    writer = NewRowWriter(context, {.columns = {},
                                    .rows_name = "records",
                                    .head_members = TableMember(core.schema().table_name)});
  }
  if (writer != nullptr) writer->End();
  return kExitOk;
}

int GrepAll(Context& context, Database& database, const Pattern& pattern) {
  std::unique_ptr<RowWriter> writer = NewRowWriter(
      context, {.columns = {"table", "record"}, .rows_name = "matches", .head_members = {}});
  for (const std::string& name : database.TableNames()) {
    auto core = database.OpenCore(name);
    if (!core.ok()) return Fail(context, core.status());
    const std::string quoted = '"' + name + '"';
    const absl::Status done =
        GrepTable(context, *core, pattern, [&](Projection& projection, std::string_view line) {
          auto text = RecordText(projection, line);
          if (text.ok()) writer->Add({quoted, *text});
          return text.status();
        });
    if (!done.ok()) return Fail(context, done);
  }
  writer->End();
  return kExitOk;
}

int Grep(Context& context, const ReadOptions& options) {
  const auto pattern =
      Pattern::Parse(options.pattern, options.ignore_case ? Letters::kIgnoreCase : Letters::kExact);
  if (!pattern.ok()) return FailUsage(context, std::string(pattern.status().message()));
  auto database = OpenDatabase(context, options.directory, Access::kReadOnly);
  if (!database.ok()) return FailOpen(context, database.status());
  if (options.table.empty()) return GrepAll(context, **database, *pattern);
  auto core = (*database)->OpenCore(options.table);
  if (!core.ok()) return Fail(context, core.status());
  return GrepOne(context, *core, *pattern);
}

}  // namespace

void AddReadCommands(CLI::App& app, Context& context) {
  auto options = std::make_shared<ReadOptions>();

  CLI::App* get = AddCommand(
      app, "get", "Show one record by its primary key",
      {"dbtool get data/university student 1", "dbtool get data/university enrollment '[1,101]'"});
  AddDirectory(get, &options->directory);
  AddTable(get, &options->table);
  get->add_option("KEY", options->key, "The key; a compound one as a JSON array")
      ->required()
      ->type_name("");
  get->callback(
      [&context, options] { context.action = [&, options] { return Get(context, *options); }; });

  CLI::App* cat = AddCommand(
      app, "cat", "Show a table's records",
      {"dbtool cat data/university student",
       "dbtool cat data/university student --columns id,name --limit 10",
       "dbtool cat data/university student --where \"gpa >= 3.5 or name in ('Bob', 'Eve')\"",
       "dbtool cat data/university student --where 'email is null' --order-by gpa:desc"});
  AddDirectory(cat, &options->directory);
  AddTable(cat, &options->table);
  cat->add_option("--columns", options->columns, "a,b: only these, in this order")
      ->type_name("COLUMNS");
  cat->add_option("--where", options->query.where, kWhereHelp)->type_name("EXPRESSION");
  cat->add_option("--order-by", options->query.order_by,
                  "a:desc,b: sorted by these, or by expressions; null comes first")
      ->type_name("ORDER");
  cat->add_option("--limit", options->query.limit, "At most that many records")
      ->check(WholeNumber())
      ->type_name("N");
  cat->callback(
      [&context, options] { context.action = [&, options] { return Cat(context, *options); }; });

  CLI::App* grep = AddCommand(
      app, "grep", "Show the live records that hold a pattern",
      {"dbtool grep data/university Alice", "dbtool grep data/university -i 'alice|bob' student"});
  AddDirectory(grep, &options->directory);
  grep->add_option("PATTERN", options->pattern, "Plain text, or a regular expression (ECMAScript)")
      ->required()
      ->type_name("");
  grep->add_option("TABLE", options->table, "Only in this table")->type_name("");
  grep->add_flag("-i,--ignore-case", options->ignore_case, "ASCII letters match in either case");
  grep->callback(
      [&context, options] { context.action = [&, options] { return Grep(context, *options); }; });
}

}  // namespace linedb::dbtool
