// The rows of the table of changes in schema/FORMAT.md, section 13, and ways to make each change.

#ifndef LINEDB_TESTS_EVOLUTION_EVOLUTION_ROWS_H_
#define LINEDB_TESTS_EVOLUTION_EVOLUTION_ROWS_H_

#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/evolution/altered_table.h"

namespace linedb::testing {

// One way to make the change: what is stored, and what is wanted.
struct Attempt {
  std::function<void(TableSchema&)> stored;
  std::function<void(TableSchema&)> wanted;
};

inline Attempt OfType(const char* column, Type from, Type to) {
  const auto set = [column](Type type) {
    return [column, type](TableSchema& schema) {
      ColumnOf(schema, column).type = type;
      ColumnOf(schema, column).unique = false;
    };
  };
  return {set(from), set(to)};
}

inline void RenameById(TableSchema& schema, const char* from, const char* to) {
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    schema.columns[i].id = ColumnIdOf(schema, i);
  }
  ColumnOf(schema, from).name = to;
}

class AttemptList {
 public:
  using S = TableSchema&;

  std::map<std::string, std::vector<Attempt>> Take() {
    AddColumns();
    AddTypes();
    AddConstraints();
    AddRules();
    AddTheRest();
    return std::move(all_);
  }

 private:
  void Add(const char* change, Attempt attempt) { all_[change].push_back(std::move(attempt)); }
  void Add(const char* change, std::function<void(S)> wanted) {
    Add(change, {[](S) {}, std::move(wanted)});
  }
  // There, and back again.
  void AddBoth(const char* there, const char* back, const std::function<void(S)>& change) {
    Add(there, change);
    Add(back, {change, [](S) {}});
  }

  void AddColumns() {
    Add("add a column that may be null",
        [](S s) { s.columns.push_back({.name = "phone", .nullable = true}); });
    Add("add a column with a default", [](S s) {
      s.columns.push_back({.name = "year", .type = Type::kInt, .default_json = "1"});
    });
    Add("add a column that has neither", [](S s) { s.columns.push_back({.name = "phone"}); });
    Add("drop a column", [](S s) { s.columns.erase(s.columns.begin() + 2); });
    Add("rename a column by its id", [](S s) { RenameById(s, "name", "full_name"); });
    Add("rename a column of the primary key by its id", [](S s) { RenameById(s, "id", "number"); });
    Add("change the order of columns", [](S s) { std::swap(s.columns[1], s.columns[3]); });
  }

  void AddTypes() {
    Add("widen int to float", OfType("height", Type::kInt, Type::kFloat));
    Add("widen date to timestamp", OfType("born", Type::kDate, Type::kTimestamp));
    for (const auto& [column, type] :
         {std::pair("height", Type::kInt), {"grade", Type::kFloat}, {"born", Type::kDate}}) {
      Add("widen int, float, bool, date, timestamp or bytes to str",
          OfType(column, type, Type::kString));
      Add("widen any type to json", OfType(column, type, Type::kJson));
    }
    Add("widen any type to json", OfType("name", Type::kString, Type::kJson));
    Add("narrow float to int", OfType("grade", Type::kFloat, Type::kInt));
    const auto add_at = [](Type type) {
      return [type](S s) { s.columns.push_back({.name = "at", .type = type, .nullable = true}); };
    };
    Add("narrow timestamp to date", {add_at(Type::kTimestamp), add_at(Type::kDate)});
    Add("narrow str to another type", OfType("code", Type::kString, Type::kInt));
    Add("narrow str to another type", OfType("code", Type::kString, Type::kFloat));
    Add("narrow json to another type", OfType("extra", Type::kJson, Type::kInt));
    Add("change a type otherwise", OfType("height", Type::kInt, Type::kBool));
    Add("change a type otherwise", OfType("grade", Type::kFloat, Type::kTimestamp));
  }

  void AddConstraints() {
    AddBoth("forbid null", "allow null", [](S s) { ColumnOf(s, "nick").nullable = false; });
    AddBoth("make a column unique", "end that a column is unique",
            [](S s) { ColumnOf(s, "name").unique = true; });
    AddBoth("make columns unique together", "end that columns are unique together", [](S s) {
      s.unique_keys.push_back({"name", "born"});
    });
    AddBoth("add an index", "drop an index",
            [](S s) { s.indexes.push_back({.columns = {"name"}}); });
    Add("add a unique index",
        [](S s) { s.indexes.push_back({.columns = {"name"}, .unique = true}); });
  }

  void AddRules() {
    AddBoth("add a check", "drop a check", [](S s) { s.checks.push_back("height > 100"); });
    const auto refer = [](std::optional<OnDelete> on_delete) {
      return [on_delete](S s) {
        s.columns.push_back({.name = "boss", .type = Type::kInt, .nullable = true});
        if (!on_delete.has_value()) return;
        s.columns.back().references = ReferenceSchema{{"boss"}, "person", {}, *on_delete};
      };
    };
    Add("add a reference", {refer(std::nullopt), refer(OnDelete::kRestrict)});
    Add("drop a reference", {refer(OnDelete::kRestrict), refer(std::nullopt)});
    Add("change what becomes of referencing records",
        {refer(OnDelete::kRestrict), refer(OnDelete::kCascade)});
    AddBoth("give, change or take a default", "give, change or take a default",
            [](S s) { ColumnOf(s, "height").default_json = "170"; });
    const auto expire = [](bool yes) {
      return [yes](S s) {
        s.columns.push_back({.name = "until", .type = Type::kTimestamp, .nullable = true});
        s.expires = yes ? "until" : "";
      };
    };
    Add("let records expire", {expire(false), expire(true)});
    Add("let records expire no more", {expire(true), expire(false)});
  }

  void AddTheRest() {
    Add("raise the version", [](S s) { s.version = 2; });
    Add("lower the version", {[](S s) { s.version = 3; }, [](S s) { s.version = 2; }});
    Add("change the primary key", [](S s) {
      ColumnOf(s, "id").primary_key = false;
      ColumnOf(s, "code").primary_key = true;
    });
    Add("change the primary key", [](S s) { ColumnOf(s, "id").nullable = false; });
  }

  std::map<std::string, std::vector<Attempt>> all_;
};

struct EvolutionRow {
  std::string change;
  std::string migrate;
  std::string file;
  std::string opening;
};

inline std::vector<EvolutionRow> RowsOfTheDocument() {
  std::ifstream file(LINEDB_SOURCE_DIR "/schema/FORMAT.md");
  std::vector<EvolutionRow> rows;
  bool in_table = false;
  for (std::string line; std::getline(file, line);) {
    if (absl::StartsWith(line, "| change | Migrate |")) {
      in_table = true;
      std::getline(file, line);
      continue;
    }
    if (!in_table) continue;
    if (!absl::StartsWith(line, "|")) break;
    const std::vector<std::string> cells = absl::StrSplit(line, '|');
    const auto cell = [&](std::size_t i) {
      return std::string(absl::StripAsciiWhitespace(cells[i]));
    };
    rows.push_back({cell(1), cell(2), cell(3), cell(4)});
  }
  return rows;
}

inline std::vector<Permission> PermissionIn(const std::string& migrate) {
  for (const Permission each : {Permission::kDrop, Permission::kNarrow, Permission::kConstrain}) {
    if (migrate == absl::StrCat("asks: ", std::string(PermissionName(each)))) return {each};
  }
  return {};
}

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_EVOLUTION_EVOLUTION_ROWS_H_
