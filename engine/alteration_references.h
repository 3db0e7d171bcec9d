// What an alteration asks of records that reference others.

#ifndef LINEDB_ENGINE_ALTERATION_REFERENCES_H_
#define LINEDB_ENGINE_ALTERATION_REFERENCES_H_

#include <memory>
#include <vector>

#include "engine/alteration.h"
#include "engine/alteration_judge.h"
#include "engine/checkpoint_tables.h"

namespace linedb::engine {

// Adds a rule for each reference that the altered table has and the table before had not, or whose
// values a function makes. Where a table references itself by values that change, too, nothing is
// added: that is judged when the altered table is there. The references fit the tables.
void AddReferenceRules(const Alteration& alteration, const TableMap& tables,
                       std::vector<std::unique_ptr<RecordRule>>* rules);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_ALTERATION_REFERENCES_H_
