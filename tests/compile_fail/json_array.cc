#include <vector>

#include "linedb/column_batch.h"
#include "linedb/field_types_json.h"

#ifdef WRONG
using Member = std::vector<int>;
#else
using Member = int;
#endif

static_assert(sizeof(linedb::engine::ElementOf<Member>) == 8);
