#include "engine/repair/repaired_database.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/storage/block_checksum.h"
#include "engine/storage/database_id.h"
#include "engine/storage/new_directory.h"
#include "schema/time_text.h"
#include "wal/checkpoint.h"
#include "wal/file_steps.h"

namespace linedb::engine {
namespace {

constexpr std::size_t kWriteBytes = std::size_t{1} << 20;

// Makes a file of texts one after the other, under its name only once it is synced. `next` gives
// the next of them, until there is none.
template <class Next>
absl::Status WriteTexts(wal::FileSystem& files, const std::string& path, Next&& next) {
  std::string buffer;
  const auto write = [&](wal::File& file) {
    std::uint64_t unsynced = 0;
    for (bool more = true; more;) {
      more = next(&buffer);
      if (more && buffer.size() < kWriteBytes) continue;
      absl::Status done = file.Append(buffer);
      unsynced += buffer.size();
      buffer.clear();
      if (done.ok() && unsynced >= wal::kSyncPortionBytes) {
        done = file.Sync();
        unsynced = 0;
      }
      if (!done.ok()) return done;
    }
    return absl::OkStatus();
  };
  const std::string temporary = wal::TemporaryOf(path);
  absl::StatusOr<std::unique_ptr<wal::File>> file = wal::WriteTemporary(files, temporary, write);
  if (!file.ok()) return file.status();
  return files.Rename(temporary, path);
}

absl::Status WriteTable(wal::FileSystem& files, const wal::DatabasePaths& target,
                        const TableRepair& table, wal::LogHeader* header) {
  const FoundTable& found = table.found();
  wal::TableCheckpoint& checkpoint = header->tables[found.name];
  BlockChecksum checksum;
  std::size_t at = 0;
  const auto next = [&](std::string* buffer) {
    if (at == table.records().size()) return false;
    const std::size_t begin = buffer->size();
    buffer->append(table.records()[at++]).push_back('\n');
    checksum.Append(std::string_view(*buffer).substr(begin));
    return true;
  };
  absl::Status done = WriteTexts(files, target.Records(found.name), next);
  if (done.ok()) {
    done = wal::WriteFileAtomically(files, target.Schema(found.name), found.schema_text);
  }
  checkpoint.bytes = checksum.bytes();
  checkpoint.lines = checkpoint.live = table.records().size();
  checkpoint.checksum = checksum.Total();
  checkpoint.schema_version = found.layout->schema().version;
  checkpoint.schema_checksum = wal::ChecksumOf(found.schema_text);
  checkpoint.next_id = table.next_id();
  return done;
}

absl::Status WriteRejects(wal::FileSystem& files, const std::string& path, const DamageList& list) {
  std::size_t at = 0;
  const auto next = [&](std::string* buffer) {
    if (at == list.lines().size()) return false;
    buffer->append(FormatReject(list.lines()[at++]));
    return true;
  };
  absl::Status done = WriteTexts(files, path, next);
  return done.ok() ? files.SyncDirectory(wal::ParentOf(path)) : done;
}

}  // namespace

absl::Status CheckTarget(wal::FileSystem& files, const wal::DatabasePaths& target,
                         const std::string& rejects) {
  if (absl::Status free = NewDirectory::Check(files, target, "repair"); !free.ok()) return free;
  absl::StatusOr<wal::FileInfo> there = files.Stat(rejects);
  if (there.ok()) return absl::AlreadyExistsError(rejects + ": exists, and is not replaced");
  return absl::IsNotFound(there.status()) ? absl::OkStatus() : there.status();
}

absl::StatusOr<std::string> WriteRepaired(wal::FileSystem& files, const wal::DatabasePaths& target,
                                          const RepairedDatabase& repaired) {
  absl::StatusOr<std::unique_ptr<NewDirectory>> made = NewDirectory::Begin(
      files, target, {"repair", "repairing", "{\"repair\":true}\n", repaired.lock_note});
  if (!made.ok()) return made.status();
  const wal::DatabasePaths& work = (*made)->work();
  wal::LogHeader header;
  header.database = NewDatabaseId();
  header.first_lsn = wal::Lsn{repaired.last.value + 1};
  header.first_transaction = wal::TransactionId{repaired.last_transaction.value + 1};
  header.timestamp = schema::FormatTimestamp(schema::Now());
  absl::Status done;
  for (const TableRepair* table : repaired.tables) {
    if (done.ok()) done = WriteTable(files, work, *table, &header);
  }
  if (done.ok()) done = wal::CreateLog(files, work, header).status();
  const bool has_rejects = done.ok() && !repaired.damage->lines().empty();
  if (has_rejects) done = WriteRejects(files, repaired.rejects, *repaired.damage);
  if (done.ok()) done = (*made)->Finish();
  if (done.ok()) return header.database;
  if (has_rejects) wal::RemoveIfThere(files, repaired.rejects).IgnoreError();
  (*made)->Abandon();
  return done;
}

}  // namespace linedb::engine
