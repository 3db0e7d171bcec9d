#include "engine/adopt_references.h"

#include <string>

#include "linedb/options.h"

namespace linedb::engine {
namespace {

bool IsConcerned(const Catalog& catalog, const GivenTables& adopted) {
  for (const auto& [name, entry] : catalog) {
    for (const ReferenceSchema& reference : AllReferences(entry.schema)) {
      if (adopted.contains(name) || adopted.contains(reference.table)) return true;
    }
  }
  return false;
}

}  // namespace

TableSchema WithoutReferences(TableSchema schema) {
  for (ColumnSchema& column : schema.columns) column.references.reset();
  schema.references.clear();
  return schema;
}

absl::Status JudgeAdopted(wal::FileSystem& files, const wal::DatabasePaths& paths,
                          const Catalog& catalog, const wal::RecoveredLog& log,
                          const GivenTables& adopted, ReferenceJudge::Found found) {
  if (!IsConcerned(catalog, adopted)) return absl::OkStatus();
  Options options;
  options.access = Access::kReadOnly;
  TableRecovery recovery(files, paths, options, log, &adopted);
  if (absl::Status loaded = recovery.Load(catalog); !loaded.ok()) return loaded;
  ReferenceJudge judge;
  for (const auto& [name, table] : recovery.tables()) judge.Add(table->generation);
  // A reference between two of them is told once.
  return judge.JudgeAll([&](const JudgedReference& each) {
    const bool concerned =
        adopted.contains(each.broken.table) || adopted.contains(each.broken.referenced_table);
    return !concerned || found(each);
  });
}

}  // namespace linedb::engine
