#include "tools/dbtool/schema_edit.h"

#include <algorithm>
#include <map>
#include <optional>

#include "absl/strings/str_join.h"
#include "schema/column_rename.h"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/column_spec.h"
#include "tools/dbtool/suggestions.h"

namespace linedb::dbtool {
namespace {

absl::Status Wrong(const std::string& option, const std::string& what) {
  return absl::InvalidArgumentError(option + ": " + what);
}

class SchemaEditor {
 public:
  explicit SchemaEditor(const TableSchema& stored) : schema_(stored) {}

  absl::StatusOr<TableSchema> Run(const SchemaEdit& edit) {
    if (!edit.rename_columns.empty() || !edit.drop_columns.empty()) SayIds();
    absl::Status done = Rename(edit.rename_columns);
    if (done.ok()) done = EditColumns(edit);
    if (done.ok()) done = EditKeys(edit);
    if (done.ok()) done = EditRules(edit);
    if (!done.ok()) return done;
    schema_.version = 1;  // it is counted on
    return schema_;
  }

 private:
  // So that columns are known again whatever becomes of their names and places.
  void SayIds() {
    for (std::size_t i = 0; i < schema_.columns.size(); ++i) {
      schema_.columns[i].id = ColumnIdOf(schema_, i);
      schema_.column_id_max = std::max(schema_.column_id_max, schema_.columns[i].id);
    }
  }

  absl::StatusOr<ColumnSchema*> Find(const std::string& option, const std::string& name) {
    for (ColumnSchema& column : schema_.columns) {
      if (column.name == name) return &column;
    }
    return Wrong(option, "there is no column " + name + DidYouMean(name, schema_));
  }

  absl::Status Rename(const std::vector<NamedText>& renames) {
    std::map<std::string, std::string> names;
    for (const auto& [from, to] : renames) {
      absl::StatusOr<ColumnSchema*> column = Find("--rename-column", from);
      if (!column.ok()) return column.status();
      if (!names.emplace(from, to).second) {
        return Wrong("--rename-column", "column " + from + " is renamed twice");
      }
    }
    schema::RenameColumns(names, &schema_);
    return absl::OkStatus();
  }

  // Does `change` to each of the columns.
  template <class Values, class Change>
  absl::Status ForEach(const char* option, const Values& values, Change change) {
    for (const auto& value : values) {
      absl::StatusOr<ColumnSchema*> column = Find(option, NameIn(value));
      if (!column.ok()) return column.status();
      if (absl::Status done = change(**column, value); !done.ok()) return done;
    }
    return absl::OkStatus();
  }
  static const std::string& NameIn(const std::string& name) { return name; }
  static const std::string& NameIn(const NamedText& named) { return named.first; }

  absl::Status EditColumns(const SchemaEdit& edit) {
    absl::Status done;
    for (const std::string& name : edit.drop_columns) {
      if (done = Find("--drop-column", name).status(); !done.ok()) return done;
      std::erase_if(schema_.columns, [&](const ColumnSchema& each) { return each.name == name; });
    }
    for (const std::string& spec : edit.add_columns) {
      absl::StatusOr<ColumnSchema> column = ParseColumnSpec(spec);
      if (!column.ok()) return column.status();
      if (schema_.column_id_max != 0) column->id = ++schema_.column_id_max;
      schema_.columns.push_back(*std::move(column));
    }
    done = ForEach("--type", edit.types, [](ColumnSchema& column, const NamedText& type) {
      const std::optional<Type> parsed = ParseTypeName(type.second);
      if (!parsed.has_value()) {
        return Wrong("--type",
                     "expected int float bool str bytes timestamp date json, found " + type.second);
      }
      column.type = *parsed;
      return absl::OkStatus();
    });
    const auto set_null = [&](const char* option, const std::vector<std::string>& names,
                              bool nullable) {
      if (!done.ok()) return;
      done = ForEach(option, names, [nullable](ColumnSchema& column, const std::string&) {
        column.nullable = nullable;
        return absl::OkStatus();
      });
    };
    set_null("--nullable", edit.nullable, true);
    set_null("--not-null", edit.not_null, false);
    if (done.ok()) done = EditDefaults(edit);
    return done;
  }

  absl::Status EditDefaults(const SchemaEdit& edit) {
    absl::Status done =
        ForEach("--default", edit.defaults, [](ColumnSchema& column, const NamedText& value) {
          column.default_json = DefaultJson(value.second, column.type);
          return absl::OkStatus();
        });
    if (!done.ok()) return done;
    return ForEach("--drop-default", edit.drop_defaults,
                   [](ColumnSchema& column, const std::string&) {
                     column.default_json.reset();
                     return absl::OkStatus();
                   });
  }

  absl::Status EditKeys(const SchemaEdit& edit) {
    absl::Status done;
    for (const std::string& key : edit.unique) {
      if (done.ok()) done = SetUnique("--unique", SplitNames(key), true);
    }
    for (const std::string& key : edit.drop_unique) {
      if (done.ok()) done = SetUnique("--drop-unique", SplitNames(key), false);
    }
    for (const std::string& index : edit.add_indexes) {
      if (done.ok()) done = AddIndex(index);
    }
    for (const std::string& index : edit.drop_indexes) {
      if (!done.ok()) break;
      const std::vector<std::string> names = SplitNames(index);
      const auto removed = std::erase_if(
          schema_.indexes, [&](const IndexSchema& each) { return each.columns == names; });
      if (removed == 0) done = Wrong("--drop-index", "there is no index (" + index + ")");
    }
    return done;
  }

  absl::Status SetUnique(const char* option, std::vector<std::string> names, bool unique) {
    if (names.size() == 1) {
      absl::StatusOr<ColumnSchema*> column = Find(option, names[0]);
      if (column.ok()) (*column)->unique = unique;
      return column.status();
    }
    if (unique) {
      schema_.unique_keys.push_back(std::move(names));
      return absl::OkStatus();
    }
    std::sort(names.begin(), names.end());
    const auto removed = std::erase_if(schema_.unique_keys, [&](std::vector<std::string> key) {
      std::sort(key.begin(), key.end());
      return key == names;
    });
    if (removed > 0) return absl::OkStatus();
    return Wrong(option, "there is no unique key (" + absl::StrJoin(names, ",") + ")");
  }

  absl::Status AddIndex(const std::string& spec) {
    constexpr std::string_view kUnique = ":unique";
    IndexSchema index;
    index.unique = spec.ends_with(kUnique);
    index.columns = SplitNames(spec.substr(0, spec.size() - (index.unique ? kUnique.size() : 0)));
    schema_.indexes.push_back(std::move(index));
    return absl::OkStatus();
  }

  absl::Status EditRules(const SchemaEdit& edit) {
    schema_.checks.insert(schema_.checks.end(), edit.checks.begin(), edit.checks.end());
    absl::Status done;
    for (const std::string& check : edit.drop_checks) {
      if (done.ok()) done = DropCheck(check);
    }
    for (const std::string& reference : edit.references) {
      if (done.ok()) done = AddReference(reference);
    }
    for (const std::string& columns : edit.drop_references) {
      if (done.ok()) done = DropReference(columns);
    }
    if (!done.ok()) return done;
    if (edit.no_expiry) schema_.expires.clear();
    if (edit.expires.empty()) return done;
    absl::StatusOr<ColumnSchema*> column = Find("--expires", edit.expires);
    if (column.ok()) schema_.expires = edit.expires;
    return column.status();
  }

  absl::Status DropCheck(const std::string& check) {
    const auto is_same =
        [&, same = schema::RenamedCheck(check, schema_.table_name, {})](const std::string& each) {
          return schema::RenamedCheck(each, schema_.table_name, {}) == same;
        };
    auto removed = std::erase_if(schema_.checks, is_same);
    for (ColumnSchema& column : schema_.columns) {
      if (column.check.empty() || !is_same(column.check)) continue;
      column.check.clear();
      ++removed;
    }
    return removed > 0 ? absl::OkStatus() : Wrong("--drop-check", "there is no check " + check);
  }

  absl::Status AddReference(const std::string& spec) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= spec.size();) {
      const std::size_t end = std::min(spec.find(':', begin), spec.size());
      parts.push_back(spec.substr(begin, end - begin));
      begin = end + 1;
    }
    ReferenceSchema reference;
    if (parts.size() > 2) {
      std::string rule = parts.back();
      std::replace(rule.begin(), rule.end(), '_', ' ');
      const std::optional<OnDelete> on_delete = ParseOnDeleteName(rule);
      if (on_delete.has_value()) {
        reference.on_delete = *on_delete;
        parts.pop_back();
      }
    }
    if (parts.size() < 2 || parts.size() > 3) {
      return Wrong("--reference",
                   "expected columns:table[:key columns][:restrict, cascade or "
                   "set_null], found " +
                       spec);
    }
    reference.columns = SplitNames(parts[0]);
    reference.table = parts[1];
    if (parts.size() == 3) reference.key = SplitNames(parts[2]);
    if (reference.columns.size() > 1) {
      schema_.references.push_back(std::move(reference));
      return absl::OkStatus();
    }
    absl::StatusOr<ColumnSchema*> column = Find("--reference", reference.columns[0]);
    if (column.ok()) (*column)->references = std::move(reference);
    return column.status();
  }

  absl::Status DropReference(const std::string& columns) {
    const std::vector<std::string> names = SplitNames(columns);
    auto removed = std::erase_if(
        schema_.references, [&](const ReferenceSchema& each) { return each.columns == names; });
    for (ColumnSchema& column : schema_.columns) {
      if (names.size() > 1 || column.name != names[0] || !column.references.has_value()) continue;
      column.references.reset();
      ++removed;
    }
    if (removed > 0) return absl::OkStatus();
    return Wrong("--drop-reference", "there is no reference from (" + columns + ")");
  }

  TableSchema schema_;
};

}  // namespace

bool SchemaEdit::empty() const {
  return rename_columns.empty() && drop_columns.empty() && add_columns.empty() && types.empty() &&
         nullable.empty() && not_null.empty() && defaults.empty() && drop_defaults.empty() &&
         unique.empty() && drop_unique.empty() && add_indexes.empty() && drop_indexes.empty() &&
         checks.empty() && drop_checks.empty() && references.empty() && drop_references.empty() &&
         expires.empty() && !no_expiry;
}

absl::StatusOr<TableSchema> EditedSchema(const TableSchema& stored, const SchemaEdit& edit) {
  return SchemaEditor(stored).Run(edit);
}

}  // namespace linedb::dbtool
