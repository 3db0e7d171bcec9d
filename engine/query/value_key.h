// Values as bytes by which they are told apart in a hash table.

#ifndef LINEDB_ENGINE_QUERY_VALUE_KEY_H_
#define LINEDB_ENGINE_QUERY_VALUE_KEY_H_

#include <string>

#include "schema/value_view.h"

namespace linedb::engine {

// Appends bytes that are the same for two values if and only if CompareValues calls them equal; of
// several values one behind the other, too. So 2 and 2.0, and -0.0 and 0.0, are the same.
void AppendValueKey(const schema::ValueView& value, std::string* key);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_QUERY_VALUE_KEY_H_
