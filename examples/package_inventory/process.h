// Other programs: run one and take its output, or start one and kill it.

#ifndef LINEDB_EXAMPLES_PACKAGE_INVENTORY_PROCESS_H_
#define LINEDB_EXAMPLES_PACKAGE_INVENTORY_PROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace inventory {

// A running program whose standard output is ours to read. Killed when destroyed.
class Child {
 public:
  // arguments[0] is the program, looked for in PATH. kNotFound if there is none.
  static absl::StatusOr<Child> Start(const std::vector<std::string>& arguments);

  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();

  // Waits until `deadline` for something to come, and appends it at once; false: the end.
  bool ReadNext(std::chrono::steady_clock::time_point deadline, std::string* output);
  // Appends the rest.
  void ReadRest(std::string* output);

  // SIGKILL: the program gets no chance to tidy up.
  void Kill();
  // Waits for the end: the exit code, or minus the number of the signal.
  int Wait();

 private:
  Child(pid_t process, int output) : process_(process), output_(output) {}

  pid_t process_ = -1;
  int output_ = -1;
};

struct CommandResult {
  int exit_code = 0;
  std::string output;
};

// Runs a program to its end.
absl::StatusOr<CommandResult> Run(const std::vector<std::string>& arguments);

// Runs a line of shell.
absl::StatusOr<CommandResult> RunShell(const std::string& command);

// The text as one word of a shell's command line.
std::string ShellWord(const std::string& text);

}  // namespace inventory

#endif  // LINEDB_EXAMPLES_PACKAGE_INVENTORY_PROCESS_H_
