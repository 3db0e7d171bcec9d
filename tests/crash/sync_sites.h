// The places where the engine syncs, as a disk can tell them apart: what kind of file or folder it
// is, and what was done to it since the last time.

#ifndef LINEDB_TESTS_CRASH_SYNC_SITES_H_
#define LINEDB_TESTS_CRASH_SYNC_SITES_H_

#include <set>
#include <string>

#include "tests/crash/journal.h"
#include "tests/crash/life.h"

namespace linedb::testing {

// The site of the lock's note, which a disk syncs by itself.
inline constexpr char kLockNoteSite[] = "LOCK after lock note";

// The sites that were passed.
std::set<std::string> SyncSitesOf(const Journal& journal);

// A disk that says OK there and does nothing.
Plant WithoutSyncAt(const std::string& site);

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_CRASH_SYNC_SITES_H_
