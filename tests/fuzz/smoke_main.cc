// Runs a fuzz target without libFuzzer, so that every compiler builds it and every test run tries
// it: first the corpus, then mutations of it, a fixed number.
//
//   fuzz_<target>_smoke MUTATIONS FILE_OR_DIRECTORY...

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/fuzz_target.h"
#include "tests/schema/random_seed.h"

namespace linedb::fuzz {
namespace {

// As libFuzzer has it by default.
constexpr std::size_t kInputBytesMax = 4096;

void Run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

void ReadInputs(const std::filesystem::path& path, std::vector<std::string>* inputs) {
  if (std::filesystem::is_directory(path)) {
    std::vector<std::filesystem::path> names(std::filesystem::directory_iterator(path), {});
    std::sort(names.begin(), names.end());  // the same order everywhere
    for (const std::filesystem::path& name : names) ReadInputs(name, inputs);
    return;
  }
  std::ifstream file(path, std::ios::binary);
  inputs->emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

class Mutator {
 public:
  Mutator(const std::vector<std::string>& corpus, std::uint64_t seed)
      : corpus_(corpus), random_(seed) {}

  std::string Next() {
    std::string input = Pick();
    for (std::size_t changes = 1 + Below(4); changes > 0; --changes) Change(&input);
    if (input.size() > kInputBytesMax) input.resize(kInputBytesMax);
    return input;
  }

 private:
  // The remainder and not a distribution, which each library makes its own way.
  std::size_t Below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }
  const std::string& Pick() { return corpus_[Below(corpus_.size())]; }

  void Change(std::string* input) {
    constexpr std::string_view kTokens = "\"\\{}[]:,\n -+.019eEntf$\x00\x1f\x80\xc3\xff";
    const std::size_t at = Below(input->size() + 1);
    const std::size_t length = Below(16);
    switch (Below(6)) {
      case 0:
        if (at < input->size()) (*input)[at] = static_cast<char>((*input)[at] ^ (1 << Below(8)));
        break;
      case 1:
        input->insert(at, 1, kTokens[Below(kTokens.size())]);
        break;
      case 2:
        input->erase(at, length);
        break;
      case 3:  // a piece of itself again
        input->insert(at, std::string(*input, Below(input->size() + 1), length * 8));
        break;
      case 4: {  // a piece of another
        const std::string& other = Pick();
        input->insert(at, other, Below(other.size() + 1), length * 8);
        break;
      }
      default:
        if (at < input->size()) (*input)[at] = kTokens[Below(kTokens.size())];
        break;
    }
  }

  const std::vector<std::string>& corpus_;
  std::mt19937_64 random_;
};

}  // namespace
}  // namespace linedb::fuzz

int main(int argc, char** argv) {
  using namespace linedb::fuzz;
  if (argc < 3) {
    std::cerr << "usage: " << argv[0] << " MUTATIONS FILE_OR_DIRECTORY...\n";
    return 2;
  }
  const unsigned long mutations = std::stoul(argv[1]);
  std::vector<std::string> corpus;
  for (int i = 2; i < argc; ++i) ReadInputs(argv[i], &corpus);
  if (corpus.empty()) {
    std::cerr << "no input in " << argv[2] << "\n";
    return 2;
  }
  Run("");
  for (const std::string& input : corpus) Run(input);
  if (mutations > 0) {
    Mutator mutator(corpus, linedb::schema::TestSeed());
    for (unsigned long i = 0; i < mutations; ++i) Run(mutator.Next());
  }
  std::cout << corpus.size() << " inputs and " << mutations << " mutations of them\n";
  return 0;
}
