#include "schema/column_match.h"

#include <algorithm>
#include <cassert>
#include <cstddef>

namespace linedb::schema {
namespace {

int FindById(const TableSchema& schema, std::int64_t id) {
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    if (ColumnIdOf(schema, i) == id) return static_cast<int>(i);
  }
  return -1;
}

int FindByName(const TableSchema& schema, const std::string& name) {
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    if (schema.columns[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

std::int64_t IdMaxOf(const TableSchema& schema) {
  std::int64_t id_max = schema.column_id_max;
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    id_max = std::max(id_max, ColumnIdOf(schema, i));
  }
  return id_max;
}

// Whether ids need not be said: the columns of `stored` come first, under their names, and no id
// was ever said.
bool NamesTell(const TableSchema& stored, const TableSchema& wanted) {
  if (stored.column_id_max != 0 || wanted.columns.size() < stored.columns.size()) return false;
  for (const TableSchema* schema : {&stored, &wanted}) {
    for (const ColumnSchema& column : schema->columns) {
      if (column.id != 0) return false;
    }
  }
  return std::equal(stored.columns.begin(), stored.columns.end(), wanted.columns.begin(),
                    [](const ColumnSchema& a, const ColumnSchema& b) { return a.name == b.name; });
}

// An id for each column: that of the stored one, or the one that it says, or a new one.
void GiveIds(const TableSchema& stored, const std::vector<int>& places, TableSchema* evolved) {
  std::int64_t id_max = std::max(IdMaxOf(stored), evolved->column_id_max);
  for (const ColumnSchema& column : evolved->columns) id_max = std::max(id_max, column.id);
  for (std::size_t i = 0; i < places.size(); ++i) {
    ColumnSchema& column = evolved->columns[i];
    if (places[i] >= 0) {
      column.id = ColumnIdOf(stored, static_cast<std::size_t>(places[i]));
    } else if (column.id == 0) {
      column.id = ++id_max;
    }
  }
  evolved->column_id_max = id_max;
}

}  // namespace

std::vector<int> MatchColumns(const TableSchema& from, const TableSchema& to) {
  std::vector<int> places(to.columns.size(), -1);
  std::vector<bool> taken(from.columns.size(), false);
  const auto take = [&](std::size_t column, int place) {
    if (place < 0 || taken[static_cast<std::size_t>(place)]) return;
    taken[static_cast<std::size_t>(place)] = true;
    places[column] = place;
  };
  for (std::size_t i = 0; i < to.columns.size(); ++i) {
    if (to.columns[i].id != 0) take(i, FindById(from, to.columns[i].id));
  }
  for (std::size_t i = 0; i < to.columns.size(); ++i) {
    if (to.columns[i].id == 0) take(i, FindByName(from, to.columns[i].name));
  }
  return places;
}

std::map<std::string, std::string> NamesAfter(const TableSchema& from, const TableSchema& to) {
  std::map<std::string, std::string> names;
  const std::vector<int> places = MatchColumns(from, to);
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i] < 0) continue;
    names[from.columns[static_cast<std::size_t>(places[i])].name] = to.columns[i].name;
  }
  return names;
}

TableSchema WithAllIds(const TableSchema& stored, const TableSchema& wanted) {
  TableSchema said = wanted;
  const bool says = std::any_of(wanted.columns.begin(), wanted.columns.end(),
                                [](const ColumnSchema& column) { return column.id != 0; });
  if (says || wanted.column_id_max != 0) GiveIds(stored, MatchColumns(stored, wanted), &said);
  return said;
}

TableSchema EvolvedSchema(const TableSchema& stored, const TableSchema& wanted,
                          std::int64_t version) {
  TableSchema evolved = wanted;
  const std::vector<int> places = MatchColumns(stored, wanted);
  evolved.version = version;
  evolved.created_at = stored.created_at;
  if (evolved.unknown_members.empty()) evolved.unknown_members = stored.unknown_members;
  for (std::size_t i = 0; i < places.size(); ++i) {
    std::string& unknown = evolved.columns[i].unknown_members;
    if (places[i] < 0 || !unknown.empty()) continue;
    unknown = stored.columns[static_cast<std::size_t>(places[i])].unknown_members;
  }
  if (!NamesTell(stored, wanted)) GiveIds(stored, places, &evolved);
  assert(MatchColumns(stored, evolved) == places);
  return evolved;
}

}  // namespace linedb::schema
