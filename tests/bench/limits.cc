#include "tests/bench/limits.h"

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <vector>

#include "tests/bench/bare_log.h"
#include "tests/bench/stopwatch.h"
#include "tests/bench/student.h"

namespace bench {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} << 20;

double MeasureCopy(const std::vector<std::uint64_t>& source, std::vector<std::uint64_t>* target) {
  constexpr int kTurns = 4;
  Stopwatch watch;
  watch.Time([&] {
    for (int turn = 0; turn < kTurns; ++turn) {
      std::memcpy(target->data(), source.data(), kBufferBytes);
    }
  });
  return kTurns * static_cast<double>(kBufferBytes) / watch.seconds();
}

double MeasureRandomRead(const std::vector<std::uint64_t>& memory) {
  constexpr int kReads = 2'000'000;
  std::uint64_t at = 1;
  Stopwatch watch;
  watch.Time([&] {
    for (int i = 0; i < kReads; ++i) at = memory[Mix(at) % memory.size()] + at;
  });
  if (at == 0) Fail("the sum of what was read is 0");  // it must be used
  return watch.seconds() / kReads;
}

double MeasureWrite(const std::string& path) {
  constexpr int kBlocks = 128;
  const std::string block(std::size_t{1} << 20, 'x');
  const BareLog file(path);
  Stopwatch watch;
  watch.Time([&] {
    for (int i = 0; i < kBlocks; ++i) file.Append(block, Level::kProcess);
  });
  std::filesystem::remove(path);
  return kBlocks * static_cast<double>(block.size()) / watch.seconds();
}

}  // namespace

Limits MeasureLimits(const std::string& directory) {
  Limits limits;
  std::vector<std::uint64_t> source(kBufferBytes / sizeof(std::uint64_t), 1);
  std::vector<std::uint64_t> target(source.size(), 2);
  limits.copy_bytes_per_second = MeasureCopy(source, &target);
  limits.random_read_seconds = MeasureRandomRead(target);
  limits.write_bytes_per_second = MeasureWrite(directory + "/write.limit");
  return limits;
}

}  // namespace bench
