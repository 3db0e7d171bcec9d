#include "tools/dbtool/slice_command.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "linedb/database.h"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/report.h"

namespace linedb::dbtool {
namespace {

struct SliceCommand {
  std::string directory;
  std::string target;
  std::uint64_t from = 0;
  std::uint64_t through = 0;
  std::vector<std::string> mask;
  std::string mask_secret;
  bool dry_run = false;
};

ReportJson ReportOf(const SliceCommand& command, const SliceReport& done) {
  return {{"directory", command.directory},
          {"target", command.target},
          {"dry_run", command.dry_run},
          {"database", command.dry_run ? ReportJson(nullptr) : ReportJson(done.database)},
          {"lsn_first", done.first_lsn},
          {"lsn_last", done.last_lsn},
          {"transactions", done.transactions},
          {"operations", done.operations},
          {"tables", done.tables},
          {"records_before", done.records_before},
          {"values_masked", done.values_masked},
          {"notes", done.notes}};
}

int RunSlice(Context& context, const SliceCommand& command) {
  SliceOptions options;
  options.first_lsn = command.from;
  options.last_lsn = command.through == 0 ? command.from : command.through;
  options.mask = command.mask;
  options.mask_secret = command.mask_secret;
  options.dry_run = command.dry_run;
  const auto done = Database::Slice(command.directory, command.target, options);
  if (!done.ok()) return FailMaking(context, {"slice", command.target}, done.status());
  for (const std::string& note : done->notes) Note(context, note);
  PrintReport(context, ReportOf(command, *done), "", [&](std::ostream& output) {
    PrintPairs(output, {{command.dry_run ? "would slice" : "sliced", command.target},
                        {"transactions", WithThousands(done->transactions) + ", lsn " +
                                             std::to_string(done->first_lsn) + " to " +
                                             std::to_string(done->last_lsn)},
                        {"operations", WithThousands(done->operations)},
                        {"tables before", WithThousands(done->tables)},
                        {"records before", WithThousands(done->records_before)},
                        {"values masked", WithThousands(done->values_masked)}});
  });
  return kExitOk;
}

}  // namespace

void AddSlice(CLI::App& app, Context& context) {
  auto slice = std::make_shared<SliceCommand>();
  CLI::App* command = AddCommand(
      app, "slice", "Cut a few transactions into a small database: a bug report to mail",
      {"dbtool slice data/university --to slices/plan --from 2 --through 7 --dry-run",
       "dbtool slice data/university --to slices/plain --from 6 --through 7",
       "dbtool slice data/university --to slices/names --from 2 --mask name --mask student.email",
       "dbtool slice data/university --to slices/masked --from 2 --through 7 --mask all --json"});
  AddDirectory(command, &slice->directory);
  command->add_option("--to", slice->target, "A new or empty directory")
      ->required()
      ->type_name("NEWDIR");
  command
      ->add_option("--from", slice->from,
                   "The transaction with this operation, as `wal` shows it, ...")
      ->required()
      ->check(WholeNumber())
      ->type_name("LSN");
  command->add_option("--through", slice->through, "... and those up to the one with this")
      ->check(WholeNumber())
      ->type_name("LSN");
  command
      ->add_option("--mask", slice->mask,
                   "Mask the values of COLUMN (in every table), TABLE.COLUMN, or all; repeatable.\n"
                   "Equal values stay equal, different ones different; length and type stay")
      ->allow_extra_args(false)
      ->type_name("COLUMN");
  command
      ->add_option(
          "--mask-secret", slice->mask_secret,
          "Make the masks by this word, so that another slice has the same ones; who knows\n"
          "it can try which values they come from. Without, a word is drawn and forgotten")
      ->type_name("WORD");
  command->add_flag("--dry-run", slice->dry_run, "Print the plan, write nothing");
  command->callback(
      [&context, slice] { context.action = [&, slice] { return RunSlice(context, *slice); }; });
}

}  // namespace linedb::dbtool
