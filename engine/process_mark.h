// Which process this is, without asking the kernel each time.

#ifndef LINEDB_ENGINE_PROCESS_MARK_H_
#define LINEDB_ENGINE_PROCESS_MARK_H_

#include <sys/types.h>

namespace linedb::engine {

// This process's id. A forked child gets its own, however it was forked: the number is kept on a
// page that the kernel clears in a child. Any thread.
pid_t CurrentProcess();

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_PROCESS_MARK_H_
