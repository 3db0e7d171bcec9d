// The name a person may have meant.

#ifndef LINEDB_ENGINE_NEAREST_NAME_H_
#define LINEDB_ENGINE_NEAREST_NAME_H_

#include <string>
#include <string_view>
#include <vector>

namespace linedb::engine {

// The name among `names` with the fewest letters changed, added or left out, case aside, if they
// are few enough to be a slip; else empty. Any thread.
std::string NearestName(std::string_view wanted, const std::vector<std::string>& names);

// The message that there is no such table, with the name that was meant, perhaps. Any thread.
std::string NoSuchTable(std::string_view wanted, const std::vector<std::string>& names);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_NEAREST_NAME_H_
