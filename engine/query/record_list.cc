#include "linedb/record_list.h"

#include <utility>

#include "engine/engine.h"
#include "linedb/json_query.h"
#include "linedb/query_spec.h"

namespace linedb {
namespace {

absl::StatusOr<JsonQuery> QueryOf(const JsonTable& table, const RecordListOptions& options) {
  absl::StatusOr<JsonQuery> query = table.All();
  if (!options.where.empty()) query = table.Where(options.where);
  if (query.ok() && !options.order_by.empty()) query = query->OrderBy(options.order_by);
  if (query.ok() && !query->status().ok()) return query->status();
  return query;
}

}  // namespace

absl::StatusOr<RecordList> RecordList::Create(Database& database, std::string_view table,
                                              const RecordListOptions& options) {
  const absl::StatusOr<JsonTable> opened = JsonTable::Open(database, table);
  if (!opened.ok()) return opened.status();
  const absl::StatusOr<JsonQuery> query = QueryOf(*opened, options);
  if (!query.ok()) return query.status();
  const std::uint64_t lsn = database.engine().acknowledged().value;
  absl::StatusOr<ReadTransaction> snapshot = database.BeginRead();
  if (!snapshot.ok()) return snapshot.status();
  RecordList list(*std::move(snapshot));
  list.schema_ = opened->schema();
  list.lsn_ = lsn;
  if (options.where.empty()) {
    const absl::StatusOr<std::uint64_t> count = opened->size(list.snapshot_);
    if (!count.ok()) return count.status();
    list.begins_.reserve(*count);
    list.bytes_.reserve(*count);
  }
  const absl::Status read =
      engine::RunQuery(query->spec(), list.snapshot_, [&list](const engine::ResultRow& row) {
        const std::string_view line = row.line(0);
        list.begins_.push_back(line.data());
        list.bytes_.push_back(static_cast<std::uint32_t>(line.size()));
        return true;
      });
  if (!read.ok()) return read;
  return list;
}

}  // namespace linedb
