#include "tests/bench/child.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/bench/works.h"

namespace bench {
namespace {

// A database of so many rows, closed properly.
void Build(Contender* contender, const ChildOptions& options) {
  EmptyDirectory(options.directory);
  contender->Open(options.directory);
  contender->SpareSafety();
  LoadRows(contender, options.rows);
  contender->Checkpoint();
  contender->Close();
}

// Commits behind a checkpoint, and dies.
void Kill(Contender* contender, const ChildOptions& options) {
  contender->Open(options.directory);
  contender->Checkpoint();
  for (std::int64_t i = 1; i <= kCommitsBeforeKill; ++i) {
    const Student row = MakeStudent(options.rows + i);
    contender->InsertEach({&row, 1});
  }
  raise(SIGKILL);
}

void Memory(Contender* contender, const ChildOptions& options) {
  EmptyDirectory(options.directory);
  contender->Open(options.directory);
  LoadRows(contender, options.rows);
  std::printf("%f %f\n", StatusMib("VmHWM"), StatusMib("RssAnon"));
  for (std::int64_t i = 0; i < options.rows / 10; ++i) {
    const auto chance = Mix(static_cast<std::uint64_t>(i));
    const std::int64_t key =
        1 + static_cast<std::int64_t>(chance % static_cast<std::uint64_t>(options.rows));
    const std::string email = MakeEmail(key);
    if (contender->ReadByKey({&key, 1}) != contender->ReadByEmail({&email, 1})) {
      Fail("the two keys lead to different rows");
    }
  }
  std::printf("%f\n", StatusMib("VmHWM"));
  contender->Checkpoint();
  std::printf("%f\n", DatabaseMib(options.directory));
  contender->Close();
}

}  // namespace

void ChildMain(const ChildOptions& options) {
  if (options.task == "replay") return RunReplayChild(options);
  const std::unique_ptr<Contender> contender = MakeContender(options.side);
  if (options.task == "build") return Build(contender.get(), options);
  if (options.task == "kill") return Kill(contender.get(), options);
  if (options.task == "memory") return Memory(contender.get(), options);
  if (options.task == "growth") return RunGrowthChild(contender.get(), options);
  if (options.task == "open") return RunOpenChild(contender.get(), options);
  Fail("no task is named " + options.task);
}

std::vector<double> RunChild(const ChildOptions& options, ChildEnd end) {
  // exec: the child's end is the shell's, too.
  const std::string program = std::filesystem::read_symlink("/proc/self/exe");
  std::istringstream output(OutputOf(
      "exec " + Quoted(program) + " --child " + options.task + " --child-side " + options.side +
          " --rows " + std::to_string(options.rows) + " --dir " + Quoted(options.directory),
      end));
  std::vector<double> numbers;
  for (double number = 0; output >> number;) numbers.push_back(number);
  return numbers;
}

std::string OutputOf(const std::string& command, ChildEnd end) {
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) Fail("cannot run " + command);
  std::string output;
  char part[256];
  while (std::fgets(part, sizeof part, pipe) != nullptr) output += part;
  const int status = pclose(pipe);
  const bool as_wanted =
      end == ChildEnd::kReturned ? status == 0 : WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  if (!as_wanted) Fail("failed: " + command);
  return output;
}

std::string Quoted(const std::string& word) {
  std::string quoted = "'";
  for (const char letter : word) {
    if (letter == '\'') {
      quoted += "'\\''";
    } else {
      quoted.push_back(letter);
    }
  }
  return quoted + "'";
}

std::string ProgramFolder() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
}

double StatusMib(const std::string& name) {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1)) / 1024;
  }
  Fail("/proc/self/status has no " + name);
}

double DatabaseMib(const std::string& directory) {
  const std::filesystem::path log = std::filesystem::path(directory) / "wal" / "transaction.log";
  double bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    // Beside linedb's log are its archives, and nothing else.
    const bool is_archive = entry.path().parent_path() == log.parent_path() && entry.path() != log;
    struct stat facts = {};
    if (is_archive || !entry.is_regular_file() || stat(entry.path().c_str(), &facts) != 0) continue;
    bytes += static_cast<double>(facts.st_blocks) * 512;
  }
  return bytes / 1024 / 1024;
}

}  // namespace bench
