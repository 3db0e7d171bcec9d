// What is said to somebody who left a word out.

#ifndef LINEDB_TOOLS_DBTOOL_MISSING_WORD_H_
#define LINEDB_TOOLS_DBTOOL_MISSING_WORD_H_

#include <string>

#include "tools/dbtool/context.h"

namespace linedb::dbtool {

// The hint for a call that the parser refused with this message ("TABLE is required"); empty:
// nothing is known that helps. The words that are there stand in the context.
std::string MissingWordHint(const Context& context, const std::string& command,
                            const std::string& message);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_MISSING_WORD_H_
