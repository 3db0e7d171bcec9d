#include "tests/dbtool/terminal.h"

#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <regex>
#include <sstream>

namespace linedb::testing {

Screen ShowOn(const Terminal& terminal, const std::string& command) {
  winsize size = {};
  size.ws_col = static_cast<unsigned short>(terminal.columns);
  size.ws_row = 40;
  int master = -1;
  const pid_t child = ::forkpty(&master, nullptr, nullptr, &size);
  if (child == 0) {
    termios modes = {};
    ::tcgetattr(STDIN_FILENO, &modes);
    modes.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &modes);
    ::execlp("sh", "sh", "-c", command.c_str(), nullptr);
    ::_exit(127);
  }
  Screen screen;
  if (child < 0) return screen;
  if (!terminal.typed.empty() &&
      ::write(master, terminal.typed.data(), terminal.typed.size()) < 0) {
    screen.text = "nothing could be typed";
  }
  char block[4096];
  for (ssize_t count = 0; (count = ::read(master, block, sizeof(block))) > 0;) {
    screen.text.append(block, static_cast<std::size_t>(count));
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(master);
  screen.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  std::string::size_type at = 0;
  while ((at = screen.text.find("\r\n", at)) != std::string::npos) screen.text.erase(at, 1);
  return screen;
}

std::string WithoutColours(const std::string& text) {
  static const std::regex* const kEscape = new std::regex("\x1b\\[[0-9;]*[A-Za-z]");
  return std::regex_replace(text, *kEscape, "");
}

std::vector<std::string> Screen::Lines() const {
  std::vector<std::string> lines;
  std::istringstream input(WithoutColours(text));
  for (std::string line; std::getline(input, line);) lines.push_back(line);
  return lines;
}

std::size_t CharactersIn(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

}  // namespace linedb::testing
