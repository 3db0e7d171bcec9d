// Whether somebody writes to a database, as far as one can tell without taking its lock.

#ifndef LINEDB_TOOLS_DBTOOL_WRITER_STATE_H_
#define LINEDB_TOOLS_DBTOOL_WRITER_STATE_H_

#include <string>

namespace linedb::dbtool {

enum class WriterState {
  kNone,   // the last one closed it properly
  kAlive,  // a process of this machine has it open
  kDied,   // it was not closed: the next opening for writing recovers it
};

WriterState WriterStateOf(const std::string& directory);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_WRITER_STATE_H_
