// `dbtool verify`.

#ifndef LINEDB_TOOLS_DBTOOL_VERIFY_COMMAND_H_
#define LINEDB_TOOLS_DBTOOL_VERIFY_COMMAND_H_

#include <string>

#include "tools/dbtool/context.h"

namespace linedb::dbtool {

struct VerifyOptions {
  std::string directory;
  bool quick = false;
};

// Tells every problem; 1 if there is any.
int Verify(Context& context, const VerifyOptions& options);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_VERIFY_COMMAND_H_
