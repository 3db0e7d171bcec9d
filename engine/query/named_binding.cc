#include "engine/query/named_binding.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/nearest_name.h"

namespace linedb::engine {

absl::StatusOr<schema::BoundExpression> BindNamed(const Expression& expression,
                                                  const schema::RecordLayout& layout) {
  const TableSchema& schema = layout.schema();
  return schema::BoundExpression::Bind(
      expression, [&](const std::string& name) -> absl::StatusOr<schema::ColumnRef> {
        absl::StatusOr<schema::ColumnRef> found =
            schema::FindColumnRef(schema.table_name, layout.columns(), name);
        if (found.ok()) return found;
        const std::string table = schema.table_name + ".";
        std::vector<std::string> names;
        for (const ColumnSchema& column : schema.columns) names.push_back(column.name);
        const std::string meant =
            NearestName(name.starts_with(table) ? name.substr(table.size()) : name, names);
        if (meant.empty()) return found;
        return absl::InvalidArgumentError(
            absl::StrCat(std::string(found.status().message()), "; did you mean ", meant, "?"));
      });
}

}  // namespace linedb::engine
