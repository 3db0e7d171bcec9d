// What dbtool is to the system: signals and standard streams.

#ifndef LINEDB_TOOLS_DBTOOL_PROCESS_H_
#define LINEDB_TOOLS_DBTOOL_PROCESS_H_

#include <cstddef>
#include <cstdint>

namespace linedb::dbtool {

// To be called first. A closed pipe and a file size limit become errors of write; a standard stream
// that is closed is opened on /dev/null, so that no database file gets its number.
void PrepareProcess();

// From here on Ctrl-C and SIGTERM do not end the process but make Interrupted() true.
void CatchInterrupts();
bool Interrupted();
// Can be read from once Interrupted(): what waits for a descriptor in another thread than the one
// that gets the signal waits for this one, too. -1 before CatchInterrupts.
int InterruptedDescriptor();

bool IsTerminal(int fd);
// In columns; 80 if it does not say.
std::size_t TerminalWidth(int fd);

// The most that this process has had so far.
std::uint64_t PeakMemoryBytes();

// "/dev/null: No space left on device": what errno says.
const char* ErrorText(int error);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_PROCESS_H_
