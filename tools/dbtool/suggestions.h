// What is said to somebody who typed a name that there is not.

#ifndef LINEDB_TOOLS_DBTOOL_SUGGESTIONS_H_
#define LINEDB_TOOLS_DBTOOL_SUGGESTIONS_H_

#include <string>
#include <vector>

#include "linedb/table_schema.h"

namespace linedb::dbtool {

// "did you mean `cat`?", "did you mean `sql` or `cat`?", of the commands there are; empty: nobody
// knows. A command that destroys is not guessed, unless it was a slip of one letter: the hint is
// typed as it stands.
std::string MeantCommand(const std::string& typed, const std::vector<std::string>& names);

// "; did you mean email?", the end of a message about any other name; empty: nobody knows.
std::string DidYouMean(const std::string& typed, const std::vector<std::string>& names);
// The same of a column of the table.
std::string DidYouMean(const std::string& typed, const TableSchema& schema);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_SUGGESTIONS_H_
