#include <optional>
#include <utility>

#include "linedb/database.h"
#include "tests/bench/contender.h"

namespace bench {
namespace {

void RequireOk(const absl::Status& status) {
  if (!status.ok()) Fail("linedb: " + status.ToString());
}

template <class T>
T ValueOf(absl::StatusOr<T> result) {
  RequireOk(result.status());
  return *std::move(result);
}

class LinedbContender : public Contender {
 public:
  const char* name() const override { return "linedb"; }

  void Open(const std::string& directory) override {
    database_ = ValueOf(linedb::Database::Open(directory));
    students_ = ValueOf(database_->OpenTable<Student>());
  }

  void Close() override {
    RequireOk(database_->Close());
    students_.reset();
    database_.reset();
  }

  void InsertTogether(std::span<const Student> rows) override {
    linedb::WriteTransaction transaction = ValueOf(database_->Begin());
    for (const Student& row : rows) RequireInserted(students_->Insert(transaction, row));
    RequireOk(transaction.Commit());
  }

  void InsertEach(std::span<const Student> rows) override {
    for (const Student& row : rows) RequireInserted(students_->Insert(row));
  }

  double InsertEachByThreads(std::span<const Student> rows, int threads) override {
    return InsertByThreads(rows, threads,
                           [this](int, std::span<const Student> part) { InsertEach(part); });
  }

  std::uint64_t ReadByKey(std::span<const std::int64_t> keys) override {
    std::uint64_t digest = 0;
    for (const std::int64_t key : keys) digest += DigestOf(students_->Get(key));
    return digest;
  }

  std::uint64_t ReadByEmail(std::span<const std::string> emails) override {
    std::uint64_t digest = 0;
    for (const std::string& email : emails) {
      digest += DigestOf(students_->FindBy<&Student::email>(email));
    }
    return digest;
  }

  std::uint64_t ReadAll() override {
    std::uint64_t digest = 0;
    RequireOk(students_->ForEach([&](const Student& row) { digest += Digest(row); }));
    return digest;
  }

  FilteredSum SumAbove(double gpa_min) override {
    FilteredSum result;
    RequireOk(students_->ForEachOf<&Student::gpa>([&](double gpa) {
      if (gpa > gpa_min) {
        result.sum += gpa;
        ++result.count;
      }
    }));
    return result;
  }

  void Checkpoint() override { RequireOk(database_->Checkpoint().status()); }

  std::uint64_t LogBytes() override { return database_->Stats().log_bytes; }

 private:
  static void RequireInserted(const absl::StatusOr<std::int64_t>& key) {
    if (!key.ok()) RequireOk(key.status());
  }
  static std::uint64_t DigestOf(const absl::StatusOr<Student>& row) {
    if (!row.ok()) RequireOk(row.status());
    return Digest(*row);
  }

  std::unique_ptr<linedb::Database> database_;
  std::optional<linedb::Table<Student>> students_;
};

}  // namespace

std::unique_ptr<Contender> MakeLinedb() { return std::make_unique<LinedbContender>(); }

}  // namespace bench
