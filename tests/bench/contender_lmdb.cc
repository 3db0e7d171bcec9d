// LMDB as its documents (lmdb.h) recommend: a map far larger than the data, MDB_NOTLS (readers are
// not bound to threads), one database for each key, with MDB_INTEGERKEY for the ids, a read
// transaction that is reset and renewed rather than made anew, MDB_APPEND for rows that come in the
// order of their keys ("a fast bulk loading mode"; it fails, and the row goes the other way, if the
// key is not behind all others), MDB_NOOVERWRITE otherwise, so that both keys are checked.
//
// A durable commit is its default, with MDB_NOMEMINIT (pages are not zeroed before use): on top of
// it MDB_WRITEMAP made loads slower. One that survives the process alone is MDB_NOSYNC, which its
// documents describe so, with MDB_WRITEMAP ("faster for DBs that fit entirely in RAM"), which made
// such commits more than twice as fast. That is chosen when the environment is opened, so a change
// of the level opens it anew. Threads have a write transaction each, one after the other: LMDB has
// one writer.

#include <lmdb.h>

#include <filesystem>
#include <string_view>

#include "tests/bench/contender.h"
#include "tests/bench/kv_record.h"

namespace bench {
namespace {

constexpr std::size_t kMapBytes = std::size_t{1} << 37;

void Require(int code) {
  if (code != MDB_SUCCESS) Fail(std::string("lmdb: ") + mdb_strerror(code));
}

MDB_val ValueOf(std::string_view bytes) {
  return {bytes.size(), const_cast<char*>(bytes.data())};  // LMDB does not write to it
}
std::string_view ViewOf(const MDB_val& value) {
  return {static_cast<const char*>(value.mv_data), value.mv_size};
}

// MDB_INTEGERKEY: eight bytes as the machine has them, compared as numbers without a sign. The
// students' ids have none either.
class IdKey {
 public:
  explicit IdKey(std::int64_t id) : id_(static_cast<std::size_t>(id)) {
    if (id < 0) Fail("lmdb: an id below 0");
  }
  MDB_val value() { return {sizeof id_, &id_}; }

 private:
  std::size_t id_;
};

class LmdbContender : public Contender {
 public:
  const char* name() const override { return "lmdb"; }

  void Open(const std::string& directory) override {
    std::filesystem::create_directories(directory);
    directory_ = directory;
    OpenAt(Level::kDurable);
  }

  void Close() override {
    mdb_txn_abort(reader_);
    Require(mdb_env_sync(environment_, 1));
    mdb_env_close(environment_);
  }

  void SetLevel(Level level) override {
    if (level == level_) return;
    Close();
    OpenAt(level);
  }

  void InsertTogether(std::span<const Student> rows) override {
    MDB_txn* transaction = Begin();
    std::string record;
    for (const Student& row : rows) {
      IdKey id(row.id);
      MDB_val key = id.value();
      EncodeRecord(row, &record);
      MDB_val value = ValueOf(record);
      int code = mdb_put(transaction, rows_, &key, &value, MDB_APPEND);
      if (code == MDB_KEYEXIST) {
        code = mdb_put(transaction, rows_, &key, &value, MDB_NOOVERWRITE);
      }
      Require(code);
      MDB_val email = ValueOf(*row.email);
      MDB_val number = id.value();
      Require(mdb_put(transaction, emails_, &email, &number, MDB_NOOVERWRITE));
    }
    Require(mdb_txn_commit(transaction));
  }

  void InsertEach(std::span<const Student> rows) override {
    for (const Student& row : rows) InsertTogether({&row, 1});
  }

  double InsertEachByThreads(std::span<const Student> rows, int threads) override {
    return InsertByThreads(rows, threads,
                           [this](int, std::span<const Student> part) { InsertEach(part); });
  }

  void UpdateTogether(std::span<const Student> rows) override {
    MDB_txn* transaction = Begin();
    std::string record;
    for (const Student& row : rows) {
      IdKey id(row.id);
      MDB_val key = id.value();
      EncodeRecord(row, &record);
      MDB_val value = ValueOf(record);
      Require(mdb_put(transaction, rows_, &key, &value, 0));
    }
    Require(mdb_txn_commit(transaction));
  }

  void EraseTogether(std::span<const std::int64_t> keys) override {
    MDB_txn* transaction = Begin();
    for (const std::int64_t each : keys) {
      IdKey id(each);
      MDB_val key = id.value();
      MDB_val record;
      Require(mdb_get(transaction, rows_, &key, &record));
      MDB_val email = ValueOf(EmailOfRecord(ViewOf(record)));
      Require(mdb_del(transaction, emails_, &email, nullptr));
      Require(mdb_del(transaction, rows_, &key, nullptr));
    }
    Require(mdb_txn_commit(transaction));
  }

  void ReplaceOne(const Student& row) override { UpdateTogether({&row, 1}); }

  std::uint64_t ReadByKey(std::span<const std::int64_t> keys) override {
    const Reading reading(reader_);
    std::uint64_t digest = 0;
    for (const std::int64_t key : keys) digest += DigestAt(IdKey(key).value());
    return digest;
  }

  std::uint64_t ReadByEmail(std::span<const std::string> emails) override {
    const Reading reading(reader_);
    std::uint64_t digest = 0;
    for (const std::string& email : emails) {
      MDB_val key = ValueOf(email);
      MDB_val id;
      Require(mdb_get(reader_, emails_, &key, &id));
      digest += DigestAt(id);
    }
    return digest;
  }

  std::uint64_t ReadAll() override {
    std::uint64_t digest = 0;
    Student row;
    Walk(0, [&](std::string_view record) {
      DecodeRecord(record, &row);
      digest += Digest(row);
      return true;
    });
    return digest;
  }

  FilteredSum SumAbove(double gpa_min) override {
    FilteredSum result;
    Walk(0, [&](std::string_view record) {
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
    Walk(first, [&](std::string_view record) {
      DecodeRecord(record, &row);
      digest += Digest(row);
      return --count > 0;
    });
    return digest;
  }

  void Checkpoint() override { Require(mdb_env_sync(environment_, 1)); }

 private:
  // The one read transaction, at the newest state while this is there.
  class Reading {
   public:
    explicit Reading(MDB_txn* reader) : reader_(reader) { Require(mdb_txn_renew(reader)); }
    ~Reading() { mdb_txn_reset(reader_); }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

   private:
    MDB_txn* reader_;
  };

  void OpenAt(Level level) {
    const unsigned flags =
        level == Level::kProcess ? MDB_NOSYNC | MDB_WRITEMAP : unsigned{MDB_NOMEMINIT};
    Require(mdb_env_create(&environment_));
    Require(mdb_env_set_mapsize(environment_, kMapBytes));
    Require(mdb_env_set_maxdbs(environment_, 2));
    Require(mdb_env_open(environment_, directory_.c_str(), MDB_NOTLS | flags, 0644));
    MDB_txn* transaction = Begin();
    Require(mdb_dbi_open(transaction, "rows", MDB_CREATE | MDB_INTEGERKEY, &rows_));
    Require(mdb_dbi_open(transaction, "emails", MDB_CREATE, &emails_));
    Require(mdb_txn_commit(transaction));
    Require(mdb_txn_begin(environment_, nullptr, MDB_RDONLY, &reader_));
    mdb_txn_reset(reader_);
    level_ = level;
  }

  MDB_txn* Begin() const {
    MDB_txn* transaction = nullptr;
    Require(mdb_txn_begin(environment_, nullptr, 0, &transaction));
    return transaction;
  }

  std::uint64_t DigestAt(MDB_val key) const {
    MDB_val record;
    Require(mdb_get(reader_, rows_, &key, &record));
    Student row;
    DecodeRecord(ViewOf(record), &row);
    return Digest(row);
  }

  template <class Visit>
  void Walk(std::int64_t first, Visit&& visit) const {
    const Reading reading(reader_);
    MDB_cursor* cursor = nullptr;
    Require(mdb_cursor_open(reader_, rows_, &cursor));
    IdKey id(first);
    MDB_val key = id.value();
    MDB_val record;
    int code = mdb_cursor_get(cursor, &key, &record, MDB_SET_RANGE);
    while (code == MDB_SUCCESS && visit(ViewOf(record))) {
      code = mdb_cursor_get(cursor, &key, &record, MDB_NEXT);
    }
    if (code != MDB_NOTFOUND) Require(code);
    mdb_cursor_close(cursor);
  }

  std::string directory_;
  Level level_ = Level::kDurable;
  MDB_env* environment_ = nullptr;
  MDB_dbi rows_ = 0;
  MDB_dbi emails_ = 0;
  MDB_txn* reader_ = nullptr;
};

}  // namespace

std::unique_ptr<Contender> MakeLmdb() { return std::make_unique<LmdbContender>(); }

}  // namespace bench
