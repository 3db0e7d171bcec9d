// What `dbtool`, `dbtool help` and `dbtool help COMMAND` show.

#ifndef LINEDB_TOOLS_DBTOOL_HELP_TEXT_H_
#define LINEDB_TOOLS_DBTOOL_HELP_TEXT_H_

#include <string>
#include <utility>
#include <vector>

#include "tools/dbtool/definitions.h"

namespace linedb::dbtool {

// For who typed `dbtool` alone: what there is, by task, and the first steps.
std::string OverviewText(const Definitions& definitions);
// All commands with a line each, and the flags that all have.
std::string ProgramHelpText(const Definitions& definitions);
// One command: arguments, flags, examples.
std::string CommandHelpText(const CommandDefinition& command);

// Exit codes and what they mean.
const std::vector<std::pair<int, std::string>>& ExitCodeMeanings();

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_HELP_TEXT_H_
