// Five questions a person would ask of the inventory, answered as tables on the terminal.

#ifndef LINEDB_EXAMPLES_PACKAGE_INVENTORY_QUESTIONS_H_
#define LINEDB_EXAMPLES_PACKAGE_INVENTORY_QUESTIONS_H_

#include "absl/status/status.h"
#include "inventory.h"

namespace inventory {

absl::Status AnswerQuestions(const Inventory& inventory);

}  // namespace inventory

#endif  // LINEDB_EXAMPLES_PACKAGE_INVENTORY_QUESTIONS_H_
