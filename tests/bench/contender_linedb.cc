// linedb through Table<Student>, with its own defaults: rows of one transaction are inserted by
// InsertAll, a column is summed by Reduce over all cores.

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "linedb/columnar.h"
#include "linedb/database.h"
#include "tests/bench/linedb_status.h"

namespace bench {
namespace {

class LinedbContender : public Contender {
 public:
  const char* name() const override { return "linedb"; }

  void Open(const std::string& directory) override {
    database_ = ValueOf(linedb::Database::Open(directory));
    students_ = ValueOf(database_->OpenTable<Student>());
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
    RequireOk(students_->InsertAll(transaction, rows));
    RequireOk(transaction.Commit());
  }

  void InsertTogetherRowByRow(std::span<const Student> rows) override {
    linedb::WriteTransaction transaction = ValueOf(database_->Begin(durability_));
    for (const Student& row : rows) RequireInserted(students_->Insert(transaction, row));
    RequireOk(transaction.Commit());
  }

  void InsertEach(std::span<const Student> rows) override {
    for (const Student& row : rows) InsertTogetherRowByRow({&row, 1});
  }

  double InsertEachByThreads(std::span<const Student> rows, int threads) override {
    return InsertByThreads(rows, threads,
                           [this](int, std::span<const Student> part) { InsertEach(part); });
  }

  // Only the new gpa is taken as known.
  void UpdateTogether(std::span<const Student> rows) override {
    linedb::WriteTransaction transaction = ValueOf(database_->Begin(durability_));
    std::vector<std::tuple<std::int64_t, double>> gpas;
    gpas.reserve(rows.size());
    for (const Student& row : rows) gpas.emplace_back(row.id, row.gpa);
    RequireOk(students_->UpdateAllOf<&Student::gpa>(transaction, gpas));
    RequireOk(transaction.Commit());
  }

  void EraseTogether(std::span<const std::int64_t> keys) override {
    linedb::WriteTransaction transaction = ValueOf(database_->Begin(durability_));
    for (const std::int64_t key : keys) RequireOk(students_->Erase(transaction, key));
    RequireOk(transaction.Commit());
  }

  void ReplaceOne(const Student& row) override {
    linedb::WriteTransaction transaction = ValueOf(database_->Begin(durability_));
    RequireOk(students_->Update(transaction, row));
    RequireOk(transaction.Commit());
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

  std::uint64_t ReadManyByKey(std::span<const std::int64_t> keys) override {
    return InGroups(keys, [this](auto group) { return students_->GetMany(group); });
  }
  std::uint64_t ReadManyByEmail(std::span<const std::string> emails) override {
    return InGroups(emails,
                    [this](auto group) { return students_->FindManyBy<&Student::email>(group); });
  }

  std::uint64_t ReadAll() override {
    std::uint64_t digest = 0;
    RequireOk(students_->ForEach([&](const Student& row) { digest += Digest(row); }));
    return digest;
  }

  FilteredSum SumAbove(double gpa_min) override {
    const auto add = [gpa_min](FilteredSum& total, double gpa) { AddAbove(gpa_min, gpa, &total); };
    const auto merge = [](FilteredSum& total, FilteredSum&& more) {
      total.sum += more.sum;
      total.count += more.count;
    };
    return ValueOf(students_->Reduce<&Student::gpa>({}, FilteredSum{}, add, merge));
  }

  FilteredSum SumAboveByOneThread(double gpa_min) override {
    FilteredSum total;
    RequireOk(
        students_->ForEachOf<&Student::gpa>([&](double gpa) { AddAbove(gpa_min, gpa, &total); }));
    return total;
  }

  void HoldColumns() override {
    gpas_ = ValueOf(students_->Columns<&Student::gpa>());
    RequireOk(gpas_->View().status());  // reads the table
  }
  void DropColumns() override { gpas_.reset(); }

  FilteredSum SumAboveInMemory(double gpa_min) override {
    const linedb::ColumnView<double> now = ValueOf(gpas_->View());
    const auto found = now.SumWhere([gpa_min](double gpa) { return gpa > gpa_min; });
    return {found.sum, static_cast<std::int64_t>(found.count)};
  }

  bool has_other_ways() const override { return true; }

  bool has_order() const override { return false; }
  std::uint64_t ReadInOrder(std::int64_t, int) override { Fail("linedb has no ordered index"); }

  void Checkpoint() override { RequireOk(database_->Checkpoint().status()); }

  std::uint64_t LogBytes() override { return database_->Stats().log_bytes; }

 private:
  static void AddAbove(double gpa_min, double gpa, FilteredSum* total) {
    if (gpa > gpa_min) {
      total->sum += gpa;
      ++total->count;
    }
  }
  static void RequireInserted(const absl::StatusOr<std::int64_t>& key) {
    if (!key.ok()) RequireOk(key.status());
  }
  // The sum of the digests of the rows that `read` returns, for a hundred keys at a time.
  template <class Keys, class Read>
  static std::uint64_t InGroups(Keys keys, Read&& read) {
    constexpr std::size_t kGroup = 100;
    std::uint64_t digest = 0;
    for (; !keys.empty(); keys = keys.subspan(std::min(kGroup, keys.size()))) {
      for (const std::optional<Student>& row :
           ValueOf(read(keys.first(std::min(kGroup, keys.size()))))) {
        digest += Digest(row.value());
      }
    }
    return digest;
  }
  static std::uint64_t DigestOf(const absl::StatusOr<Student>& row) {
    if (!row.ok()) RequireOk(row.status());
    return Digest(*row);
  }

  std::unique_ptr<linedb::Database> database_;
  std::optional<linedb::Table<Student>> students_;
  std::optional<linedb::ColumnSet<double>> gpas_;
  linedb::Durability durability_ = linedb::Durability::kFull;
};

}  // namespace

std::unique_ptr<Contender> MakeLinedb() { return std::make_unique<LinedbContender>(); }

}  // namespace bench
