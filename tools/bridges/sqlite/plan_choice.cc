#include "tools/bridges/sqlite/plan_choice.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/query/access_costs.h"
#include "tools/bridges/sqlite/comparand.h"

namespace linedb::sqlite {
namespace {

constexpr double kRangePart = 0.3;         // of the records, by a bound that is not known yet
constexpr double kBuildPart = 0.01;        // of a lookup table's cost, for each time it is asked
constexpr double kBuildNanoseconds = 300;  // a record that goes into it
constexpr double kSortNanoseconds = 100;   // a comparison of SQLite's sort, and what goes with it
constexpr int kColumnsOfMask = 63;         // SQLite's mask of columns has a bit for each of so many

// A plan, and what SQLite is told of it.
struct Candidate {
  TablePlan plan = {};
  std::vector<int> constraints = {};     // one for each argument
  std::vector<Comparand> literals = {};  // the arguments' values, as far as they are known already
  double rows = 0;
  double nanoseconds = 0;
  bool ordered = false;
};

class PlanChooser {
 public:
  PlanChooser(const TableSource& source, sqlite3_index_info* info)
      : source_(source), layout_(source.layout), info_(info), wanted_(RowsWanted()) {}

  Candidate Choose() {
    Candidate best = ScanOf();
    const auto consider = [&](std::optional<Candidate> candidate) {
      if (candidate.has_value() && WholeCost(*candidate) < WholeCost(best))
        best = *std::move(candidate);
    };
    // Of a table without a primary key the first is that of the hidden row number.
    const int keys = static_cast<int>(layout_.keys().size());
    for (int key = layout_.has_row_id() ? 1 : 0; key < keys; ++key) consider(KeyOf(key));
    const int indexes = static_cast<int>(layout_.indexes().size());
    for (int index = 0; index < indexes; ++index) consider(IndexOf(index));
    consider(LookupOf());
    best.plan.last_column = LastColumn();
    return best;
  }

 private:
  Type TypeOf(int stored) const { return layout_.columns()[static_cast<std::size_t>(stored)].type; }

  bool IsUsable(int i) const {
    const auto& constraint = info_->aConstraint[i];
    const bool is_limit = constraint.op == SQLITE_INDEX_CONSTRAINT_LIMIT ||
                          constraint.op == SQLITE_INDEX_CONSTRAINT_OFFSET;
    return constraint.usable != 0 && constraint.iColumn >= 0 && !is_limit;
  }

  // The constraint of one of these kinds on the column that can be looked up; -1: there is none.
  int Find(int stored, std::initializer_list<unsigned char> operators) const {
    for (int i = 0; i < info_->nConstraint; ++i) {
      const auto& constraint = info_->aConstraint[i];
      if (!IsUsable(i) || constraint.iColumn != source_.ColumnOf(stored)) continue;
      if (std::find(operators.begin(), operators.end(), constraint.op) == operators.end()) continue;
      // Other collations take for equal what differs in bytes.
      if (std::strcmp(sqlite3_vtab_collation(info_, i), "BINARY") == 0) return i;
    }
    return -1;
  }

  sqlite3_value* LiteralOf(int constraint) const {
    sqlite3_value* literal = nullptr;
    return sqlite3_vtab_rhs_value(info_, constraint, &literal) == SQLITE_OK ? literal : nullptr;
  }

  // False: there is no such constraint, or one by which nothing can be looked up.
  bool Take(int constraint, TablePlan::Argument argument, Candidate* candidate) const {
    if (constraint < 0) return false;
    Comparand known;
    if (sqlite3_value* const literal = LiteralOf(constraint); literal != nullptr) {
      known = ComparandOf(TypeOf(argument.column), argument.bound, literal);
      if (known.kind == Comparand::Kind::kUnknown) return false;
    }
    candidate->constraints.push_back(constraint);
    candidate->plan.arguments.push_back(argument);
    candidate->literals.push_back(std::move(known));
    return true;
  }

  // By LIMIT and OFFSET.
  std::optional<double> RowsWanted() const {
    double wanted = 0;
    bool limited = false;
    for (int i = 0; i < info_->nConstraint; ++i) {
      const unsigned char op = info_->aConstraint[i].op;
      const bool is_limit = op == SQLITE_INDEX_CONSTRAINT_LIMIT;
      if (!is_limit && op != SQLITE_INDEX_CONSTRAINT_OFFSET) continue;
      sqlite3_value* const literal = LiteralOf(i);
      if (literal == nullptr || sqlite3_value_type(literal) != SQLITE_INTEGER) return std::nullopt;
      if (sqlite3_value_int64(literal) < 0) return std::nullopt;  // none
      wanted += static_cast<double>(sqlite3_value_int64(literal));
      limited = limited || is_limit;
    }
    return limited ? std::optional<double>(wanted) : std::nullopt;
  }

  // Which part of what the candidate finds passes the conditions that it does not look up.
  double PartThatPasses(const Candidate& candidate) const {
    double part = 1;
    for (int i = 0; i < info_->nConstraint; ++i) {
      const auto& used = candidate.constraints;
      if (!IsUsable(i) || std::find(used.begin(), used.end(), i) != used.end()) continue;
      part *= info_->aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_EQ ? 0.1 : 0.5;
    }
    return part;
  }

  // Of so many records that there are, those that are read.
  double RecordsRead(double records, const Candidate& candidate) const {
    const bool to_the_end = info_->nOrderBy > 0 && !candidate.ordered;
    if (to_the_end || !wanted_.has_value()) return records;
    return std::min(records, *wanted_ / PartThatPasses(candidate));
  }

  // With the sort that SQLite would have to do.
  double WholeCost(const Candidate& candidate) const {
    if (info_->nOrderBy == 0 || candidate.ordered) return candidate.nanoseconds;
    const double kept = std::min(wanted_.value_or(candidate.rows), candidate.rows);
    return candidate.nanoseconds +
           candidate.rows * std::log2(std::max(2.0, kept)) * kSortNanoseconds;
  }

  void SetRows(double records, Candidate* candidate) const {
    candidate->rows = std::max(records * PartThatPasses(*candidate), 1.0);
  }

  Candidate ScanOf() const {
    Candidate candidate;
    SetRows(source_.records, &candidate);
    // To begin a walk takes as long wherever it leads.
    candidate.nanoseconds = engine::kRangeNanoseconds +
                            engine::kScanNanoseconds * RecordsRead(source_.records, candidate);
    return candidate;
  }

  std::optional<Candidate> KeyOf(int key) const {
    Candidate candidate{.plan = {.kind = TablePlan::Kind::kKey, .number = key}};
    for (const int stored : layout_.keys()[static_cast<std::size_t>(key)].columns) {
      const int constraint = Find(stored, {SQLITE_INDEX_CONSTRAINT_EQ});
      if (!Take(constraint, {stored, Bound::kEqual}, &candidate)) return std::nullopt;
    }
    candidate.rows = 1;
    candidate.nanoseconds = engine::kKeyNanoseconds;
    return candidate;
  }

  std::optional<Candidate> IndexOf(int number) const {
    const std::vector<int>& columns = layout_.indexes()[static_cast<std::size_t>(number)].columns;
    Candidate candidate{.plan = {.kind = TablePlan::Kind::kIndex, .number = number}};
    std::size_t fixed = 0;
    while (fixed < columns.size() && TakeEquality(columns[fixed], &candidate)) ++fixed;
    const bool one_value_each =
        std::all_of(candidate.literals.begin(), candidate.literals.end(),
                    [](const Comparand& value) { return value.is_value(); });
    if (fixed < columns.size()) TakeRange(columns[fixed], &candidate);
    candidate.ordered = one_value_each && HasOrder(columns, fixed, &candidate.plan.descending);
    if (candidate.constraints.empty() && !candidate.ordered) return std::nullopt;
    const double entries = EntriesOf(candidate);
    SetRows(entries, &candidate);
    candidate.nanoseconds =
        engine::kRangeNanoseconds + engine::kEntryNanoseconds * RecordsRead(entries, candidate);
    return candidate;
  }

  bool TakeEquality(int stored, Candidate* candidate) const {
    const int equal = Find(stored, {SQLITE_INDEX_CONSTRAINT_EQ});
    if (Take(equal, {stored, Bound::kEqual}, candidate)) return true;
    const int is = Find(stored, {SQLITE_INDEX_CONSTRAINT_IS, SQLITE_INDEX_CONSTRAINT_ISNULL});
    return Take(is, {stored, Bound::kIs}, candidate);
  }

  void TakeRange(int stored, Candidate* candidate) const {
    constexpr std::pair<unsigned char, Bound> kLows[] = {
        {SQLITE_INDEX_CONSTRAINT_GE, Bound::kLow}, {SQLITE_INDEX_CONSTRAINT_GT, Bound::kAbove}};
    constexpr std::pair<unsigned char, Bound> kHighs[] = {
        {SQLITE_INDEX_CONSTRAINT_LE, Bound::kHigh}, {SQLITE_INDEX_CONSTRAINT_LT, Bound::kBelow}};
    for (const auto& ends : {std::span(kLows), std::span(kHighs)}) {
      for (const auto& [op, bound] : ends) {
        if (Take(Find(stored, {op}), {stored, bound}, candidate)) break;
      }
    }
  }

  // Whether the records come in the wanted order if they come in that of the columns, of which the
  // first `fixed` have one value each.
  bool HasOrder(const std::vector<int>& columns, std::size_t fixed, bool* descending) const {
    if (info_->nOrderBy == 0) return false;
    const auto fixed_end = columns.begin() + static_cast<std::ptrdiff_t>(fixed);
    std::size_t next = fixed;
    for (int i = 0; i < info_->nOrderBy; ++i) {
      const auto& order = info_->aOrderBy[i];
      if (order.iColumn < 0) return false;
      const int stored = source_.StoredColumn(order.iColumn);
      if (std::find(columns.begin(), fixed_end, stored) != fixed_end) continue;
      if (next >= columns.size() || columns[next] != stored) return false;
      if (next > fixed && *descending != (order.desc != 0)) return false;
      *descending = order.desc != 0;
      ++next;
    }
    return true;
  }

  // How many entries of its index the plan walks: as many as there are in the range, as far as that
  // is known, and a guess for the rest.
  double EntriesOf(const Candidate& candidate) const {
    const TablePlan& plan = candidate.plan;
    double entries = static_cast<double>(
        engine::EstimateEntries(source_.core, plan.number, RangeOf(plan, candidate.literals)));
    for (std::size_t i = 0; i < candidate.literals.size(); ++i) {
      if (candidate.literals[i].is_value()) continue;
      entries = IsEquality(plan.arguments[i].bound) ? std::min(entries, engine::kMatchesEach)
                                                    : entries * kRangePart;
    }
    return entries;
  }

  // For joins over what has no key. Its cost is paid once, and SQLite counts that of each time.
  std::optional<Candidate> LookupOf() const {
    Candidate candidate{.plan = {.kind = TablePlan::Kind::kLookup}};
    bool is_join = false;
    for (int stored = 0; stored < layout_.column_count(); ++stored) {
      const int constraint = Find(stored, {SQLITE_INDEX_CONSTRAINT_EQ});
      // The values of an IN are better looked for in one scan.
      if (constraint < 0 || sqlite3_vtab_in(info_, constraint, -1) != 0) continue;
      if (!Take(constraint, {stored, Bound::kEqual}, &candidate)) continue;
      is_join = is_join || LiteralOf(constraint) == nullptr;
    }
    if (!is_join) return std::nullopt;
    const double records = std::min(source_.records, engine::kMatchesEach);
    SetRows(records, &candidate);
    candidate.nanoseconds = engine::kKeyNanoseconds + engine::kScanNanoseconds * records +
                            kBuildPart * kBuildNanoseconds * source_.records;
    return candidate;
  }

  int LastColumn() const {
    const int count = static_cast<int>(source_.names.size());
    int last = -1;
    for (int i = 0; i < std::min(count, kColumnsOfMask); ++i) {
      if ((info_->colUsed >> i & 1) != 0) last = source_.StoredColumn(i);
    }
    const bool any_behind = (info_->colUsed >> kColumnsOfMask & 1) != 0;
    return any_behind ? source_.StoredColumn(count - 1) : last;
  }

  const TableSource& source_;
  const schema::RecordLayout& layout_;
  sqlite3_index_info* const info_;
  const std::optional<double> wanted_;
};

}  // namespace

bool ChoosePlan(TableSource& source, sqlite3_index_info* info) {
  Candidate best = PlanChooser(source, info).Choose();
  for (std::size_t i = 0; i < best.constraints.size(); ++i) {
    info->aConstraintUsage[best.constraints[i]].argvIndex = static_cast<int>(i) + 1;
  }
  info->idxNum = static_cast<int>(source.plans.size());
  info->idxStr = sqlite3_mprintf("%s", TextOf(best.plan, source.layout).c_str());
  info->needToFreeIdxStr = 1;
  info->estimatedCost = best.nanoseconds / engine::kScanNanoseconds;
  info->estimatedRows = static_cast<sqlite3_int64>(best.rows);
  info->orderByConsumed = best.ordered ? 1 : 0;
  source.plans.push_back(std::move(best.plan));
  return info->idxStr != nullptr;
}

}  // namespace linedb::sqlite
