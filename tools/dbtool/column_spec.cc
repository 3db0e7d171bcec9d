#include "tools/dbtool/column_spec.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "nlohmann/json.hpp"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/output.h"
#include "tools/dbtool/suggestions.h"

namespace linedb::dbtool {
namespace {

constexpr std::string_view kDefault = "default=";
constexpr std::string_view kCheck = "check=";
constexpr std::string_view kReferences = "references=";
constexpr std::string_view kOnDelete = "on_delete=";

absl::Status Wrong(const std::string& spec, const std::string& what) {
  return absl::InvalidArgumentError("column `" + spec + "`: " + what);
}

// Whether a name in quotes is not followed by what can follow a name.
bool IsBadlyQuoted(std::string_view spec) {
  if (spec.empty() || spec.front() != '"') return false;
  return !TakeQuotedName(&spec).has_value() || (!spec.empty() && spec.front() != ':');
}

// The part up to the next colon, which is taken off with it.
std::string TakePart(std::string_view* rest) {
  if (std::optional<std::string> name = TakeQuotedName(rest); name.has_value()) {
    if (!rest->empty() && rest->front() == ':') rest->remove_prefix(1);
    return *std::move(name);
  }
  const std::size_t end = rest->find(':');
  const std::string part(rest->substr(0, end));
  rest->remove_prefix(end == rest->npos ? rest->size() : end + 1);
  return part;
}

bool IsPart(const std::string& part, std::string_view name) { return part.rfind(name, 0) == 0; }

// "artist" or "artist.name"
ReferenceSchema Reference(const std::string& column, const std::string& target) {
  ReferenceSchema reference{.columns = {column}, .table = target.substr(0, target.find('.'))};
  if (reference.table.size() < target.size()) {
    reference.key = {target.substr(reference.table.size() + 1)};
  }
  return reference;
}

// "set_null", as a flag is spelled
std::string RuleWord(OnDelete on_delete) {
  std::string word(OnDeleteName(on_delete));
  std::replace(word.begin(), word.end(), ' ', '_');
  return word;
}

std::optional<OnDelete> ParseRuleWord(std::string word) {
  std::replace(word.begin(), word.end(), '_', ' ');
  return ParseOnDeleteName(word);
}

std::string ReferenceText(const ReferenceSchema& reference) {
  std::string text = std::string(kReferences) + reference.table;
  for (const std::string& name : reference.key) text += "." + name;
  if (reference.on_delete == OnDelete::kRestrict) return text;
  return text + " " + std::string(kOnDelete) + RuleWord(reference.on_delete);
}

}  // namespace

std::string DefaultJson(const std::string& text, Type type) {
  const bool is_text = type == Type::kString || type == Type::kBytes || type == Type::kTimestamp ||
                       type == Type::kDate;
  if (!is_text || nlohmann::json::accept(text)) return text;
  std::string json;
  AppendQuoted(text, &json);
  return json;
}

absl::StatusOr<ColumnSchema> ParseColumnSpec(const std::string& spec) {
  std::string_view rest = spec;
  ColumnSchema column;
  if (IsBadlyQuoted(rest)) return Wrong(spec, "a name in quotes is \"…\", then : and its type");
  column.name = TakePart(&rest);
  const std::string type_name = TakePart(&rest);
  const std::optional<Type> type = ParseTypeName(type_name);
  if (!type.has_value()) {
    return Wrong(spec,
                 "expected name:type, with a type of int float bool str bytes timestamp "
                 "date json");
  }
  column.type = *type;
  while (!rest.empty()) {
    if (rest.substr(0, kDefault.size()) == kDefault) {
      column.default_json = DefaultJson(std::string(rest.substr(kDefault.size())), column.type);
      break;
    }
    if (rest.substr(0, kCheck.size()) == kCheck) {
      column.check = std::string(rest.substr(kCheck.size()));
      break;
    }
    const std::string flag = TakePart(&rest);
    if (flag == "primary_key") {
      column.primary_key = true;
    } else if (flag == "unique") {
      column.unique = true;
    } else if (flag == "nullable") {
      column.nullable = true;
    } else if (IsPart(flag, kReferences)) {
      column.references = Reference(column.name, flag.substr(kReferences.size()));
    } else if (IsPart(flag, kOnDelete)) {
      const std::optional<OnDelete> rule = ParseRuleWord(flag.substr(kOnDelete.size()));
      if (!rule.has_value() || !column.references.has_value()) {
        return Wrong(spec, "expected references=TABLE:on_delete=restrict, cascade or set_null");
      }
      column.references->on_delete = *rule;
    } else {
      const std::vector<std::string> parts = {
          "primary_key", "unique", "nullable", "default=", "check=", "references=", "on_delete="};
      return Wrong(spec, "unknown part " + flag + DidYouMean(flag, parts));
    }
  }
  return column;
}

std::string ConstraintText(const ColumnSchema& column) {
  std::string text;
  const auto add = [&text](const std::string& word) { text += (text.empty() ? "" : " ") + word; };
  if (column.primary_key) add("primary_key");
  if (column.unique) add("unique");
  add(column.nullable ? "nullable" : "not_null");
  if (column.references.has_value()) add(ReferenceText(*column.references));
  if (column.default_json.has_value()) add("default=" + *column.default_json);
  if (!column.check.empty()) add("check=" + column.check);
  return text;
}

}  // namespace linedb::dbtool
