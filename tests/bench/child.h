// Parts of the benchmark that need a process of their own: to be killed, or to be looked at as a
// whole. The program calls itself.

#ifndef LINEDB_TESTS_BENCH_CHILD_H_
#define LINEDB_TESTS_BENCH_CHILD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/contender.h"

namespace bench {

struct ChildOptions {
  std::string task;       // "build", "kill", "open", "memory", "replay", "growth"
  std::string side;       // a contender's name
  std::string directory;  // of its database
  std::int64_t rows = 0;  // that it has, or is to have
};

enum class ChildEnd { kReturned, kKilled };

// Runs a child to its end, which must be that; the numbers that it printed.
std::vector<double> RunChild(const ChildOptions& options, ChildEnd end);

// What the child does, in the child, and the parts of it that stand with their works.
void ChildMain(const ChildOptions& options);
void RunReplayChild(const ChildOptions& options);
void RunGrowthChild(Contender* contender, const ChildOptions& options);
void RunOpenChild(Contender* contender, const ChildOptions& options);

// A command of the shell; ends the program if it fails. Standard output comes back.
std::string OutputOf(const std::string& command, ChildEnd end = ChildEnd::kReturned);
// In single quotes, as a shell wants it.
std::string Quoted(const std::string& word);
// The folder of the running program.
std::string ProgramFolder();

// A line of /proc/self/status in MiB, such as "VmHWM" (the most memory ever held, mapped files
// included) and "RssAnon" (memory that is not a mapped file).
double StatusMib(const std::string& name);
// What a database's files take, as the file system counts (holes take nothing), without the
// archived logs of linedb: they are its history, which no other side keeps.
double DatabaseMib(const std::string& directory);

// Rows that a "kill" child commits behind those that are there.
inline constexpr std::int64_t kCommitsBeforeKill = 1'000;

}  // namespace bench

#endif  // LINEDB_TESTS_BENCH_CHILD_H_
