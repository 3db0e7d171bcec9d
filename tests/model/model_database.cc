#include "tests/model/model_database.h"

#include <cstdio>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace linedb::model {
namespace {

constexpr char kExtra[] = "extra";

TableSchema ExtraSchema() {
  return {.table_name = kExtra,
          .columns = {{.name = "id", .type = Type::kInt, .primary_key = true},
                      {.name = "place", .type = Type::kInt, .unique = true}}};
}

// A table for T, made if it is missing.
template <class T>
absl::Status OpenTable(engine::Engine& engine, std::optional<Table<T>>* table) {
  const TableSchema schema = schema::StructCodec<T>::Schema();
  if (engine.FindTable(schema.table_name) == nullptr) {
    if (absl::Status made = engine.CreateTable(schema); !made.ok()) return made;
  }
  table->emplace(engine::TableCore(&engine, engine.FindTable(schema.table_name)), true);
  return absl::OkStatus();
}

// The records of `extra` come from every fourth transaction since it was made, none left out, and
// each knows its place among them.
std::string CompareExtra(engine::RecordCursor cursor, std::int64_t number) {
  std::int64_t next = 0;
  std::int64_t place = 0;
  std::string_view line;
  for (; cursor.Next(&line); next += 4) {
    long long id = 0;
    long long stored = 0;
    const std::string text(line);
    if (std::sscanf(text.c_str(), "{\"id\":%lld,\"place\":%lld", &id, &stored) != 2 ||
        stored != ++place || (place > 1 && id != next)) {
      return absl::StrCat("extra: place ", place, ", id ", next, " expected: ", text);
    }
    next = id;
  }
  if (place > 0 && (next <= number || next - 4 > number)) {
    return absl::StrCat("extra: at moment ", number, " the last record is ", next - 4);
  }
  return cursor.status().ok() ? "" : cursor.status().ToString();
}

}  // namespace

absl::Status ModelDatabase::Open(const Options& options, Reference* reference) {
  reference->ForgetExtras();
  engine_.reset();
  absl::StatusOr<std::unique_ptr<engine::Engine>> opened =
      engine::Engine::Open(nullptr, files_, directory_, options);
  if (!opened.ok()) return opened.status();
  engine_ = *std::move(opened);
  absl::Status done = OpenTable(*engine_, &items_);
  if (done.ok()) done = OpenTable(*engine_, &mirrors_);
  if (done.ok()) done = OpenTable(*engine_, &moments_);
  engine::TableState* const extra = engine_->FindTable(kExtra);
  if (extra != nullptr) reference->NoteExtra(engine::TableCore(engine_.get(), extra));
  return done;
}

absl::Status ModelDatabase::Close() {
  absl::Status closed = engine_->Close();
  engine_.reset();
  return closed;
}

absl::StatusOr<WriteTransaction> ModelDatabase::Begin(Durability durability) {
  absl::StatusOr<std::unique_ptr<engine::Transaction>> begun = engine_->Begin(durability);
  if (!begun.ok()) return begun.status();
  return WriteTransaction(*std::move(begun));
}

absl::StatusOr<ReadTransaction> ModelDatabase::BeginRead() {
  absl::StatusOr<std::shared_ptr<const engine::Snapshot>> taken = engine_->TakeSnapshot();
  if (!taken.ok()) return taken.status();
  return ReadTransaction(engine_.get(), *std::move(taken));
}

Moment ModelDatabase::MomentOf(const WriteTransaction& transaction) const {
  const absl::StatusOr<Moment> moment = moments_->Get(transaction, kMomentId);
  return moment.ok() ? *moment : Moment{};
}

Moment ModelDatabase::MomentOf(const ReadTransaction& snapshot) const {
  const absl::StatusOr<Moment> moment = moments_->Get(snapshot, kMomentId);
  return moment.ok() ? *moment : Moment{};
}

std::string ModelDatabase::Do(WriteTransaction& transaction, const Plan& plan, std::int64_t attempt,
                              Reference* reference) {
  savepoint_.reset();
  const std::int64_t number = plan.after.number;
  absl::Status counted =
      moments_->Upsert(transaction, {.id = kMomentId, .number = number, .attempt = attempt})
          .status();
  if (!counted.ok()) return counted.ToString();
  for (const Step& step : plan.steps) {
    if (std::string wrong = DoStep(transaction, step); !wrong.empty()) return wrong;
  }
  std::uint64_t items = 0;
  std::string wrong;
  const absl::Status walked = items_->ForEach(transaction, [&](const Item& item) {
    const auto expected = plan.after.items.find(*item.id);
    if (expected == plan.after.items.end() || expected->second != item) {
      wrong = absl::StrCat("own reads: item ", *item.id, " differs at moment ", number);
    }
    ++items;
  });
  if (!walked.ok()) return walked.ToString();
  if (items != plan.after.items.size()) wrong = absl::StrCat("own reads: ", items, " items");
  return wrong.empty() ? WriteExtra(transaction, number, reference) : wrong;
}

std::string ModelDatabase::DoStep(WriteTransaction& transaction, const Step& step) {
  if (step.kind == Step::Kind::kSetSavepoint) {
    absl::StatusOr<Savepoint> set = transaction.SetSavepoint();
    if (!set.ok()) return set.status().ToString();
    savepoint_ = *set;
    return "";
  }
  if (step.kind == Step::Kind::kRollbackTo) {
    const absl::Status done = transaction.RollbackTo(*savepoint_);
    return done.ok() ? "" : done.ToString();
  }
  return DoChange(transaction, step);
}

std::string ModelDatabase::DoChange(WriteTransaction& transaction, const Step& step) {
  const std::int64_t id = *step.item.id;
  const Mirror mirror = MirrorOf(step.item);
  absl::StatusOr<std::int64_t> key = id;
  absl::Status mirrored;
  switch (step.kind) {
    case Step::Kind::kInsertNew: {
      Item keyless = step.item;
      keyless.id.reset();
      key = items_->Insert(transaction, keyless);
      mirrored = mirrors_->Insert(transaction, mirror).status();
      break;
    }
    case Step::Kind::kInsert:
      key = items_->Insert(transaction, step.item);
      mirrored = mirrors_->Insert(transaction, mirror).status();
      break;
    case Step::Kind::kUpdate:
      if (absl::Status done = items_->Update(transaction, step.item); !done.ok()) key = done;
      mirrored = mirrors_->Update(transaction, mirror);
      break;
    case Step::Kind::kUpsert:
      key = items_->Upsert(transaction, step.item);
      mirrored = mirrors_->Upsert(transaction, mirror).status();
      break;
    default:
      if (absl::Status done = items_->Erase(transaction, id); !done.ok()) key = done;
      mirrored = mirrors_->Erase(transaction, id);
  }
  if (key.ok() == step.fits && mirrored.ok() == step.fits && (!key.ok() || *key == id)) return "";
  return absl::StrCat("a change of item ", id, " of kind ", static_cast<int>(step.kind), " should ",
                      step.fits ? "fit" : "not fit", ": ", key.status().ToString(),
                      ", its mirror: ", mirrored.ToString());
}

std::string ModelDatabase::WriteExtra(WriteTransaction& transaction, std::int64_t number,
                                      Reference* reference) {
  engine::TableState* const table = engine_->FindTable(kExtra);
  if (table == nullptr || !WritesExtra(number)) return "";
  const engine::TableCore extra(engine_.get(), table);
  reference->NoteExtra(extra);
  std::int64_t place = 1;
  absl::StatusOr<engine::RecordCursor> cursor = extra.Scan(transaction);
  if (!cursor.ok()) return cursor.status().ToString();
  for (std::string_view line; cursor->Next(&line);) ++place;
  const absl::Status written =
      extra.WriteJson(transaction, engine::WriteMode::kInsert,
                      absl::StrCat("{\"id\":", number, ",\"place\":", place, "}"), nullptr);
  return written.ok() ? "" : written.ToString();
}

absl::Status ModelDatabase::ChangeExtra(std::uint64_t chance) {
  const engine::TableState* const table = engine_->FindTable(kExtra);
  if (table == nullptr) return engine_->CreateTable(ExtraSchema());
  if (chance % 3 == 0) return engine_->DropTable(kExtra);
  TableSchema schema = table->layout().schema();
  if (schema.columns.size() > 2) {
    schema.columns.pop_back();
  } else {
    schema.columns.push_back({.name = "note", .type = Type::kString, .nullable = true});
  }
  return engine_->AlterTable(schema);
}

std::string ModelDatabase::Compare(const ReadTransaction& snapshot, const State& state,
                                   const Reference& reference) const {
  std::string wrong = CompareItems(snapshot, state);
  if (wrong.empty()) wrong = CompareMirrors(snapshot, state);
  if (wrong.empty()) wrong = CompareTags(snapshot, state);
  int extras_seen = 0;
  for (const engine::TableCore& extra : reference.extras()) {
    absl::StatusOr<engine::RecordCursor> cursor = extra.Scan(snapshot);
    if (!cursor.ok()) continue;  // made later, or dropped before
    ++extras_seen;
    if (wrong.empty()) wrong = CompareExtra(*std::move(cursor), state.number);
  }
  if (extras_seen > 1) wrong = "a snapshot sees two versions of a table";
  return wrong.empty() ? "" : absl::StrCat("moment ", state.number, ": ", wrong);
}

std::string ModelDatabase::CompareSizes(const ReadTransaction& snapshot, const State& state) const {
  const std::uint64_t items = items_->size(snapshot).value_or(0);
  const std::uint64_t mirrors = mirrors_->size(snapshot).value_or(0);
  if (items == state.items.size() && mirrors == items) return "";
  return absl::StrCat("moment ", state.number, ": ", items, " items and ", mirrors,
                      " mirrors, expected ", state.items.size());
}

std::string ModelDatabase::CompareItems(const ReadTransaction& snapshot, const State& state) const {
  const absl::StatusOr<std::uint64_t> size = items_->size(snapshot);
  if (!size.ok() || *size != state.items.size()) {
    return absl::StrCat(size.value_or(0), " items, expected ", state.items.size());
  }
  std::map<std::int64_t, Item> seen;
  const absl::Status walked =
      items_->ForEach(snapshot, [&seen](const Item& item) { seen.emplace(*item.id, item); });
  if (!walked.ok()) return walked.ToString();
  if (seen != state.items) return "a walk over the items shows others";
  for (std::int64_t id = 1; id < state.next_id + 2; ++id) {
    const auto expected = state.items.find(id);
    const absl::StatusOr<Item> item = items_->Get(snapshot, id);
    if (item.ok() != (expected != state.items.end()) || (item.ok() && *item != expected->second)) {
      return absl::StrCat("item ", id, " differs: ", item.status().ToString());
    }
    if (id > 80 && id + 80 < state.next_id) id = state.next_id - 80;  // long gone in between
  }
  return "";
}

std::string ModelDatabase::CompareMirrors(const ReadTransaction& snapshot,
                                          const State& state) const {
  std::uint64_t count = 0;
  std::string wrong;
  const absl::Status walked = mirrors_->ForEach(snapshot, [&](const Mirror& mirror) {
    const auto expected = state.items.find(mirror.item);
    if (expected == state.items.end() || MirrorOf(expected->second) != mirror) {
      wrong = absl::StrCat("mirror ", mirror.item, " is not its item's");
    }
    ++count;
  });
  if (!walked.ok()) return walked.ToString();
  if (!wrong.empty()) return wrong;
  const absl::StatusOr<std::uint64_t> size = mirrors_->size(snapshot);
  if (count == state.items.size() && size.ok() && *size == count) return "";
  return absl::StrCat(count, " mirrors, expected ", state.items.size());
}

std::string ModelDatabase::CompareTags(const ReadTransaction& snapshot, const State& state) const {
  std::map<std::string, std::int64_t> tags;
  for (const auto& [id, item] : state.items) {
    if (item.tag) tags[*item.tag] = id;
  }
  for (int i = 0; i < 30; ++i) {
    const std::string tag = absl::StrCat("tag ", i);
    const absl::StatusOr<Item> item = items_->FindBy<&Item::tag>(snapshot, tag);
    const absl::StatusOr<Mirror> mirror = mirrors_->FindBy<&Mirror::code>(snapshot, tag);
    const auto expected = tags.find(tag);
    const bool found = expected != tags.end();
    if (item.ok() != found || mirror.ok() != found) return absl::StrCat(tag, " is found wrongly");
    if (!found) continue;
    if (*item->id != expected->second || mirror->item != expected->second || item->tag != tag) {
      return absl::StrCat(tag, " leads to another record");
    }
  }
  return "";
}

}  // namespace linedb::model
