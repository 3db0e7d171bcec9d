// linedb/linedb.h: queries and cursors.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "engine/c_api/calls.h"
#include "engine/c_api/handles.h"
#include "engine/c_api/query_document.h"

namespace linedb::c_api {
namespace {

// A query, and where it is run.
struct QueryCall {
  Place place;
  DocumentQuery document;

  static absl::StatusOr<QueryCall> Of(linedb_database* database, linedb_transaction* transaction,
                                      Place::For purpose, const char* query) {
    if (absl::Status given = CheckGiven({{"query", query}}); !given.ok()) return given;
    absl::StatusOr<Place> place = Place::Of(database, transaction, purpose);
    if (!place.ok()) return place.status();
    absl::StatusOr<DocumentQuery> document = ParseQueryDocument(place->database(), query);
    if (!document.ok()) return document.status();
    return QueryCall{*std::move(place), *std::move(document)};
  }
};

// A plain walk, in the call's snapshot or one of its own.
absl::Status OpenWalk(const QueryCall& call, OpenCursor* cursor) {
  cursor->snapshot = call.place.snapshot();
  if (cursor->snapshot == nullptr) {
    absl::StatusOr<ReadTransaction> own = call.place.database().BeginRead();
    if (!own.ok()) return own.status();
    cursor->snapshot = std::make_shared<const ReadTransaction>(*std::move(own));
  }
  const JsonTable& table = call.document.table;
  absl::StatusOr<engine::RecordCursor> walk = table.core().Scan(*cursor->snapshot);
  if (!walk.ok()) return walk.status();
  cursor->walk = *std::move(walk);
  cursor->cutter.emplace(table.schema());
  return absl::OkStatus();
}

absl::Status KeepRows(const QueryCall& call, OpenCursor* cursor) {
  return call.document.query.ForEach(call.place.view(), [cursor](const Json& row) {
    cursor->rows.append(row.dump()).push_back('\0');
    return true;
  });
}

absl::StatusOr<std::shared_ptr<OpenCursor>> OpenRows(const QueryCall& call) {
  absl::StatusOr<DatabaseUse> use = call.place.Keep();
  if (!use.ok()) return use.status();
  auto cursor = std::make_shared<OpenCursor>(
      OpenCursor{.database = *std::move(use), .snapshot = {}, .walk = {}, .cutter = {}});
  const bool walks = call.document.is_plain_walk && call.place.writer() == nullptr;
  absl::Status opened = walks ? OpenWalk(call, cursor.get()) : KeepRows(call, cursor.get());
  if (!opened.ok()) return opened;
  return cursor;
}

absl::Status NextRow(OpenCursor* cursor, const char** row) {
  if (cursor->walk.has_value()) {
    std::string_view line;
    if (!cursor->walk->Next(&line)) return cursor->walk->status();
    cursor->row.clear();
    cursor->cutter->Cut(line, [cursor](std::string_view piece) { cursor->row.append(piece); });
    *row = cursor->row.c_str();
    return absl::OkStatus();
  }
  if (cursor->next == cursor->rows.size()) return absl::OkStatus();
  *row = cursor->rows.data() + cursor->next;
  cursor->next = cursor->rows.find('\0', cursor->next) + 1;
  return absl::OkStatus();
}

// Runs `change(query, writer)`, where writer is null for a transaction of the query's own.
template <class ChangeRows>
absl::Status ChangeWhere(linedb_database* database, linedb_transaction* transaction,
                         const char* query, std::uint64_t* records, ChangeRows&& change) {
  Clear(records);
  const absl::StatusOr<QueryCall> call =
      QueryCall::Of(database, transaction, Place::For::kWriting, query);
  if (!call.ok()) return call.status();
  const absl::StatusOr<std::uint64_t> changed = change(call->document.query, call->place.writer());
  if (!changed.ok()) return changed.status();
  if (records != nullptr) *records = *changed;
  return absl::OkStatus();
}

}  // namespace
}  // namespace linedb::c_api

using namespace linedb::c_api;  // NOLINT: what follows is C
using linedb::JsonQuery;
using linedb::WriteTransaction;

extern "C" {

int linedb_query(linedb_database* database, linedb_transaction* transaction, const char* query,
                 linedb_visitor visit, void* context, linedb_error* error) {
  return Call(error, [&] {
    if (visit == nullptr) return absl::InvalidArgumentError("visit is NULL");
    const auto call = QueryCall::Of(database, transaction, Place::For::kReading, query);
    if (!call.ok()) return call.status();
    return call->document.query.ForEach(call->place.view(), [&](const linedb::Json& row) {
      return visit(context, row.dump().c_str()) != 0;
    });
  });
}

int linedb_cursor_open(linedb_database* database, linedb_transaction* transaction,
                       const char* query, linedb_cursor** cursor, linedb_error* error) {
  return Call(error, [&] {
    Clear(cursor);
    if (absl::Status given = CheckGiven({{"cursor", cursor}}); !given.ok()) return given;
    const auto call = QueryCall::Of(database, transaction, Place::For::kReading, query);
    if (!call.ok()) return call.status();
    auto rows = OpenRows(*call);
    if (!rows.ok()) return rows.status();
    *cursor = Cursors().Add(*std::move(rows));
    return absl::OkStatus();
  });
}

int linedb_cursor_next(linedb_cursor* cursor, const char** row, linedb_error* error) {
  return Call(error, [&] {
    Clear(row);
    if (absl::Status given = CheckGiven({{"row", row}}); !given.ok()) return given;
    const auto open = Cursors().Find(cursor);
    return open == nullptr ? NoSuchHandle("cursor", cursor) : NextRow(open.get(), row);
  });
}

int linedb_cursor_close(linedb_cursor* cursor, linedb_error* error) {
  return Call(error, [&] {
    const bool closed = cursor == nullptr || Cursors().Remove(cursor) != nullptr;
    return closed ? absl::OkStatus() : NoSuchHandle("cursor", cursor);
  });
}

int linedb_count(linedb_database* database, linedb_transaction* transaction, const char* query,
                 uint64_t* rows, linedb_error* error) {
  return Call(error, [&] {
    Clear(rows);
    if (absl::Status given = CheckGiven({{"rows", rows}}); !given.ok()) return given;
    const auto call = QueryCall::Of(database, transaction, Place::For::kReading, query);
    if (!call.ok()) return call.status();
    const absl::StatusOr<std::uint64_t> count = call->document.query.Count(call->place.view());
    if (count.ok()) *rows = *count;
    return count.status();
  });
}

int linedb_update_where(linedb_database* database, linedb_transaction* transaction,
                        const char* query, const char* assignments, uint64_t* records,
                        linedb_error* error) {
  return Call(error, [&] {
    absl::Status given = CheckGiven({{"assignments", assignments}});
    if (!given.ok()) return given;
    return ChangeWhere(database, transaction, query, records,
                       [&](const JsonQuery& found, WriteTransaction* writer) {
                         return writer != nullptr ? found.Update(*writer, assignments)
                                                  : found.Update(assignments);
                       });
  });
}

int linedb_delete_where(linedb_database* database, linedb_transaction* transaction,
                        const char* query, uint64_t* records, linedb_error* error) {
  return Call(error, [&] {
    return ChangeWhere(database, transaction, query, records,
                       [](const JsonQuery& found, WriteTransaction* writer) {
                         return writer != nullptr ? found.Erase(*writer) : found.Erase();
                       });
  });
}

int linedb_explain(linedb_database* database, linedb_transaction* transaction, const char* query,
                   char** plan, linedb_error* error) {
  return Call(error, [&] {
    Clear(plan);
    if (absl::Status given = CheckGiven({{"plan", plan}}); !given.ok()) return given;
    const auto call = QueryCall::Of(database, transaction, Place::For::kReading, query);
    if (!call.ok()) return call.status();
    const absl::StatusOr<std::string> text = call->document.query.Explain(call->place.view());
    if (text.ok()) Give(*text, plan);
    return text.status();
  });
}

}  // extern "C"
