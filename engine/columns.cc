// Columns in memory, as Table<T> asks for them.

#include "linedb/columnar.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/columnar/table_columns.h"
#include "engine/engine.h"
#include "engine/transaction/publisher.h"

namespace linedb::engine {

absl::StatusOr<std::shared_ptr<ColumnHold>> HoldColumns(
    const TableCore& core, const std::vector<std::string_view>& names) {
  const TableState& table = *core.table();
  std::vector<int> numbers;
  for (const std::string_view name : names) {
    const int number = table.layout().FindColumn(name);
    if (number < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(table.name(), ": no column ", std::string(name)));
    }
    if (!IsColumnar(table.layout().columns()[static_cast<std::size_t>(number)].type)) {
      return absl::InvalidArgumentError(absl::StrCat(table.name(), ".", std::string(name),
                                                     ": a json column has no array in memory"));
    }
    numbers.push_back(number);
  }
  auto hold =
      std::make_shared<ColumnHold>(table, core.engine()->columns().Of(table), std::move(numbers));
  if (auto read = hold->MomentNow(core.engine()->TimeNow(table.layout())); !read.ok())
    return read.status();
  return hold;
}

absl::StatusOr<std::shared_ptr<const ColumnMoment>> MomentOf(const TableCore& core,
                                                             ColumnHold& hold,
                                                             const ReadTransaction* snapshot) {
  if (snapshot == nullptr) return hold.MomentNow(core.engine()->TimeNow(core.table()->layout()));
  absl::StatusOr<const TableSnapshot*> seen = core.SeenBy(*snapshot);
  if (!seen.ok()) return seen.status();
  return hold.MomentOf((*seen)->generation, (*seen)->extent.bytes, (*seen)->moment.time());
}

}  // namespace linedb::engine
