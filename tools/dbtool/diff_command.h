// `dbtool diff`: what differs between two databases, or two moments of one.

#ifndef LINEDB_TOOLS_DBTOOL_DIFF_COMMAND_H_
#define LINEDB_TOOLS_DBTOOL_DIFF_COMMAND_H_

#include "CLI/App.hpp"
#include "tools/dbtool/context.h"

namespace linedb::dbtool {

void AddDiff(CLI::App& app, Context& context);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_DIFF_COMMAND_H_
