#include <filesystem>

#include "tests/bench/child.h"
#include "tests/bench/works.h"

namespace bench {

void WorkMemory(Bench* bench) {
  if (!bench->options.Wants("memory")) return;
  constexpr const char* kFigures[] = {kWorkMemory, "memory of its own, loaded",
                                      "memory at most, after lookups", kWorkDisk};
  const std::string directory = bench->options.directory + "/memory";
  for (const Side& side : bench->sides) {
    const std::vector<double> mib = RunChild(
        {"memory", side.contender->name(), directory, bench->options.rows}, ChildEnd::kReturned);
    if (mib.size() != std::size(kFigures)) Fail("the child process printed too little");
    for (std::size_t i = 0; i < mib.size(); ++i) {
      bench->Add(kFigures[i], "MiB", Better::kLess, side, mib[i]);
    }
    std::filesystem::remove_all(directory);
  }
}

}  // namespace bench
