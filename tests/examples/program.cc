#include "tests/examples/program.h"

#include <stdlib.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <system_error>

namespace linedb {

namespace fs = std::filesystem;

ProgramResult RunIn(const fs::path& directory, const std::string& command) {
  const std::string line = "cd '" + directory.string() + "' && { " + command + "\n} 2>&1";
  ProgramResult result;
  FILE* pipe = popen(line.c_str(), "r");
  if (pipe == nullptr) return result;
  std::array<char, 4096> buffer;
  for (std::size_t count = 0; (count = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    result.output.append(buffer.data(), count);
  }
  const int state = pclose(pipe);
  result.exit_code = WIFEXITED(state) ? WEXITSTATUS(state) : -1;
  return result;
}

std::string ReadText(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void WriteText(const fs::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::vector<std::string> MarkdownBlocks(std::string_view text, std::string_view language) {
  const std::string opening = "\n```" + std::string(language) + "\n";
  std::vector<std::string> blocks;
  for (std::size_t at = text.find(opening); at != std::string_view::npos;
       at = text.find(opening, at)) {
    at += opening.size();
    const std::size_t end = text.find("\n```", at);
    if (end == std::string_view::npos) break;
    blocks.emplace_back(text.substr(at, end + 1 - at));
    at = end + 1;
  }
  return blocks;
}

ScratchDirectory::ScratchDirectory() {
  std::string name = (fs::temp_directory_path() / "linedb-examples-XXXXXX").string();
  if (mkdtemp(name.data()) != nullptr) path_ = name;
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code error;
  fs::remove_all(path_, error);
}

void WriteSmallMachine(const fs::path& directory) {
  // Name, version, architecture, section, size, maintainer, summary, status, Depends, Pre-Depends,
  // Provides. "|" stands for the field's end, "/" for the "|" of alternatives.
  constexpr std::string_view kPackages =
      "base|1.0-1|amd64|libs|4096|Ada Łovelace <ada@example.org>|everyone needs it|installed||||\n"
      "shell|5.2-2|amd64|shells|2048|Ada Łovelace <ada@example.org>|talks to you|installed||"
      "base (>= 1.0)||\n"
      "awk-one|1.3|amd64|interpreters|300|Bob <bob@example.org>|finds patterns|installed|"
      "base||awk|\n"
      "awk-two|2.1|amd64|interpreters|900|Bob <bob@example.org>|finds more|installed|base||awk|\n"
      "report|0.9|all|text|100|Bob <bob@example.org>|counts lines|installed|"
      "awk / perl:any (>= 5), shell|||\n"
      "base|1.0-1|i386|libs|4000|Ada L. <ada@example.org>|everyone needs it|installed||||\n"
      "editor|9.0|amd64||5000|Nobody in Particular|edits \"text\"|installed|"
      "shell (>= 5), shell (<< 6)|||\n"
      "plugin|9.1|all|editors|50|Cy <cy@example.org>|for the editor|installed|editor|||\n"
      "gone|3.0|all|misc|70|Cy <cy@example.org>|was here once|config-files|base|||\n";
  std::string text(kPackages);
  for (char& character : text) {
    if (character == '|') character = '\x1f';
    if (character == '/') character = '|';
  }
  WriteText(directory / "packages.txt", text);
  WriteText(directory / "dpkg-query", "#!/bin/sh\nexec cat \"$(dirname \"$0\")/packages.txt\"\n");
  fs::permissions(directory / "dpkg-query", fs::perms::owner_all);
}

}  // namespace linedb
