// LevelDB's and RocksDB's common part. Each of them is a Store:
//
//   static constexpr const char* kName;
//   void Open(const std::string& directory);
//   void Close();
//   class Batch { Batch(const Store&); Put(Family, key, value); Delete(Family, key); };
//   void Write(Batch*, Level);                    // atomic; threads share a sync
//   bool Read(Family, key, visit);                // visit(value), if the key is there
//   void Walk(first_key, visit);                  // over rows in order; visit(value) -> go on?
//   void Checkpoint();

#ifndef LINEDB_TESTS_BENCH_LSM_CONTENDER_H_
#define LINEDB_TESTS_BENCH_LSM_CONTENDER_H_

#include "tests/bench/contender.h"
#include "tests/bench/kv_record.h"

namespace bench {

enum class Family { kRows, kEmails };

template <class Store>
class LsmContender : public Contender {
 public:
  const char* name() const override { return Store::kName; }

  void Open(const std::string& directory) override {
    store_.Open(directory);
    level_ = Level::kDurable;
  }
  void Close() override { store_.Close(); }
  void SetLevel(Level level) override { level_ = level; }

  void InsertTogether(std::span<const Student> rows) override {
    const KeyLocks::Held held(&locks_, rows);
    BatchKeys together;
    typename Store::Batch batch(store_);
    std::string record;
    for (const Student& row : rows) {
      const KvKey key(row.id);
      if ((rows.size() > 1 && !together.Add(row)) || Has(Family::kRows, key.view()) ||
          Has(Family::kEmails, *row.email)) {
        Fail(std::string(name()) + ": a key is taken");
      }
      EncodeRecord(row, &record);
      batch.Put(Family::kRows, key.view(), record);
      batch.Put(Family::kEmails, *row.email, key.view());
    }
    store_.Write(&batch, level_);
  }

  void InsertEach(std::span<const Student> rows) override {
    for (const Student& row : rows) InsertTogether({&row, 1});
  }

  double InsertEachByThreads(std::span<const Student> rows, int threads) override {
    return InsertByThreads(rows, threads,
                           [this](int, std::span<const Student> part) { InsertEach(part); });
  }

  // Blind: the whole record is put, and nobody looks whether it is there.
  void UpdateTogether(std::span<const Student> rows) override {
    typename Store::Batch batch(store_);
    std::string record;
    for (const Student& row : rows) {
      EncodeRecord(row, &record);
      batch.Put(Family::kRows, KvKey(row.id).view(), record);
    }
    store_.Write(&batch, level_);
  }

  // Reads each record, for its e-mail is a key, too.
  void EraseTogether(std::span<const std::int64_t> keys) override {
    typename Store::Batch batch(store_);
    for (const std::int64_t id : keys) {
      const KvKey key(id);
      RequireRead(Family::kRows, key.view(), [&](std::string_view record) {
        batch.Delete(Family::kEmails, EmailOfRecord(record));
      });
      batch.Delete(Family::kRows, key.view());
    }
    store_.Write(&batch, level_);
  }

  void ReplaceOne(const Student& row) override { UpdateTogether({&row, 1}); }

  std::uint64_t ReadByKey(std::span<const std::int64_t> keys) override {
    std::uint64_t digest = 0;
    for (const std::int64_t key : keys) digest += DigestAt(KvKey(key).view());
    return digest;
  }

  std::uint64_t ReadByEmail(std::span<const std::string> emails) override {
    std::uint64_t digest = 0;
    for (const std::string& email : emails) {
      std::string key;
      RequireRead(Family::kEmails, email, [&](std::string_view found) { key = found; });
      digest += DigestAt(key);
    }
    return digest;
  }

  std::uint64_t ReadAll() override {
    std::uint64_t digest = 0;
    Student row;
    store_.Walk({}, [&](std::string_view record) {
      DecodeRecord(record, &row);
      digest += Digest(row);
      return true;
    });
    return digest;
  }

  FilteredSum SumAbove(double gpa_min) override {
    FilteredSum result;
    store_.Walk({}, [&](std::string_view record) {
      const double gpa = GpaOfRecord(record);
      if (gpa > gpa_min) {
        result.sum += gpa;
        ++result.count;
      }
      return true;
    });
    return result;
  }

  bool has_order() const override { return true; }

  std::uint64_t ReadInOrder(std::int64_t first, int count) override {
    std::uint64_t digest = 0;
    Student row;
    store_.Walk(KvKey(first).view(), [&](std::string_view record) {
      DecodeRecord(record, &row);
      digest += Digest(row);
      return --count > 0;
    });
    return digest;
  }

  void Checkpoint() override { store_.Checkpoint(); }

 private:
  bool Has(Family family, std::string_view key) {
    return store_.Read(family, key, [](std::string_view) {});
  }

  template <class Visit>
  void RequireRead(Family family, std::string_view key, Visit&& visit) {
    if (!store_.Read(family, key, visit)) Fail(std::string(name()) + ": a key is missing");
  }

  std::uint64_t DigestAt(std::string_view key) {
    Student row;
    RequireRead(Family::kRows, key, [&](std::string_view record) { DecodeRecord(record, &row); });
    return Digest(row);
  }

  Store store_;
  KeyLocks locks_;
  Level level_ = Level::kDurable;
};

}  // namespace bench

#endif  // LINEDB_TESTS_BENCH_LSM_CONTENDER_H_
