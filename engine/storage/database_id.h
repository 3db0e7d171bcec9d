// What tells one database from all others.

#ifndef LINEDB_ENGINE_STORAGE_DATABASE_ID_H_
#define LINEDB_ENGINE_STORAGE_DATABASE_ID_H_

#include <string>

namespace linedb::engine {

// 32 hex digits, another each time. Any thread.
std::string NewDatabaseId();

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_DATABASE_ID_H_
