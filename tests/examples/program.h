// Running the built programs as a person would: by a line of shell, in a directory of their own.

#ifndef LINEDB_TESTS_EXAMPLES_PROGRAM_H_
#define LINEDB_TESTS_EXAMPLES_PROGRAM_H_

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace linedb {

struct ProgramResult {
  int exit_code = -1;
  std::string output;  // standard output and standard error
};

// Runs a line of shell with `directory` as the working directory.
ProgramResult RunIn(const std::filesystem::path& directory, const std::string& command);

std::string ReadText(const std::filesystem::path& path);
void WriteText(const std::filesystem::path& path, std::string_view text);

// The contents of the fenced blocks of a Markdown text that are marked with `language`, in order.
std::vector<std::string> MarkdownBlocks(std::string_view text, std::string_view language);

// An empty directory, removed at the end.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Puts a dpkg-query into `directory` that tells of a small machine, always the same: 8 packages are
// installed, 1 is removed but for its settings.
void WriteSmallMachine(const std::filesystem::path& directory);

}  // namespace linedb

#endif  // LINEDB_TESTS_EXAMPLES_PROGRAM_H_
