#include "tools/dbtool/cpp_struct.h"

#include <cctype>
#include <set>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "linedb/field.h"
#include "tools/dbtool/cell_text.h"

namespace linedb::dbtool {
namespace {

constexpr std::size_t kMembersMax = 64;

// C++20's, which no member can be called.
constexpr std::string_view kKeywords =
    " alignas alignof and asm auto bool break case catch char class concept const continue "
    "default delete do double else enum explicit export extern false float for friend goto if "
    "inline int long mutable namespace new noexcept not nullptr operator or private protected "
    "public register requires return short signed sizeof static struct switch template this "
    "throw true try typedef typename union unsigned using virtual void volatile while xor "
    "constexpr decltype static_assert bitand bitor compl co_await co_return co_yield consteval "
    "constinit typeid wchar_t char8_t char16_t char32_t const_cast and_eq not_eq or_eq xor_eq "
    "static_cast dynamic_cast reinterpret_cast thread_local ";

bool IsKeyword(const std::string& name) {
  return kKeywords.find(absl::StrCat(" ", name, " ")) != std::string_view::npos;
}

bool IsNameByte(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// A member's name made of a column's, different from those made before.
std::string MemberName(const std::string& column, std::set<std::string>* taken) {
  std::string name;
  for (const char c : column) name.push_back(IsNameByte(c) ? c : '_');
  if (std::isdigit(static_cast<unsigned char>(name[0]))) name.insert(0, 1, '_');
  if (IsKeyword(name)) name.push_back('_');
  while (!taken->insert(name).second) name.push_back('_');
  return name;
}

// "order_line" -> "OrderLine"
std::string StructName(const std::string& table) {
  std::string name;
  bool begins_word = true;
  for (const char c : table) {
    if (c == '_') {
      begins_word = true;
      continue;
    }
    name.push_back(begins_word ? static_cast<char>(std::toupper(static_cast<unsigned char>(c)))
                               : c);
    begins_word = false;
  }
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0]))) name = "Table" + name;
  return name;
}

std::string_view MemberType(Type type) {
  switch (type) {
    case Type::kInt:
      return "std::int64_t";
    case Type::kFloat:
      return "double";
    case Type::kBool:
      return "bool";
    case Type::kString:
      return "std::string";
    case Type::kBytes:
      return "linedb::Bytes";
    case Type::kTimestamp:
      return "linedb::Timestamp";
    case Type::kDate:
      return "std::chrono::year_month_day";
    case Type::kJson:
      break;
  }
  return "nlohmann::json";
}

std::string MemberDeclaration(const ColumnSchema& column, const std::string& name) {
  const std::string type(MemberType(column.type));
  // A json value may itself be null.
  if (column.nullable && column.type != Type::kJson) return "std::optional<" + type + "> " + name;
  const bool is_class =
      column.type == Type::kString || column.type == Type::kBytes || column.type == Type::kJson;
  return type + " " + name + (is_class ? "" : "{}");
}

std::string StringLiteral(std::string_view text) {
  constexpr char kDigits[] = "01234567";
  std::string literal = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      literal.append({'\\', c});
    } else if (byte < 0x20 || byte == 0x7f) {
      // Three octal digits: no digit behind them is taken for one more.
      literal.append({'\\', kDigits[byte >> 6], kDigits[(byte >> 3) & 7], kDigits[byte & 7]});
    } else {
      literal.push_back(c);
    }
  }
  return literal + '"';
}

// Nothing for a default that is no constant of the member's type: the table's schema still has it,
// and OpenTable would call it a difference.
absl::StatusOr<std::string> DefaultCall(const ColumnSchema& column) {
  if (!column.default_json.has_value()) return std::string();
  switch (column.type) {
    case Type::kInt:
      if (*column.default_json == "-9223372036854775808") {
        return std::string(".Default(std::numeric_limits<std::int64_t>::min())");
      }
      return ".Default(std::int64_t{" + *column.default_json + "})";
    case Type::kFloat:
    case Type::kBool:
      return ".Default(" + *column.default_json + ")";
    case Type::kString:
      return ".Default(" + StringLiteral(PlainText(*column.default_json)) + ")";
    default:
      return absl::FailedPreconditionError("column " + column.name + " has a default of type " +
                                           std::string(TypeName(column.type)) +
                                           ", which a description cannot have");
  }
}

absl::Status CheckDescribable(const TableSchema& schema) {
  if (schema.columns.size() > kMembersMax) {
    return absl::FailedPreconditionError(schema.table_name + " has more than 64 columns");
  }
  for (const ColumnSchema& column : schema.columns) {
    if (!schema::IsColumnName(column.name)) {
      return absl::FailedPreconditionError("column " + column.name +
                                           " has a name that a description cannot have");
    }
    if (column.type == Type::kJson && !column.nullable) {
      return absl::FailedPreconditionError(
          "column " + column.name +
          " is json and not nullable: its member would be a vector or a "
          "described struct, which the schema does not tell");
    }
  }
  return absl::OkStatus();
}

std::string Includes(const TableSchema& schema) {
  std::set<std::string> headers;
  bool json = false;
  for (const ColumnSchema& column : schema.columns) {
    if (column.type == Type::kInt) headers.insert("<cstdint>");
    if (column.type == Type::kString) headers.insert("<string>");
    if (column.type == Type::kDate) headers.insert("<chrono>");
    if (column.nullable && column.type != Type::kJson) headers.insert("<optional>");
    json = json || column.type == Type::kJson;
  }
  std::string text;
  for (const std::string& header : headers) text += "#include " + header + "\n";
  text += "\n#include \"linedb/describe.h\"\n";
  return json ? text + "#include \"nlohmann/json.hpp\"\n" : text;
}

// A description names the primary key of the other table by naming nothing.
absl::Status CheckReferences(const TableSchema& schema) {
  for (const ReferenceSchema& reference : AllReferences(schema)) {
    if (reference.key.empty()) continue;
    return absl::FailedPreconditionError("the reference of column " + reference.columns[0] +
                                         " names the key of table " + reference.table +
                                         ", which a description cannot");
  }
  return absl::OkStatus();
}

std::string RuleName(OnDelete on_delete) {
  switch (on_delete) {
    case OnDelete::kRestrict:
      return "linedb::OnDelete::kRestrict";
    case OnDelete::kCascade:
      return "linedb::OnDelete::kCascade";
    case OnDelete::kSetNull:
      break;
  }
  return "linedb::OnDelete::kSetNull";
}

std::string ReferencesCall(const ColumnSchema& column) {
  if (!column.references.has_value()) return "";
  const OnDelete rule = column.references->on_delete;
  return ".References(" + StringLiteral(column.references->table) +
         (rule == OnDelete::kRestrict ? "" : ", " + RuleName(rule)) + ")";
}

std::string ColumnsPart(const std::string& part, const std::vector<std::string>& columns) {
  std::string names;
  for (const std::string& name : columns) {
    names += (names.empty() ? "" : ", ") + StringLiteral(name);
  }
  return ",\n      linedb::" + part + "<" + names + ">()";
}

std::string ReferencePart(const ReferenceSchema& reference) {
  std::string names;
  for (const std::string& name : reference.columns) names += ", " + StringLiteral(name);
  return ",\n      linedb::Reference<" + StringLiteral(reference.table) + ", " +
         RuleName(reference.on_delete) + names + ">()";
}

}  // namespace

absl::StatusOr<std::string> CppStructOf(const TableSchema& schema) {
  if (absl::Status describable = CheckDescribable(schema); !describable.ok()) return describable;
  if (absl::Status describable = CheckReferences(schema); !describable.ok()) return describable;
  const std::string row = StructName(schema.table_name);
  std::set<std::string> taken = {row};
  std::string members;
  std::string fields;
  for (const ColumnSchema& column : schema.columns) {
    const std::string name = MemberName(column.name, &taken);
    absl::StatusOr<std::string> default_call = DefaultCall(column);
    if (!default_call.ok()) return default_call.status();
    members += "  " + MemberDeclaration(column, name) + ";\n";
    fields += (fields.empty() ? "" : ",\n") + std::string("      linedb::Field<") +
              StringLiteral(column.name) + ", &" + row + "::" + name + ">()" +
              (column.primary_key ? ".PrimaryKey()" : "") + (column.unique ? ".Unique()" : "") +
              *default_call +
              (column.check.empty() ? "" : ".Check(" + StringLiteral(column.check) + ")") +
              ReferencesCall(column) + (column.name == schema.expires ? ".Expires()" : "");
  }
  for (const std::vector<std::string>& key : schema.unique_keys) {
    fields += ColumnsPart("UniqueKey", key);
  }
  for (const IndexSchema& index : schema.indexes) {
    fields += ColumnsPart(index.unique ? "UniqueIndex" : "Index", index.columns);
  }
  for (const std::string& check : schema.checks) {
    fields += ",\n      linedb::Check<" + StringLiteral(check) + ">()";
  }
  for (const ReferenceSchema& reference : schema.references) fields += ReferencePart(reference);
  return Includes(schema) + "\nstruct " + row + " {\n" + members +
         "};\n\ntemplate <>\nstruct linedb::Describe<" + row +
         "> {\n  static constexpr auto kTable = linedb::DescribeTable<" +
         StringLiteral(schema.table_name) + ">(\n" + fields + ");\n};\n";
}

}  // namespace linedb::dbtool
