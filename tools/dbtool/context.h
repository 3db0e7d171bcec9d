// What every command is given: the flags common to all, and where its output goes.

#ifndef LINEDB_TOOLS_DBTOOL_CONTEXT_H_
#define LINEDB_TOOLS_DBTOOL_CONTEXT_H_

#include <unistd.h>

#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "linedb/database.h"
#include "tools/dbtool/fd_stream.h"

namespace linedb::dbtool {

enum class Format { kAuto, kTable, kJsonLines, kJson, kCsv };

struct Context {
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  bool yes = false;
  Format format = Format::kAuto;
  std::string color = "auto";  // always, never
  // What the call says for DIR and TABLE, for hints that may be typed as they are.
  std::map<std::string, std::string> words = {};
  // The command as parsed; returns the exit code.
  std::function<int()> action = {};

  FdBuffer out_buffer{STDOUT_FILENO, FdBuffer::Use::kWrite};
  // Mutable: what stdout was given is on a terminal before what stderr says of it.
  mutable std::ostream out{&out_buffer};
};

// The format asked for; if none was, people's on a terminal and JSON Lines in a pipe.
Format OutputFormat(const Context& context);

// Whether that is a table, or sentences.
bool ForPeople(const Context& context);

bool UseColor(const Context& context, int fd);

// A sentence for people, on stderr.
void Note(const Context& context, std::string_view text);
// The same, only with --verbose.
void Detail(const Context& context, std::string_view text);

// Opens an existing database; says on stderr what opening found. Never creates one.
absl::StatusOr<std::unique_ptr<Database>> OpenDatabase(const Context& context,
                                                       const std::string& directory, Access access);

// Whether to go on with something that destroys: --yes, or a yes typed on a terminal.
bool Confirmed(const Context& context, std::string_view question);

// "1,234"
std::string WithThousands(std::uint64_t number);
// "1 operation", "1,234 operations"; a plural that takes more than an s is given. Every count that
// is told in words comes from here.
std::string Counted(std::uint64_t number, std::string_view noun, std::string_view nouns = "");
// "1.2 MiB"
std::string ByteText(std::uint64_t bytes);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_CONTEXT_H_
