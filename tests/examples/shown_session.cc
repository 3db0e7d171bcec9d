#include "tests/examples/shown_session.h"

#include <cstddef>
#include <regex>
#include <sstream>

#include "tests/examples/program.h"

namespace linedb {
namespace {

constexpr std::string_view kLeftOut = "…";
constexpr char kMark = '\x1e';  // printed before each command, so that outputs can be told apart

std::vector<std::string> Lines(std::string_view text) {
  std::istringstream input{std::string(text)};
  std::vector<std::string> lines;
  for (std::string line; std::getline(input, line);) lines.push_back(line);
  return lines;
}

// The text with everything that no two runs have in common under one name.
std::string WithoutChance(std::string_view text) {
  static const std::regex* const kTime =
      new std::regex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?Z");
  static const std::regex* const kArchive = new std::regex("transaction[.][0-9]{8}_[0-9]{6}");
  static const std::regex* const kChecksum = new std::regex("\\b([0-9a-f]{16}){1,2}\\b");
  std::string plain = std::regex_replace(std::string(text), *kTime, "TIME");
  plain = std::regex_replace(plain, *kArchive, "transaction.TIME");
  return std::regex_replace(plain, *kChecksum, "CHECKSUM");
}

bool IsLineAsShown(std::string_view shown, std::string_view printed) {
  std::size_t end = shown.find(kLeftOut);
  if (end == std::string_view::npos) return shown == printed;
  if (!printed.starts_with(shown.substr(0, end))) return false;
  printed.remove_prefix(end);
  for (;;) {
    shown.remove_prefix(end + kLeftOut.size());
    end = shown.find(kLeftOut);
    if (end == std::string_view::npos) return printed.ends_with(shown);
    const std::size_t found = printed.find(shown.substr(0, end));
    if (found == std::string_view::npos) return false;
    printed.remove_prefix(found + end);
  }
}

}  // namespace

std::vector<ShownCommand> ShownCommands(std::string_view markdown) {
  std::vector<ShownCommand> commands;
  for (const std::string& block : MarkdownBlocks(markdown, "console")) {
    bool in_command = false;
    for (const std::string& line : Lines(block)) {
      if (line.starts_with("$ ")) {
        commands.push_back({line.substr(2), ""});
        in_command = true;
      } else if (in_command && line.starts_with("> ")) {
        commands.back().text += "\n" + line.substr(2);
      } else if (!commands.empty()) {
        commands.back().output += line + "\n";
        in_command = false;
      }
    }
  }
  return commands;
}

std::vector<std::string> TypeCommands(const std::filesystem::path& directory,
                                      const std::filesystem::path& tools,
                                      const std::vector<ShownCommand>& commands) {
  const std::filesystem::path script = directory.string() + ".typed";  // beside what `ls` shows
  std::string typed = "stty cols 100 -onlcr\nexport NO_COLOR=1 LC_ALL=C.UTF-8 PATH='" +
                      tools.string() + "':\"$PATH\"\nunset VISUAL EDITOR\n";
  for (const ShownCommand& command : commands) {
    typed += std::string("last=$?\nprintf '") + kMark + "'\n(exit $last)\n" + command.text + "\n";
  }
  WriteText(script, typed);
  // Colours are jq's, which knows no NO_COLOR before 1.7; CSV has lines that end as on a
  // typewriter.
  const std::regex unseen("\x1b\\[[0-9;]*m|\r(?=\n)");
  const std::string typing =
      "script -qc 'bash --norc " + script.string() + "' /dev/null </dev/null";
  std::string rest = std::regex_replace(RunIn(directory, typing).output, unseen, "");
  std::filesystem::remove(script);

  std::vector<std::string> outputs;
  for (std::size_t at = rest.find(kMark); at != std::string::npos; at = rest.find(kMark)) {
    rest.erase(0, at + 1);
    outputs.push_back(rest.substr(0, rest.find(kMark)));
  }
  return outputs;
}

bool IsAsShown(std::string_view shown, std::string_view printed) {
  const std::vector<std::string> expected = Lines(WithoutChance(shown));
  const std::vector<std::string> found = Lines(WithoutChance(printed));
  // reached[i]: the lines looked at so far can be the first i of those shown.
  std::vector<bool> reached(expected.size() + 1, false);
  const auto leave_out = [&] {
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (reached[i] && expected[i] == kLeftOut) reached[i + 1] = true;
    }
  };
  reached[0] = true;
  leave_out();
  for (const std::string& line : found) {
    std::vector<bool> next(reached.size(), false);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (!reached[i]) continue;
      if (expected[i] == kLeftOut) next[i] = true;
      if (IsLineAsShown(expected[i], line)) next[i + 1] = true;
    }
    reached = next;
    leave_out();
  }
  return reached.back();
}

}  // namespace linedb
