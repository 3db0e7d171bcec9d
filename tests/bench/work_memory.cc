#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/bench/works.h"

namespace bench {
namespace {

// A line of /proc/self/status in KiB, such as "VmHWM" (the most memory ever held, mapped files
// included) and "RssAnon" (memory that is not a mapped file).
double StatusMib(const std::string& name) {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1)) / 1024;
  }
  Fail("/proc/self/status has no " + name);
}

double DirectoryMib(const std::string& directory) {
  double bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) bytes += static_cast<double>(entry.file_size());
  }
  return bytes / 1024 / 1024;
}

constexpr const char* kFigures[] = {"memory at most, loading", "memory of its own, loaded",
                                    "memory at most, after lookups", "on disk after a checkpoint"};

std::string OutputOf(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) Fail("cannot run " + command);
  std::string output;
  char part[256];
  while (std::fgets(part, sizeof part, pipe) != nullptr) output += part;
  if (pclose(pipe) != 0) Fail("failed: " + command);
  return output;
}

}  // namespace

void RunMemoryChild(const BenchOptions& options, const std::string& contender_name) {
  const std::unique_ptr<Contender> contender =
      contender_name == "linedb" ? MakeLinedb() : MakeSqlite();
  const std::string directory = options.directory + "/memory";
  EmptyDirectory(directory);
  contender->Open(directory);
  LoadRows(contender.get(), options.rows);
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
  std::printf("%f\n", DirectoryMib(directory));
  contender->Close();
  std::filesystem::remove_all(directory);
}

void WorkMemory(Bench* bench) {
  if (!bench->options.Wants("memory")) return;
  const std::string program = std::filesystem::read_symlink("/proc/self/exe");
  for (const Side& side : bench->sides) {
    std::istringstream output(OutputOf(
        "'" + program + "' --memory-child " + side.contender->name() + " --rows " +
        std::to_string(bench->options.rows) + " --dir '" + bench->options.directory + "'"));
    for (const char* figure : kFigures) {
      double mib = 0;
      if (!(output >> mib)) Fail("the child process printed too little");
      bench->results.Add(figure, "MiB", Better::kLess, side.contender->name(), mib);
    }
  }
}

}  // namespace bench
