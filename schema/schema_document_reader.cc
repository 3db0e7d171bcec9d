// ParseSchemaDocument.

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schema/column_value.h"
#include "schema/json_reader.h"
#include "schema/json_text.h"
#include "schema/schema_document.h"

namespace linedb::schema {
namespace {

class DocumentReader {
 public:
  explicit DocumentReader(std::string_view text) : text_(text), reader_(text) {}

  absl::StatusOr<SchemaDocument> Read() {
    // The format first, wherever it stands: a newer one may be made differently altogether.
    if (const absl::Status format = ReadFormat(); !format.ok()) return format;
    ReadMembers();
    if (!reader_.failed()) reader_.ExpectEnd();
    if (reader_.failed()) return Failure(reader_);
    NormalizeOriginal();
    if (absl::Status valid = ValidateTableSchema(document_.schema); !valid.ok()) return valid;
    for (ColumnSchema& column : document_.schema.columns) {
      if (!column.default_json.has_value()) continue;
      column.default_json = CanonicalColumnText(column, *column.default_json).value();
      // A default of null says what a nullable column does anyway.
      if (column.default_json == "null") column.default_json.reset();
    }
    return std::move(document_);
  }

 private:
  absl::Status ReadFormat() {
    document_.format = 0;
    JsonReader scan(text_);
    std::string_view name;
    std::size_t name_byte = 0;
    absl::Status newer;  // if the document is whole: damage can make a 1 a 3
    if (!scan.CheckUtf8() || !scan.EnterObject()) return Failure(scan);
    while (scan.NextMember(&name, &name_byte)) {
      if (name != "format") {
        if (!scan.SkipValue()) break;
        continue;
      }
      const std::size_t byte = scan.Offset();
      std::int64_t format = 0;
      if (!ReadInt(&scan, 1, &format)) break;
      if (format > kSchemaFormat) {
        newer = absl::FailedPreconditionError(
            absl::StrCat(LineAndColumn(text_, byte), ": schema format ", format,
                         " is newer than this program, which reads up to format ", kSchemaFormat));
      }
      document_.format = static_cast<int>(format);
    }
    if (!newer.ok() && !scan.failed()) scan.ExpectEnd();
    return scan.failed() ? Failure(scan) : newer;
  }

  absl::Status Failure(const JsonReader& reader) const {
    return absl::DataLossError(
        absl::StrCat(LineAndColumn(text_, reader.fault().byte), ": ", reader.fault().reason));
  }

  static bool ReadInt(JsonReader* reader, std::int64_t min, std::int64_t* value) {
    const std::size_t byte = reader->Offset();
    JsonNumber number;
    if (!reader->ReadNumber(&number)) return false;
    const char* end = number.text.data() + number.text.size();
    if (ReadInt64(number.text.data(), end, value) != end || *value < min) {
      return reader->Fail(byte, absl::StrCat("expected an integer from ", min, ", found ",
                                             std::string(number.text)));
    }
    return true;
  }

  bool ReadText(std::string* value) {
    std::string_view text;
    if (reader_.Peek() != '"') {
      return reader_.Fail(reader_.Offset(),
                          absl::StrCat("expected a string, found ", reader_.Excerpt()));
    }
    if (!reader_.ReadString(&text)) return false;
    *value = std::string(text);
    return true;
  }

  bool ReadFlag(bool* value) {
    const char first = reader_.Peek();
    if (first != 't' && first != 'f') {
      return reader_.Fail(reader_.Offset(),
                          absl::StrCat("expected true or false, found ", reader_.Excerpt()));
    }
    return reader_.ReadBool(value);
  }

  // Appends `,"name":value`, minified.
  bool KeepUnknown(std::string_view name, std::string* members) {
    TextWriter writer;
    writer.Append(',');
    WriteString(&writer, name);
    writer.Append(':');
    if (!reader_.CopyValue(&writer)) return false;
    members->append(writer.text());
    return true;
  }

  // A set, or a file of a megabyte would take seconds to be refused.
  using Names = std::set<std::string, std::less<>>;

  // Whether the name is new in its object; a doubled one is a fault.
  bool Enlist(std::string_view name, std::size_t byte, Names* names) {
    if (names->emplace(name).second) return true;
    return reader_.Fail(byte, absl::StrCat("the member ", std::string(name), " is doubled"));
  }

  bool ReadMembers() {
    Names names;
    std::string_view name;
    std::size_t name_byte = 0;
    if (!reader_.EnterObject()) return false;
    while (reader_.NextMember(&name, &name_byte)) {
      if (!Enlist(name, name_byte, &names) || !ReadMember(name)) return false;
    }
    for (const char* needed : {"table_name", "schema"}) {
      if (!names.contains(needed)) {
        return reader_.Fail(0, absl::StrCat("the member ", needed, " is missing"));
      }
    }
    return !reader_.failed();
  }

  bool ReadMember(std::string_view name) {
    TableSchema& schema = document_.schema;
    if (name == "format") return reader_.SkipValue();
    if (name == "table_name") return ReadText(&schema.table_name);
    if (name == "schema") return ReadColumns();
    if (name == "unique_keys") return ReadUniqueKeys();
    if (name == "indexes") return ReadIndexes();
    if (name == "checks") return ReadTexts(&schema.checks);
    if (name == "references") return ReadReferences();
    if (name == "expires") return ReadText(&schema.expires);
    if (name == "column_id_max") return ReadInt(&reader_, 1, &schema.column_id_max);
    if (name == "version") return ReadInt(&reader_, 1, &schema.version);
    if (name == "created_at") return ReadText(&schema.created_at);
    return KeepUnknown(name, &schema.unknown_members);
  }

  bool ReadColumns() {
    std::string_view name;
    std::size_t name_byte = 0;
    Names names;
    if (!reader_.EnterObject()) return false;
    while (reader_.NextMember(&name, &name_byte)) {
      if (!Enlist(name, name_byte, &names)) return false;
      ColumnSchema column{.name = std::string(name)};
      if (!ReadColumn(&column)) return false;
      document_.schema.columns.push_back(std::move(column));
    }
    return !reader_.failed();
  }

  bool ReadColumn(ColumnSchema* column) {
    Names names;
    std::string_view name;
    std::size_t name_byte = 0;
    const std::size_t column_byte = reader_.Offset();
    if (!reader_.EnterObject()) return false;
    while (reader_.NextMember(&name, &name_byte)) {
      if (!Enlist(name, name_byte, &names) || !ReadColumnMember(name, column)) return false;
    }
    if (!names.contains("type")) {
      return reader_.Fail(column_byte, "the member type is missing");
    }
    return !reader_.failed();
  }

  bool ReadColumnMember(std::string_view name, ColumnSchema* column) {
    if (name == "type") return ReadType(&column->type);
    if (name == "primary_key") return ReadFlag(&column->primary_key);
    if (name == "nullable") return ReadFlag(&column->nullable);
    if (name == "unique") return ReadFlag(&column->unique);
    if (name == "default") {
      TextWriter writer;
      if (!reader_.CopyValue(&writer)) return false;
      column->default_json = std::string(writer.text());
      return true;
    }
    if (name == "check") return ReadText(&column->check);
    if (name == "references") {
      ReferenceSchema& reference = column->references.emplace();
      reference.columns = {column->name};
      return ReadReference(/*of_column=*/true, &reference);
    }
    if (name == "id") return ReadInt(&reader_, 1, &column->id);
    return KeepUnknown(name, &column->unknown_members);
  }

  // The original names Python's types, any of them; those it has and linedb has not are json.
  bool ReadType(Type* type) {
    const std::size_t byte = reader_.Offset();
    std::string name;
    if (!ReadText(&name)) return false;
    const std::optional<Type> known = ParseTypeName(name);
    if (!known.has_value() && document_.format != 0) {
      return reader_.Fail(byte, absl::StrCat("there is no type ", name));
    }
    *type = known.value_or(Type::kJson);
    if (document_.format == 0 && *type > Type::kString) *type = Type::kJson;
    return true;
  }

  bool ReadTexts(std::vector<std::string>* texts) {
    if (!reader_.EnterArray()) return false;
    while (reader_.NextElement()) {
      if (!ReadText(&texts->emplace_back())) return false;
    }
    return !reader_.failed();
  }

  bool ReadUniqueKeys() {
    if (!reader_.EnterArray()) return false;
    while (reader_.NextElement()) {
      if (!ReadTexts(&document_.schema.unique_keys.emplace_back())) return false;
    }
    return !reader_.failed();
  }

  // Reads an object all of whose members are known: `read(name)` reads one's value, or returns
  // nothing if there is no such member. Those needed must be among them.
  template <class Read>
  bool ReadClosedObject(std::initializer_list<const char*> needed, Read read) {
    Names names;
    std::string_view name;
    std::size_t name_byte = 0;
    const std::size_t object_byte = reader_.Offset();
    if (!reader_.EnterObject()) return false;
    while (reader_.NextMember(&name, &name_byte)) {
      if (!Enlist(name, name_byte, &names)) return false;
      const std::optional<bool> done = read(name);
      if (!done.has_value()) {
        return reader_.Fail(name_byte, absl::StrCat("there is no member ", std::string(name)));
      }
      if (!*done) return false;
    }
    for (const char* each : needed) {
      if (!names.contains(each)) {
        return reader_.Fail(object_byte, absl::StrCat("the member ", each, " is missing"));
      }
    }
    return !reader_.failed();
  }

  bool ReadIndexes() {
    if (!reader_.EnterArray()) return false;
    while (reader_.NextElement()) {
      IndexSchema& index = document_.schema.indexes.emplace_back();
      const bool read =
          ReadClosedObject({"columns"}, [&](std::string_view name) -> std::optional<bool> {
            if (name == "columns") return ReadTexts(&index.columns);
            if (name == "unique") return ReadFlag(&index.unique);
            return std::nullopt;
          });
      if (!read) return false;
    }
    return !reader_.failed();
  }

  bool ReadReferences() {
    if (!reader_.EnterArray()) return false;
    while (reader_.NextElement()) {
      ReferenceSchema& reference = document_.schema.references.emplace_back();
      if (!ReadReference(/*of_column=*/false, &reference)) return false;
      if (reference.columns.empty()) {
        return reader_.Fail(reader_.Offset(), "the member columns is missing");
      }
    }
    return !reader_.failed();
  }

  bool ReadReference(bool of_column, ReferenceSchema* reference) {
    return ReadClosedObject({"table"}, [&](std::string_view name) -> std::optional<bool> {
      if (name == "columns" && !of_column) return ReadTexts(&reference->columns);
      if (name == "table") return ReadText(&reference->table);
      if (name == "key") return ReadTexts(&reference->key);
      if (name == "on_delete") return ReadOnDelete(&reference->on_delete);
      return std::nullopt;
    });
  }

  bool ReadOnDelete(OnDelete* on_delete) {
    const std::size_t byte = reader_.Offset();
    std::string name;
    if (!ReadText(&name)) return false;
    const std::optional<OnDelete> known = ParseOnDeleteName(name);
    if (!known.has_value()) {
      return reader_.Fail(byte,
                          absl::StrCat("expected restrict, cascade or set null, found ", name));
    }
    *on_delete = *known;
    return true;
  }

  // The original calls every primary key nullable; only an int that is the whole key can be.
  void NormalizeOriginal() {
    if (document_.format != 0) return;
    std::vector<ColumnSchema>& columns = document_.schema.columns;
    const auto is_key = [](const ColumnSchema& column) { return column.primary_key; };
    const bool compound = std::count_if(columns.begin(), columns.end(), is_key) > 1;
    for (ColumnSchema& column : columns) {
      if (is_key(column) && (compound || column.type != Type::kInt)) column.nullable = false;
    }
  }

  std::string_view text_;
  JsonReader reader_;
  SchemaDocument document_;
};

}  // namespace

absl::StatusOr<SchemaDocument> ParseSchemaDocument(std::string_view text) {
  return DocumentReader(text).Read();
}

}  // namespace linedb::schema
