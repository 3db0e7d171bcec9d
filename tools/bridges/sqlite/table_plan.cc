#include "tools/bridges/sqlite/table_plan.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>

#include "tools/bridges/sqlite/sql_value.h"

namespace linedb::sqlite {
namespace {

constexpr int kKindBits = 2;
constexpr int kNumberBits = 12;
constexpr int kNumbersMax = 1 << kNumberBits;  // keys and indexes behind these are not used
constexpr int kColumnsShift = kKindBits + 1 + kNumberBits;
constexpr int kColumnsMax = (1 << (31 - kColumnsShift)) - 2;

// The constraint of this kind on the column that can be looked up; -1: there is none.
int FindConstraint(const TableSource& source, sqlite3_index_info* info, int stored,
                   std::initializer_list<unsigned char> operators) {
  const Type type = source.layout.columns()[static_cast<std::size_t>(stored)].type;
  if (type == Type::kJson) return -1;
  const int column = source.ColumnOf(stored);
  for (int i = 0; i < info->nConstraint; ++i) {
    const auto& constraint = info->aConstraint[i];
    if (constraint.usable == 0 || constraint.iColumn != column || column < 0) continue;
    if (std::find(operators.begin(), operators.end(), constraint.op) == operators.end()) continue;
    // Other collations take for equal what differs in bytes.
    if (std::strcmp(sqlite3_vtab_collation(info, i), "BINARY") != 0) continue;
    return i;
  }
  return -1;
}

// A plan, and which constraints are its arguments.
struct Candidate {
  TablePlan plan;
  std::vector<int> arguments;
  double rows = 0;
  double cost = 0;
  bool ordered = false;
};

// Whether the records come in the wanted order if they come in that of the columns, of which the
// first `fixed` have one value each.
bool HasOrder(const TableSource& source, const sqlite3_index_info& info,
              const std::vector<int>& columns, std::size_t fixed, bool* descending) {
  if (info.nOrderBy == 0) return false;
  std::size_t next = fixed;
  for (int i = 0; i < info.nOrderBy; ++i) {
    const auto& order = info.aOrderBy[i];
    if (order.iColumn < 0) return false;
    const int stored = source.StoredColumn(order.iColumn);
    const auto known =
        std::find(columns.begin(), columns.begin() + static_cast<std::ptrdiff_t>(fixed), stored);
    if (known != columns.begin() + static_cast<std::ptrdiff_t>(fixed)) continue;
    if (next >= columns.size() || columns[next] != stored) return false;
    if (next > fixed && *descending != (order.desc != 0)) return false;
    *descending = order.desc != 0;
    ++next;
  }
  return true;
}

Candidate ScanOf(double records) {
  return {.plan = {}, .arguments = {}, .rows = records, .cost = records + 1, .ordered = false};
}

std::optional<Candidate> KeyOf(const TableSource& source, sqlite3_index_info* info, int key) {
  Candidate candidate{.plan = {.kind = TablePlan::Kind::kKey, .number = key},
                      .arguments = {},
                      .rows = 1,
                      .cost = 4};
  for (const int stored : source.layout.keys()[static_cast<std::size_t>(key)].columns) {
    // -0.0 and 0.0 are one number and two keys.
    if (source.layout.columns()[static_cast<std::size_t>(stored)].type == Type::kFloat)
      return std::nullopt;
    const int found = FindConstraint(source, info, stored, {SQLITE_INDEX_CONSTRAINT_EQ});
    if (found < 0) return std::nullopt;
    candidate.arguments.push_back(found);
    candidate.plan.operators += '=';
  }
  return candidate;
}

// Whether SQLite knows already what the first columns are to equal, and each of those is one value
// of the column: only then do the records come in the order of what is behind these columns.
bool AreLiterals(const TableSource& source, sqlite3_index_info* info,
                 const std::vector<int>& columns, const Candidate& candidate) {
  for (std::size_t i = 0; i < candidate.arguments.size() && candidate.plan.operators[i] == '=';
       ++i) {
    sqlite3_value* literal = nullptr;
    if (sqlite3_vtab_rhs_value(info, candidate.arguments[i], &literal) != SQLITE_OK) return false;
    const Type type = source.layout.columns()[static_cast<std::size_t>(columns[i])].type;
    const Comparand comparand = ComparandOf(type, Bound::kEqual, literal);
    if (comparand.kind == Comparand::Kind::kUnknown) return false;
  }
  return true;
}

std::optional<Candidate> IndexOf(const TableSource& source, sqlite3_index_info* info, int number,
                                 double records) {
  const std::vector<int>& columns =
      source.layout.indexes()[static_cast<std::size_t>(number)].columns;
  Candidate candidate{.plan = {.kind = TablePlan::Kind::kIndex, .number = number},
                      .arguments = {},
                      .rows = records};
  const auto take = [&](int constraint, char op, double part) {
    if (constraint < 0) return false;
    candidate.arguments.push_back(constraint);
    candidate.plan.operators += op;
    candidate.rows *= part;
    return true;
  };
  std::size_t fixed = 0;
  while (
      fixed < columns.size() &&
      take(FindConstraint(source, info, columns[fixed], {SQLITE_INDEX_CONSTRAINT_EQ}), '=', 0.02)) {
    ++fixed;
  }
  if (fixed < columns.size()) {
    take(FindConstraint(source, info, columns[fixed],
                        {SQLITE_INDEX_CONSTRAINT_GE, SQLITE_INDEX_CONSTRAINT_GT}),
         '>', 0.2);
    take(FindConstraint(source, info, columns[fixed],
                        {SQLITE_INDEX_CONSTRAINT_LE, SQLITE_INDEX_CONSTRAINT_LT}),
         '<', 0.2);
  }
  candidate.ordered = (fixed == 0 || AreLiterals(source, info, columns, candidate)) &&
                      HasOrder(source, *info, columns, fixed, &candidate.plan.descending);
  if (candidate.arguments.empty() && !candidate.ordered) return std::nullopt;
  candidate.rows = std::max(candidate.rows, 1.0);
  candidate.cost = 8 + 2 * candidate.rows;  // records one by one, here and there in the file
  return candidate;
}

// With the sort that SQLite would have to do.
double WholeCost(const Candidate& candidate, const sqlite3_index_info& info) {
  const bool sorts = info.nOrderBy > 0 && !candidate.ordered;
  return candidate.cost + (sorts ? candidate.rows * std::log2(candidate.rows + 1) : 0);
}

int LastColumn(const TableSource& source, const sqlite3_index_info& info) {
  const int count = source.layout.column_count();
  if (count > 60 || count > kColumnsMax) return count > kColumnsMax ? -1 : count - 1;
  int last = -1;
  for (int i = 0; i < static_cast<int>(source.names.size()); ++i) {
    if ((info.colUsed >> i & 1) != 0) last = source.StoredColumn(i);
  }
  return last;
}

}  // namespace

int TablePlan::Number() const {
  return static_cast<int>(kind) | (descending ? 1 << kKindBits : 0) | number << (kKindBits + 1) |
         (last_column + 1) << kColumnsShift;
}

TablePlan TablePlan::FromNumber(int number, const char* operators) {
  TablePlan plan;
  plan.kind = static_cast<Kind>(number & ((1 << kKindBits) - 1));
  plan.descending = (number >> kKindBits & 1) != 0;
  plan.number = number >> (kKindBits + 1) & (kNumbersMax - 1);
  plan.last_column = (number >> kColumnsShift) - 1;
  plan.operators = operators == nullptr ? "" : operators;
  return plan;
}

bool ChoosePlan(const TableSource& source, sqlite3_index_info* info) {
  const double records = static_cast<double>(source.records);
  Candidate best = ScanOf(records);
  const auto consider = [&](const std::optional<Candidate>& candidate) {
    if (candidate.has_value() && WholeCost(*candidate, *info) < WholeCost(best, *info))
      best = *candidate;
  };
  const int keys = std::min(static_cast<int>(source.layout.keys().size()), kNumbersMax);
  for (int key = source.layout.has_row_id() ? 1 : 0; key < keys; ++key)
    consider(KeyOf(source, info, key));
  const int indexes = std::min(static_cast<int>(source.layout.indexes().size()), kNumbersMax);
  for (int i = 0; i < indexes; ++i) consider(IndexOf(source, info, i, records));
  best.plan.last_column = LastColumn(source, *info);
  for (std::size_t i = 0; i < best.arguments.size(); ++i) {
    info->aConstraintUsage[best.arguments[i]].argvIndex = static_cast<int>(i) + 1;
  }
  info->idxNum = best.plan.Number();
  info->idxStr = sqlite3_mprintf("%s", best.plan.operators.c_str());
  info->needToFreeIdxStr = 1;
  info->estimatedCost = best.cost;
  info->estimatedRows = static_cast<sqlite3_int64>(best.rows) + 1;
  info->orderByConsumed = best.ordered ? 1 : 0;
  return info->idxStr != nullptr;
}

}  // namespace linedb::sqlite
