// The members of a JSON object, found by quotes and brackets without judging the values.

#ifndef LINEDB_ENGINE_EXCHANGE_MEMBER_WALKER_H_
#define LINEDB_ENGINE_EXCHANGE_MEMBER_WALKER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace linedb::engine {

struct JsonMember {
  std::string name;       // unescaped
  std::string_view text;  // from the name's quote to the end of the value
  std::string_view value;
};

// False if the text is no object with members that can be told apart. The views point into `json`.
bool WalkMembers(std::string_view json, std::vector<JsonMember>* members);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EXCHANGE_MEMBER_WALKER_H_
