#ifndef LINEDB_TOOLS_DBTOOL_MAN_PAGE_H_
#define LINEDB_TOOLS_DBTOOL_MAN_PAGE_H_

#include <string>

#include "tools/dbtool/definitions.h"

namespace linedb::dbtool {

// dbtool(1), as man(7) macros. The same text for the same program: it has no date.
std::string ManPage(const Definitions& definitions);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_MAN_PAGE_H_
