// `dbtool slice`: a few transactions as a small database, for a bug report.

#ifndef LINEDB_TOOLS_DBTOOL_SLICE_COMMAND_H_
#define LINEDB_TOOLS_DBTOOL_SLICE_COMMAND_H_

#include "CLI/App.hpp"
#include "tools/dbtool/context.h"

namespace linedb::dbtool {

void AddSlice(CLI::App& app, Context& context);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_SLICE_COMMAND_H_
