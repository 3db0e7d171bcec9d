#include "linedb/json_table.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "engine/json_record.h"
#include "schema/record_codec.h"

namespace linedb {
namespace {

// nlohmann's writer recurses and throws; what it is given must be shallow and is caught.
bool IsTooDeep(const Json& value) {
  if (!value.is_structured()) return false;  // a key: without the list
  std::vector<std::pair<const Json*, int>> open = {{&value, 1}};
  while (!open.empty()) {
    const auto [json, depth] = open.back();
    open.pop_back();
    if (depth > schema::kJsonDepthMax) return true;
    if (!json->is_structured()) continue;
    for (const Json& member : *json) open.emplace_back(&member, depth + 1);
  }
  return false;
}

absl::StatusOr<std::string> TextOf(const Json& value) {
  if (IsTooDeep(value)) return absl::InvalidArgumentError("the JSON value nests too deep");
  try {
    return value.dump();
  } catch (const Json::exception&) {
    return absl::InvalidArgumentError("a string is not UTF-8");
  }
}

// nlohmann writes NaN and the infinities as null, silently.
bool HasNonFinite(const Json& value) {
  std::vector<const Json*> open = {&value};
  while (!open.empty()) {
    const Json* json = open.back();
    open.pop_back();
    if (json->is_number_float() && !std::isfinite(json->get<double>())) return true;
    if (!json->is_structured()) continue;
    for (const Json& member : *json) open.push_back(&member);
  }
  return false;
}

}  // namespace

absl::StatusOr<JsonTable> JsonTable::Open(Database& database, std::string_view table) {
  absl::StatusOr<engine::TableCore> core = database.OpenCore(table);
  if (!core.ok()) return core.status();
  return JsonTable(*core);
}

absl::StatusOr<Json> JsonTable::Write(WriteTransaction* transaction, engine::WriteMode mode,
                                      const Json& record) const {
  absl::StatusOr<std::string> text = TextOf(record);
  if (!text.ok()) return text.status();
  if (HasNonFinite(record)) {
    return absl::InvalidArgumentError(schema().table_name + ": NaN or infinity is not a value");
  }
  std::string key;
  if (transaction != nullptr) {
    absl::Status written = core_.WriteJson(*transaction, mode, *text, &key);
    if (!written.ok()) return written;
  } else {
    absl::StatusOr<WriteTransaction> own = core_.Begin();
    if (!own.ok()) return own.status();
    absl::Status written = core_.WriteJson(*own, mode, *text, &key);
    if (written.ok()) written = own->Commit();
    if (!written.ok()) return written;
  }
  return Json::parse(key, nullptr, /*allow_exceptions=*/false);
}

absl::StatusOr<Json> JsonTable::Insert(const Json& record) const {
  return Write(nullptr, engine::WriteMode::kInsert, record);
}
absl::StatusOr<Json> JsonTable::Insert(WriteTransaction& transaction, const Json& record) const {
  return Write(&transaction, engine::WriteMode::kInsert, record);
}
absl::StatusOr<Json> JsonTable::Upsert(const Json& record) const {
  return Write(nullptr, engine::WriteMode::kUpsert, record);
}
absl::StatusOr<Json> JsonTable::Upsert(WriteTransaction& transaction, const Json& record) const {
  return Write(&transaction, engine::WriteMode::kUpsert, record);
}
absl::Status JsonTable::Update(const Json& record) const {
  return Write(nullptr, engine::WriteMode::kUpdate, record).status();
}
absl::Status JsonTable::Update(WriteTransaction& transaction, const Json& record) const {
  return Write(&transaction, engine::WriteMode::kUpdate, record).status();
}

absl::Status JsonTable::Erase(const Json& key) const {
  absl::StatusOr<WriteTransaction> transaction = core_.Begin();
  if (!transaction.ok()) return transaction.status();
  if (absl::Status erased = Erase(*transaction, key); !erased.ok()) return erased;
  return transaction->Commit();
}

absl::Status JsonTable::Erase(WriteTransaction& transaction, const Json& key) const {
  absl::StatusOr<std::string> json = TextOf(key);
  if (!json.ok()) return json.status();
  absl::StatusOr<std::string> text = core_.KeyTextFromJson(0, *json);
  if (!text.ok()) return text.status();
  return core_.Erase(transaction, *text);
}

absl::StatusOr<Json> JsonTable::Read(engine::View view, int key, const Json& value) const {
  absl::StatusOr<std::string> json = TextOf(value);
  if (!json.ok()) return json.status();
  absl::StatusOr<std::string> text = core_.KeyTextFromJson(key, *json);
  if (!text.ok()) return text.status();
  Json record;
  absl::Status read = core_.Visit(view, key, *text, [&record](std::string_view line) {
    record = engine::JsonRecordOf(line);
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  return record;
}

absl::StatusOr<Json> JsonTable::Get(const Json& key) const { return Read({}, 0, key); }
absl::StatusOr<Json> JsonTable::Get(const WriteTransaction& transaction, const Json& key) const {
  return Read(transaction, 0, key);
}
absl::StatusOr<Json> JsonTable::Get(const ReadTransaction& snapshot, const Json& key) const {
  return Read(snapshot, 0, key);
}

absl::StatusOr<Json> JsonTable::ReadBy(engine::View view, std::string_view columns,
                                       const Json& value) const {
  const int number = core_.FindKey(columns);
  if (number >= 0) return Read(view, number, value);
  return absl::InvalidArgumentError(schema().table_name + ": no key on " + std::string(columns));
}

absl::StatusOr<Json> JsonTable::FindBy(std::string_view columns, const Json& key) const {
  return ReadBy({}, columns, key);
}
absl::StatusOr<Json> JsonTable::FindBy(const ReadTransaction& snapshot, std::string_view columns,
                                       const Json& key) const {
  return ReadBy(snapshot, columns, key);
}

absl::Status JsonTable::Walk(engine::View view,
                             const std::function<bool(const Json&)>& visit) const {
  absl::StatusOr<engine::RecordCursor> cursor = core_.Scan(view);
  if (!cursor.ok()) return cursor.status();
  std::string_view line;
  while (cursor->Next(&line)) {
    if (!visit(engine::JsonRecordOf(line))) break;
  }
  return cursor->status();
}

absl::Status JsonTable::ForEach(const std::function<bool(const Json&)>& visit) const {
  return Walk({}, visit);
}
absl::Status JsonTable::ForEach(const ReadTransaction& snapshot,
                                const std::function<bool(const Json&)>& visit) const {
  return Walk(snapshot, visit);
}

}  // namespace linedb
