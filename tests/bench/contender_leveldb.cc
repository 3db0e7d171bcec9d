// LevelDB as its documents (doc/index.md, "Performance", and include/leveldb/options.h) recommend
// for data that fits into memory: a block cache that holds all of it, a bloom filter of 10 bits a
// key (the two keys of an insert are mostly absent), a write buffer of 64 MiB ("larger values
// increase performance, especially during bulk loads"), a WriteBatch for each transaction, no
// compression (the cache holds what is decompressed; it is the faster choice here), sync as the
// level says: without, a write survives the process and not the machine. Threads that write at the
// same time are grouped by LevelDB itself. A checkpoint compacts everything, which is the only way
// to make it flush its log, and the best state to read from.

#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>

#include <memory>

#include "tests/bench/lsm_contender.h"

namespace bench {
namespace {

constexpr std::size_t kCacheBytes = std::size_t{1} << 30;
constexpr std::size_t kWriteBufferBytes = std::size_t{64} << 20;

void RequireOk(const leveldb::Status& status) {
  if (!status.ok()) Fail("leveldb: " + status.ToString());
}

leveldb::Slice SliceOf(std::string_view text) { return {text.data(), text.size()}; }
std::string_view ViewOf(const leveldb::Slice& slice) { return {slice.data(), slice.size()}; }

// LevelDB has one space of keys: the first byte tells the family.
constexpr char kRowsPrefix = 'r';
constexpr char kRowsEnd = 's';

leveldb::Slice PlacedKey(Family family, std::string_view key) {
  thread_local std::string placed;
  placed.assign(1, family == Family::kRows ? kRowsPrefix : 'e');
  placed.append(key);
  return SliceOf(placed);
}

class LeveldbStore {
 public:
  static constexpr const char* kName = "leveldb";

  class Batch {
   public:
    explicit Batch(const LeveldbStore&) {}

    void Put(Family family, std::string_view key, std::string_view value) {
      batch_.Put(PlacedKey(family, key), SliceOf(value));
    }
    void Delete(Family family, std::string_view key) { batch_.Delete(PlacedKey(family, key)); }

   private:
    friend class LeveldbStore;
    leveldb::WriteBatch batch_;
  };

  void Open(const std::string& directory) {
    leveldb::Options options;
    options.create_if_missing = true;
    options.block_cache = cache_.get();
    options.filter_policy = filter_.get();
    options.write_buffer_size = kWriteBufferBytes;
    options.compression = leveldb::kNoCompression;
    leveldb::DB* opened = nullptr;
    RequireOk(leveldb::DB::Open(options, directory, &opened));
    database_.reset(opened);
  }

  void Close() { database_.reset(); }

  void Write(Batch* batch, Level level) {
    leveldb::WriteOptions options;
    options.sync = level == Level::kDurable;
    RequireOk(database_->Write(options, &batch->batch_));
  }

  template <class Visit>
  bool Read(Family family, std::string_view key, Visit&& visit) {
    thread_local std::string value;
    const leveldb::Status read =
        database_->Get(leveldb::ReadOptions(), PlacedKey(family, key), &value);
    if (read.IsNotFound()) return false;
    RequireOk(read);
    visit(value);
    return true;
  }

  template <class Visit>
  void Walk(std::string_view first, Visit&& visit) {
    const std::unique_ptr<leveldb::Iterator> iterator(
        database_->NewIterator(leveldb::ReadOptions()));
    for (iterator->Seek(PlacedKey(Family::kRows, first)); iterator->Valid(); iterator->Next()) {
      if (iterator->key()[0] >= kRowsEnd || !visit(ViewOf(iterator->value()))) break;
    }
    RequireOk(iterator->status());
  }

  void Checkpoint() { database_->CompactRange(nullptr, nullptr); }

 private:
  // Before the database, which uses them to its end.
  std::unique_ptr<leveldb::Cache> cache_{leveldb::NewLRUCache(kCacheBytes)};
  std::unique_ptr<const leveldb::FilterPolicy> filter_{leveldb::NewBloomFilterPolicy(10)};
  std::unique_ptr<leveldb::DB> database_;
};

}  // namespace

std::unique_ptr<Contender> MakeLeveldb() { return std::make_unique<LsmContender<LeveldbStore>>(); }

}  // namespace bench
