// linedb through JsonTable, the way of those who know the table only at run time: every row is
// built as a JSON value, and every row read is made into a Student from one.

#include <optional>
#include <utility>

#include "linedb/json_table.h"
#include "tests/bench/linedb_status.h"

namespace bench {
namespace {

using linedb::Json;

Json JsonOf(const Student& row) {
  return {{"id", row.id}, {"name", row.name}, {"email", *row.email}, {"gpa", row.gpa}};
}

std::uint64_t DigestOf(const Json& json) {
  Student row;
  row.id = json["id"].get<std::int64_t>();
  row.name = json["name"].get_ref<const std::string&>();
  row.email = json["email"].get_ref<const std::string&>();
  row.gpa = json["gpa"].get<double>();
  return Digest(row);
}

std::uint64_t DigestOf(const absl::StatusOr<Json>& json) {
  if (!json.ok()) RequireOk(json.status());
  return DigestOf(*json);
}

class LinedbJsonContender : public Contender {
 public:
  const char* name() const override { return "json"; }

  void Open(const std::string& directory) override {
    database_ = ValueOf(linedb::Database::Open(directory));
    RequireOk(database_->OpenTable<Student>().status());  // the schema, if the table is missing
    students_ = ValueOf(linedb::JsonTable::Open(*database_, "student"));
    durability_ = linedb::Durability::kFull;
  }

  void Close() override {
    RequireOk(database_->Close());
    students_.reset();
    database_.reset();
  }

  void SetLevel(Level level) override {
    durability_ =
        level == Level::kProcess ? linedb::Durability::kProcess : linedb::Durability::kFull;
  }

  void InsertTogether(std::span<const Student> rows) override {
    linedb::WriteTransaction transaction = ValueOf(database_->Begin(durability_));
    for (const Student& row : rows) {
      RequireOk(students_->Insert(transaction, JsonOf(row)).status());
    }
    RequireOk(transaction.Commit());
  }

  void InsertEach(std::span<const Student> rows) override {
    for (const Student& row : rows) InsertTogether({&row, 1});
  }

  double InsertEachByThreads(std::span<const Student> rows, int threads) override {
    return InsertByThreads(rows, threads,
                           [this](int, std::span<const Student> part) { InsertEach(part); });
  }

  void UpdateTogether(std::span<const Student> rows) override {
    linedb::WriteTransaction transaction = ValueOf(database_->Begin(durability_));
    for (const Student& row : rows) {
      Json stored = ValueOf(students_->Get(transaction, row.id));
      stored["gpa"] = row.gpa;
      RequireOk(students_->Update(transaction, stored));
    }
    RequireOk(transaction.Commit());
  }

  void EraseTogether(std::span<const std::int64_t> keys) override {
    linedb::WriteTransaction transaction = ValueOf(database_->Begin(durability_));
    for (const std::int64_t key : keys) RequireOk(students_->Erase(transaction, key));
    RequireOk(transaction.Commit());
  }

  void ReplaceOne(const Student& row) override {
    linedb::WriteTransaction transaction = ValueOf(database_->Begin(durability_));
    RequireOk(students_->Update(transaction, JsonOf(row)));
    RequireOk(transaction.Commit());
  }

  std::uint64_t ReadByKey(std::span<const std::int64_t> keys) override {
    std::uint64_t digest = 0;
    for (const std::int64_t key : keys) digest += DigestOf(students_->Get(key));
    return digest;
  }

  std::uint64_t ReadByEmail(std::span<const std::string> emails) override {
    std::uint64_t digest = 0;
    for (const std::string& email : emails) digest += DigestOf(students_->FindBy("email", email));
    return digest;
  }

  std::uint64_t ReadAll() override {
    std::uint64_t digest = 0;
    RequireOk(students_->ForEach([&](const Json& row) {
      digest += DigestOf(row);
      return true;
    }));
    return digest;
  }

  FilteredSum SumAbove(double gpa_min) override {
    FilteredSum result;
    RequireOk(students_->ForEach([&](const Json& row) {
      const double gpa = row["gpa"].get<double>();
      if (gpa > gpa_min) {
        result.sum += gpa;
        ++result.count;
      }
      return true;
    }));
    return result;
  }

  bool has_order() const override { return false; }
  std::uint64_t ReadInOrder(std::int64_t, int) override { Fail("linedb has no ordered index"); }

  void Checkpoint() override { RequireOk(database_->Checkpoint().status()); }

  std::uint64_t LogBytes() override { return database_->Stats().log_bytes; }

 private:
  std::unique_ptr<linedb::Database> database_;
  std::optional<linedb::JsonTable> students_;
  linedb::Durability durability_ = linedb::Durability::kFull;
};

}  // namespace

std::unique_ptr<Contender> MakeLinedbJson() { return std::make_unique<LinedbJsonContender>(); }

}  // namespace bench
