// bisect: which transaction broke it.

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "CLI/App.hpp"
#include "linedb/bisect.h"
#include "linedb/database.h"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/commands.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/process.h"
#include "tools/dbtool/report.h"

namespace linedb::dbtool {
namespace {

struct BisectCommand {
  std::string directory;
  std::string test;
  std::string archives;
  std::string scratch;
};

// As `git bisect run` and the shell have it.
constexpr int kExitSkip = 125;
constexpr int kExitNotExecutable = 126;
constexpr int kExitNotThere = 127;

// A directory of this process's own, removed at the end if it is empty then.
class Scratch {
 public:
  explicit Scratch(std::string wanted) : path_(std::move(wanted)) {
    if (!path_.empty()) return;
    const char* base = std::getenv("TMPDIR");
    path_ = std::string(base != nullptr && *base != '\0' ? base : "/tmp") + "/dbtool-bisect-XXXXXX";
    is_ours_ = ::mkdtemp(path_.data()) != nullptr;
    if (!is_ours_) error_ = errno;
  }
  ~Scratch() {
    std::error_code ignored;
    if (is_ours_) std::filesystem::remove(path_, ignored);
  }
  const std::string& path() const { return path_; }
  absl::Status status() const {
    if (error_ == 0) return absl::OkStatus();
    return absl::ErrnoToStatus(error_, "make " + path_ + ", or name a directory with --scratch");
  }

 private:
  std::string path_;
  bool is_ours_ = false;
  int error_ = 0;
};

// Runs the command in a shell, with $DB naming the state; what it prints goes to stderr. Its wait
// status.
absl::StatusOr<int> RunInShell(const std::string& command, const std::string& state) {
  if (::setenv("DB", state.c_str(), 1) != 0) return absl::ErrnoToStatus(errno, "set DB");
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  // What dbtool ignores for itself is not ignored by what it runs.
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t defaults;
  ::sigemptyset(&defaults);
  ::sigaddset(&defaults, SIGPIPE);
  ::sigaddset(&defaults, SIGXFSZ);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  std::string shell = "sh";
  std::string flag = "-c";
  std::string text = command;
  char* const words[] = {shell.data(), flag.data(), text.data(), nullptr};
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, "sh", &actions, &attributes, words, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) return absl::ErrnoToStatus(error, "run sh");
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return absl::ErrnoToStatus(errno, "wait for sh");
    if (Interrupted()) ::kill(child, SIGTERM);
  }
  return status;
}

absl::StatusOr<BisectVerdict> Judge(const std::string& command, const std::string& state) {
  if (Interrupted()) return absl::CancelledError("interrupted");
  const absl::StatusOr<int> status = RunInShell(command, state);
  if (!status.ok()) return status.status();
  if (Interrupted()) return absl::CancelledError("interrupted");
  if (!WIFEXITED(*status)) return BisectVerdict::kFails;  // a crash is what is looked for, too
  const int code = WEXITSTATUS(*status);
  if (code == kExitNotExecutable || code == kExitNotThere) {
    return absl::InvalidArgumentError("--test: the shell cannot run it (exit code " +
                                      std::to_string(code) + "): " + command);
  }
  if (code == kExitSkip) return BisectVerdict::kSkipped;
  return code == 0 ? BisectVerdict::kHolds : BisectVerdict::kFails;
}

void TellStep(const Context& context, const BisectStep& step) {
  const char* words[] = {"holds", "fails", "skipped"};
  Note(context, "run " + std::to_string(step.run) + ", " +
                    (step.runs_left == 0 ? "the last"
                                         : "at most " + std::to_string(step.runs_left) + " more") +
                    ": lsn " + std::to_string(step.lsn) + ", " + step.timestamp + ": " +
                    words[static_cast<int>(step.verdict)]);
}

void Report(Context& context, const BisectCommand& command, const BisectReport& done) {
  const ReportJson report = {{"directory", command.directory},
                             {"first_lsn", done.first_lsn},
                             {"last_lsn", done.last_lsn},
                             {"txn", done.transaction},
                             {"timestamp", done.timestamp},
                             {"holds_lsn", done.holds_lsn},
                             {"transactions_between", done.transactions_between},
                             {"transactions", done.transactions},
                             {"runs", done.runs}};
  PrintReport(context, report, "", [&](std::ostream& output) {
    const std::string first = std::to_string(done.first_lsn);
    const std::string last = std::to_string(done.last_lsn);
    std::vector<std::pair<std::string, std::string>> pairs = {
        {"fails from", "transaction " + std::to_string(done.transaction) + ", lsn " + first +
                           (first == last ? "" : " to " + last) + ", " + done.timestamp},
        {"holds until", "lsn " + std::to_string(done.holds_lsn)},
        {"searched",
         Counted(done.transactions, "transaction") + " in " + Counted(done.runs, "run")},
        {"look", "dbtool wal " + command.directory + " --from " + first + " --to " + last}};
    if (done.transactions_between > 0) {
      pairs.insert(pairs.begin() + 2,
                   {"uncertain", Counted(done.transactions_between, "transaction") +
                                     " between were skipped: it may be one of them"});
    }
    PrintPairs(output, pairs);
  });
}

int RunBisect(Context& context, const BisectCommand& command) {
  CatchInterrupts();
  const Scratch scratch(command.scratch);
  if (!scratch.status().ok()) return Fail(context, scratch.status());
  BisectOptions options;
  options.archives = command.archives;
  options.scratch = scratch.path();
  options.progress = [&context](const BisectStep& step) { TellStep(context, step); };
  const absl::StatusOr<BisectReport> done =
      Database::Bisect(command.directory, options, [&](const std::string& state) {
        return Judge(command.test, std::filesystem::absolute(state).string());
      });
  if (absl::IsInvalidArgument(done.status())) {
    return FailUsage(context, std::string(done.status().message()));
  }
  if (!done.ok()) return Fail(context, done.status());
  Report(context, command, *done);
  return kExitOk;
}

}  // namespace

void AddBisectCommand(CLI::App& app, Context& context) {
  auto bisect = std::make_shared<BisectCommand>();
  CLI::App* command =
      AddCommand(app, "bisect", "Find the first transaction after which a test of yours fails",
                 {"dbtool bisect data/university --test '! dbtool get \"$DB\" student 3'",
                  "dbtool bisect data/university --json "
                  "--test 'test $(dbtool cat \"$DB\" student | wc -l) -lt 2'"});
  AddDirectory(command, &bisect->directory);
  command
      ->add_option("--test", bisect->test,
                   "Run by sh, with $DB the directory of a copy of the database as it was. Exit\n"
                   "code 0: it holds; 125: nobody can say; another, or a crash: it fails")
      ->required()
      ->type_name("COMMAND");
  command
      ->add_option("--archives", bisect->archives,
                   "DIR is a backup: go on with the logs of this, the live database")
      ->type_name("DIR");
  command
      ->add_option("--scratch", bisect->scratch,
                   "Where to restore the copies (default: a new directory in TMPDIR)")
      ->type_name("DIR");
  command->callback(
      [&context, bisect] { context.action = [&, bisect] { return RunBisect(context, *bisect); }; });
}

}  // namespace linedb::dbtool
