// A command on a terminal of a certain width, with somebody who types.

#ifndef LINEDB_TESTS_DBTOOL_TERMINAL_H_
#define LINEDB_TESTS_DBTOOL_TERMINAL_H_

#include <string>
#include <vector>

namespace linedb::testing {

struct Terminal {
  int columns = 80;
  std::string typed = {};  // into it, before anything asks
};

struct Screen {
  int exit_code = -1;
  std::string text;  // all that was shown, with "\n" at the ends of lines

  // Its lines without colours.
  std::vector<std::string> Lines() const;
};

// Runs a shell command whose three standard streams are the terminal. Ctrl-C may be typed: "\x03".
Screen ShowOn(const Terminal& terminal, const std::string& command);

// Without escape sequences.
std::string WithoutColours(const std::string& text);

// How wide the text is: its characters, taking none for a wide one.
std::size_t CharactersIn(const std::string& text);

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_DBTOOL_TERMINAL_H_
