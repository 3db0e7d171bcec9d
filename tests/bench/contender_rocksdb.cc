// RocksDB as its tuning guide (the wiki's "Setup Options and Basic Tuning", "RocksDB Tuning Guide")
// recommends: dynamic level sizes, kMinOverlappingRatio, bytes_per_sync of 1 MiB, format_version 5,
// as many background jobs as cores; and, as OptimizeForPointLookup does, a bloom filter of 10 bits
// a key, a hash index in data blocks, a memtable with a bloom filter over whole keys. A block cache
// that holds all of the data; indexes and filters stay outside of it, which is the default and
// saves a lookup of theirs. No compression: the cache holds what is decompressed; it is the faster
// choice for data of this size. Pipelined writes, which the wiki recommends for threads that write
// at the same time. A WriteBatch for each transaction, sync as the level says. A column family for
// each key. A checkpoint flushes and compacts everything, the best state to read from.

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <memory>
#include <thread>

#include "tests/bench/lsm_contender.h"

namespace bench {
namespace {

constexpr std::size_t kCacheBytes = std::size_t{1} << 30;

void RequireOk(const rocksdb::Status& status) {
  if (!status.ok()) Fail("rocksdb: " + status.ToString());
}

rocksdb::Slice SliceOf(std::string_view text) { return {text.data(), text.size()}; }
std::string_view ViewOf(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

rocksdb::ColumnFamilyOptions FamilyOptions(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;
  table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  table.data_block_hash_table_util_ratio = 0.75;

  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.level_compaction_dynamic_level_bytes = true;
  options.compaction_pri = rocksdb::kMinOverlappingRatio;
  options.memtable_prefix_bloom_size_ratio = 0.02;
  options.memtable_whole_key_filtering = true;
  options.compression = rocksdb::kNoCompression;
  return options;
}

class RocksdbStore {
 public:
  static constexpr const char* kName = "rocksdb";

  class Batch {
   public:
    explicit Batch(const RocksdbStore& store) : store_(store) {}

    void Put(Family family, std::string_view key, std::string_view value) {
      RequireOk(batch_.Put(store_.HandleOf(family), SliceOf(key), SliceOf(value)));
    }
    void Delete(Family family, std::string_view key) {
      RequireOk(batch_.Delete(store_.HandleOf(family), SliceOf(key)));
    }

   private:
    friend class RocksdbStore;
    const RocksdbStore& store_;
    rocksdb::WriteBatch batch_;
  };

  void Open(const std::string& directory) {
    rocksdb::DBOptions options;
    options.create_if_missing = true;
    options.create_missing_column_families = true;
    options.IncreaseParallelism(static_cast<int>(std::thread::hardware_concurrency()));
    options.bytes_per_sync = 1 << 20;
    options.enable_pipelined_write = true;
    const rocksdb::ColumnFamilyOptions family = FamilyOptions(cache_);
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* opened = nullptr;
    RequireOk(rocksdb::DB::Open(options, directory,
                                {{rocksdb::kDefaultColumnFamilyName, family}, {"emails", family}},
                                &handles, &opened));
    database_.reset(opened);
    rows_ = handles[0];
    emails_ = handles[1];
  }

  void Close() {
    for (rocksdb::ColumnFamilyHandle* each : {rows_, emails_}) {
      RequireOk(database_->DestroyColumnFamilyHandle(each));
    }
    RequireOk(database_->Close());
    database_.reset();
  }

  void Write(Batch* batch, Level level) {
    rocksdb::WriteOptions options;
    options.sync = level == Level::kDurable;
    RequireOk(database_->Write(options, &batch->batch_));
  }

  template <class Visit>
  bool Read(Family family, std::string_view key, Visit&& visit) {
    thread_local rocksdb::PinnableSlice value;
    value.Reset();
    const rocksdb::Status read =
        database_->Get(rocksdb::ReadOptions(), HandleOf(family), SliceOf(key), &value);
    if (read.IsNotFound()) return false;
    RequireOk(read);
    visit(ViewOf(value));
    value
        .Reset();  // lets go of the cached block: the database may be closed before the thread ends
    return true;
  }

  template <class Visit>
  void Walk(std::string_view first, Visit&& visit) {
    const std::unique_ptr<rocksdb::Iterator> iterator(
        database_->NewIterator(rocksdb::ReadOptions(), rows_));
    for (iterator->Seek(SliceOf(first)); iterator->Valid(); iterator->Next()) {
      if (!visit(ViewOf(iterator->value()))) break;
    }
    RequireOk(iterator->status());
  }

  void Checkpoint() {
    for (rocksdb::ColumnFamilyHandle* each : {rows_, emails_}) {
      RequireOk(database_->Flush(rocksdb::FlushOptions(), each));
      RequireOk(database_->CompactRange(rocksdb::CompactRangeOptions(), each, nullptr, nullptr));
    }
  }

 private:
  rocksdb::ColumnFamilyHandle* HandleOf(Family family) const {
    return family == Family::kRows ? rows_ : emails_;
  }

  std::shared_ptr<rocksdb::Cache> cache_ = rocksdb::NewLRUCache(kCacheBytes);
  std::unique_ptr<rocksdb::DB> database_;
  rocksdb::ColumnFamilyHandle* rows_ = nullptr;
  rocksdb::ColumnFamilyHandle* emails_ = nullptr;
};

}  // namespace

std::unique_ptr<Contender> MakeRocksdb() { return std::make_unique<LsmContender<RocksdbStore>>(); }

}  // namespace bench
