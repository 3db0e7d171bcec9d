#include "tests/crash/judge.h"

#include "absl/strings/str_cat.h"
#include "engine/verify.h"
#include "tests/crash/step.h"
#include "tests/crash/workload.h"
#include "wal/file_names.h"

namespace linedb::testing {
namespace {

constexpr int kProbe = 0;  // recoveries that are crashed in their turn take 1, 2 …

std::string Problems(wal::FileSystem& disk) {
  const absl::StatusOr<VerifyReport> report =
      engine::VerifyDatabase(disk, wal::DatabasePaths(kDatabase));
  if (!report.ok()) return "verify: " + report.status().ToString();
  std::string text;
  for (const Problem& problem : report->problems) {
    absl::StrAppend(&text, "verify: ", problem.file, " line ", problem.line, " byte ", problem.byte,
                    " ", problem.kind, ": ", problem.message, "\n");
  }
  return text;
}

// The steps of a verdict; returns what is wrong.
std::string Try(wal::FileSystem& disk, std::string* state) {
  Process process;
  process.disk = &disk;
  absl::Status done = process.Open();
  if (!done.ok()) return "opening: " + done.ToString();
  *state = Observe(*process.engine);
  done = TakeProbe(process, kProbe);
  if (!done.ok()) return "a new commit: " + done.ToString();
  done = process.Close();
  if (!done.ok()) return "closing: " + done.ToString();
  std::string problems = Problems(disk);
  if (!problems.empty()) return problems;
  done = process.Open();
  if (!done.ok()) return "opening again: " + done.ToString();
  const std::string again = Observe(*process.engine);
  if (again != WithProbe(*state, kProbe)) return "opened again it shows:\n" + again;
  return "";
}

}  // namespace

Verdict Judge(const DiskImage& image) {
  const std::unique_ptr<wal::FileSystem> disk = image.Mount();
  Verdict verdict;
  verdict.trouble = Try(*disk, &verdict.state);
  return verdict;
}

}  // namespace linedb::testing
