#include "engine/alteration_judge.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "schema/bound_expression.h"
#include "schema/column_match.h"
#include "schema/primary_key.h"
#include "schema/record_codec.h"
#include "schema/value_conversion.h"
#include "schema/value_view.h"
#include "wal/file_names.h"

namespace linedb::engine {
namespace {

class UniqueRule final : public RecordRule {
 public:
  explicit UniqueRule(const schema::KeyLayout& key) : key_(key) {}

  ViolationKind kind() const override { return ViolationKind::kUnique; }

  void Judge(const CarriedRecord& record, Tell tell) override {
    const std::optional<std::string_view> text =
        schema::KeyTextOf(key_, record.line, record.spans, &scratch_);
    if (!text.has_value()) return;
    const auto [first, is_new] = lines_.try_emplace(std::string(*text), record.number);
    if (is_new) return;
    tell(key_.name,
         absl::StrCat("the value ", std::string(*text), " is in line ", first->second, " already"));
  }

 private:
  const schema::KeyLayout& key_;
  absl::flat_hash_map<std::string, std::uint64_t> lines_;  // by the key's text
  std::string scratch_;
};

class CheckRule final : public RecordRule {
 public:
  CheckRule(const schema::RecordLayout& layout, std::string text, schema::BoundExpression check)
      : layout_(layout),
        text_(std::move(text)),
        check_(std::move(check)),
        values_(layout.columns().size()) {
    for (const int column : check_.columns()) names_.push_back(NameOf(column));
  }

  ViolationKind kind() const override { return ViolationKind::kCheck; }

  void Judge(const CarriedRecord& record, Tell tell) override {
    arena_.Clear();
    for (const int column : check_.columns()) {
      const std::string_view value = record.spans[column].In(record.line);
      values_[static_cast<std::size_t>(column)] = schema::ReadColumnValue(
          layout_.columns()[static_cast<std::size_t>(column)].type, value, &arena_);
    }
    if (check_.Test(values_.data()) != schema::Truth::kFalse) return;
    tell(absl::StrJoin(names_, ","), "check \"" + text_ + "\" is false");
  }

 private:
  std::string NameOf(int column) const {
    return layout_.columns()[static_cast<std::size_t>(column)].name;
  }

  const schema::RecordLayout& layout_;
  const std::string text_;
  const schema::BoundExpression check_;
  std::vector<std::string> names_;
  std::vector<schema::ValueView> values_;
  schema::ScratchArena arena_;
};

// The columns of the altered table whose values differ from record to record as they did before:
// all but new ones, and those that are narrowed, by which two values may become one.
std::set<std::string> ColumnsThatStay(const Alteration& alteration) {
  std::set<std::string> stay;
  const TableSchema& from = alteration.from().schema();
  const TableSchema& to = alteration.to().schema();
  const std::vector<int> places = schema::MatchColumns(from, to);
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i] < 0) continue;
    const Type before = from.columns[static_cast<std::size_t>(places[i])].type;
    const schema::Conversion conversion = schema::ConversionOf(before, to.columns[i].type);
    const bool same = conversion == schema::Conversion::kSame;
    if (same || conversion == schema::Conversion::kWiden) stay.insert(to.columns[i].name);
  }
  return stay;
}

// By the names that columns will have, in order.
std::set<std::set<std::string>> KeysBefore(const Alteration& alteration) {
  const schema::RecordLayout& from = alteration.from();
  const auto names = schema::NamesAfter(from.schema(), alteration.to().schema());
  std::set<std::set<std::string>> keys;
  for (const schema::KeyLayout& key : from.keys()) {
    std::set<std::string> columns;
    for (const int column : key.columns) {
      const std::string& name = from.columns()[static_cast<std::size_t>(column)].name;
      const auto found = names.find(name);
      columns.insert(found == names.end() ? name : found->second);
    }
    keys.insert(std::move(columns));
  }
  return keys;
}

void AddUniqueRules(const Alteration& alteration, std::vector<std::unique_ptr<RecordRule>>* rules) {
  const schema::RecordLayout& to = alteration.to();
  const std::set<std::string> stay = ColumnsThatStay(alteration);
  const std::set<std::set<std::string>> before = KeysBefore(alteration);
  for (const schema::KeyLayout& key : to.keys()) {
    if (key.primary) continue;  // it stays
    std::set<std::string> columns;
    for (const int column : key.columns) {
      columns.insert(to.columns()[static_cast<std::size_t>(column)].name);
    }
    const bool held = before.contains(columns) &&
                      std::includes(stay.begin(), stay.end(), columns.begin(), columns.end());
    if (!held || alteration.by_function()) rules->push_back(std::make_unique<UniqueRule>(key));
  }
}

// With a function, or values that are converted, every check is asked anew: it is cheap.
absl::Status AddCheckRules(const Alteration& alteration,
                           std::vector<std::unique_ptr<RecordRule>>* rules) {
  const schema::RecordLayout& to = alteration.to();
  for (const std::string& text : AllChecks(to.schema())) {
    const absl::StatusOr<Expression> expression = Expression::Parse(text);
    absl::Status done = expression.status();
    if (done.ok()) {
      absl::StatusOr<schema::BoundExpression> bound =
          schema::BoundExpression::Bind(*expression, to);
      done = bound.ok() ? bound->CheckIsCondition() : bound.status();
      if (done.ok()) rules->push_back(std::make_unique<CheckRule>(to, text, *std::move(bound)));
    }
    if (done.ok()) continue;
    return absl::InvalidArgumentError(absl::StrCat("table ", to.schema().table_name, ": check ",
                                                   text, ": ", std::string(done.message())));
  }
  return absl::OkStatus();
}

// One walk over a source.
class JudgeWalk {
 public:
  JudgeWalk(const Alteration& alteration, const std::vector<std::unique_ptr<RecordRule>>& rules,
            std::shared_ptr<const ScanSource> source, std::size_t violations_max)
      : alteration_(alteration),
        rules_(rules),
        source_(std::move(source)),
        violations_max_(violations_max) {}

  absl::StatusOr<Judgement> Run() {
    ScanState scan(source_);
    for (std::string_view line; scan.Next(&line);) {
      ++judgement_.records;
      CountLinesUpTo(line);
      JudgeLine(line);
    }
    if (!scan.status().ok()) return scan.status();
    return std::move(judgement_);
  }

 private:
  // Superseded lines are passed over by the scan, but have numbers.
  void CountLinesUpTo(std::string_view line) {
    const std::string_view file = source_->file;
    const bool in_file = line.data() >= file.data() && line.data() < file.data() + file.size();
    const std::string_view part = in_file ? file : source_->tail;
    if (!in_file && !in_tail_) {
      number_ += std::count(file.begin() + static_cast<std::ptrdiff_t>(counted_), file.end(), '\n');
      in_tail_ = true;
      counted_ = 0;
    }
    const auto begin = static_cast<std::size_t>(line.data() - part.data());
    number_ += std::count(part.begin() + static_cast<std::ptrdiff_t>(counted_),
                          part.begin() + static_cast<std::ptrdiff_t>(begin), '\n');
    counted_ = begin;
  }

  void JudgeLine(std::string_view line) {
    const schema::RecordLayout& to = alteration_.to();
    carried_.clear();
    bool fits = true;
    const absl::Status changed =
        alteration_.Change(line, &carried_, [&](int column, const std::string& reason) {
          fits = false;
          const std::string name =
              column < 0 ? "" : to.columns()[static_cast<std::size_t>(column)].name;
          Tell(line, column < 0 ? ViolationKind::kFunction : ViolationKind::kValue, name, reason);
        });
    if (fits && !changed.ok())
      Tell(line, ViolationKind::kValue, "", std::string(changed.message()));
    if (!changed.ok()) return;
    spans_.resize(to.columns().size());
    if (!schema::SplitCanonical(to, carried_, to.column_count() - 1, spans_.data())) {
      Tell(line, ViolationKind::kFunction, "",
           "what it becomes is no record of the table: " + carried_);
      return;
    }
    if (alteration_.by_function() && !KeepsKey(line)) return;
    const CarriedRecord record{Number(), carried_, spans_.data()};
    for (const std::unique_ptr<RecordRule>& rule : rules_) {
      rule->Judge(record, [&](const std::string& columns, std::string reason) {
        Tell(line, rule->kind(), columns, std::move(reason));
      });
    }
  }

  bool KeepsKey(std::string_view line) {
    const schema::KeyLayout& key = alteration_.to().keys()[0];
    std::string scratch;
    const std::optional<std::string_view> after =
        schema::KeyTextOf(key, carried_, spans_.data(), &scratch);
    const std::string before = KeyTextBefore(line);
    if (after == before) return true;
    Tell(line, ViolationKind::kFunction, key.name,
         absl::StrCat("the function makes of the primary key ", before, " another one, ",
                      after ? std::string(*after) : "null"));
    return false;
  }

  std::string KeyTextBefore(std::string_view line) {
    return schema::PrimaryKeyOf(alteration_.from(), line).value_or("");
  }

  void Tell(std::string_view line, ViolationKind kind, const std::string& column,
            std::string reason) {
    ++judgement_.violations_total;
    if (judgement_.violations.size() >= violations_max_) return;
    const schema::RecordLayout& from = alteration_.from();
    std::string key = from.has_row_id() ? "" : KeyTextBefore(line);
    if (from.keys()[0].columns.size() > 1) key = absl::StrCat("[", key, "]");
    constexpr std::size_t kShownBytesMax = 1024;
    judgement_.violations.push_back({kind, from.schema().table_name, Number(), std::move(key),
                                     column, std::move(reason),
                                     std::string(line.substr(0, kShownBytesMax))});
  }

  std::uint64_t Number() const { return static_cast<std::uint64_t>(number_) + 1; }

  const Alteration& alteration_;
  const std::vector<std::unique_ptr<RecordRule>>& rules_;
  const std::shared_ptr<const ScanSource> source_;
  const std::size_t violations_max_;
  Judgement judgement_;
  std::string carried_;
  std::vector<schema::FieldSpan> spans_;
  std::ptrdiff_t number_ = 0;  // of newlines before the line
  std::size_t counted_ = 0;    // bytes of the part
  bool in_tail_ = false;
};

}  // namespace

absl::StatusOr<std::vector<std::unique_ptr<RecordRule>>> RulesOf(const Alteration& alteration) {
  std::vector<std::unique_ptr<RecordRule>> rules;
  AddUniqueRules(alteration, &rules);
  if (absl::Status added = AddCheckRules(alteration, &rules); !added.ok()) return added;
  return rules;
}

absl::StatusOr<Judgement> JudgeRecords(const Alteration& alteration,
                                       const std::vector<std::unique_ptr<RecordRule>>& rules,
                                       std::shared_ptr<const ScanSource> source,
                                       std::size_t violations_max) {
  return JudgeWalk(alteration, rules, std::move(source), violations_max).Run();
}

}  // namespace linedb::engine
