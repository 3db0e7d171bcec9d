// What a Markdown document shows of a terminal, held against a terminal: its ```console blocks.

#ifndef LINEDB_TESTS_EXAMPLES_SHOWN_SESSION_H_
#define LINEDB_TESTS_EXAMPLES_SHOWN_SESSION_H_

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace linedb {

// A command, as it was typed behind "$ " (and "> " on its further lines), and what is shown below.
struct ShownCommand {
  std::string text;
  std::string output;
};

// Those of all console blocks of the document, in order.
std::vector<ShownCommand> ShownCommands(std::string_view markdown);

// Types the commands one after the other at one shell in `directory`, on a terminal of 100 columns
// without colours, with the programs of `tools` at hand; what each printed, to stdout and stderr.
std::vector<std::string> TypeCommands(const std::filesystem::path& directory,
                                      const std::filesystem::path& tools,
                                      const std::vector<ShownCommand>& commands);

// Whether a command printed what is shown. "…" stands for what is left out: within a line, or,
// alone on a line, for any number of lines. Times, checksums and ids may be others than those
// shown.
bool IsAsShown(std::string_view shown, std::string_view printed);

}  // namespace linedb

#endif  // LINEDB_TESTS_EXAMPLES_SHOWN_SESSION_H_
