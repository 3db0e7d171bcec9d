// Every file name of a database directory is made and parsed here, and only here (engine/FORMAT.md
// draws the directory).

#ifndef LINEDB_WAL_FILE_NAMES_H_
#define LINEDB_WAL_FILE_NAMES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wal/wal_format.h"

namespace linedb::wal {

struct ArchiveName {
  std::string time;  // yyyymmdd_hhmmss, UTC
  Lsn first = {};
  Lsn last = {};
  bool compressed = false;
  bool original = false;  // of the Python original: no lsns in the name
};

// A file of a table's index: of the key number `key`, or of the ordered index with the identity
// `order`, the lines in the bytes [begin, end) of the .records file; or, of neither (-1 and 0),
// what is known of the blocks of its first `end` bytes.
struct IndexFileName {
  std::string table;
  int key = -1;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t order = 0;

  bool is_blocks() const { return key < 0 && order == 0; }
};

// "data/university/" and "data/university" are the same place.
std::string WithoutSlash(std::string directory);

class DatabasePaths {
 public:
  explicit DatabasePaths(std::string directory) : directory_(std::move(directory)) {}

  const std::string& directory() const { return directory_; }
  std::string Lock() const { return directory_ + "/LOCK"; }
  // Says that a backup or restore into the directory is on its way, as long as there is no log.
  std::string Unfinished() const { return directory_ + "/UNFINISHED"; }
  std::string SchemaDirectory() const { return directory_ + "/schema"; }
  std::string DataDirectory() const { return directory_ + "/data"; }
  std::string WalDirectory() const { return directory_ + "/wal"; }
  std::string IndexDirectory() const { return directory_ + "/index"; }
  std::string Index(const IndexFileName& name) const;
  std::string Schema(std::string_view table) const;
  // The successor of an altered table's schema file, until it is renamed into place.
  std::string SchemaNext(std::string_view table) const;
  std::string Records(std::string_view table) const;
  // The compacted successor of a records file, until it is renamed into place.
  std::string RecordsCompacted(std::string_view table) const;
  // What a transaction has put aside; it loses its name as soon as it has it.
  std::string RecordsSpilled(std::string_view table) const;
  // What a records file held past the log's word after a clean end; see engine/FORMAT.md.
  std::string RecordsSurplus(std::string_view table) const;
  // What a records file was before an alteration wrote it anew; see engine/FORMAT.md.
  std::string RecordsBefore(std::string_view table) const;
  // Says that a purge is on its way.
  std::string PurgeMark() const { return WalDirectory() + "/purge.json"; }
  // What the log held past its last whole transaction after a clean end.
  // What a repair that made this database lists of damage, if it was not told another place.
  std::string Rejects() const { return directory_ + "/rejects.jsonl"; }
  std::string LogSurplus() const { return Log() + ".surplus"; }
  std::string Log() const { return WalDirectory() + "/transaction.log"; }
  std::string Archive(const ArchiveName& name) const;

 private:
  std::string directory_;
};

// A table's name is a file's name, so nothing that means something in a path gets through.
bool IsTableName(std::string_view name);

// The part of a path below the database directory, for messages: "wal/transaction.log".
std::string ShortName(const DatabasePaths& paths, const std::string& path);

// A records file's, of any database: "data/student.records".
std::string ShortRecordsName(std::string_view table);

// The table of a name in schema/ or data/, or nothing.
std::optional<std::string> TableOfSchemaFile(std::string_view file_name);
std::optional<std::string> TableOfRecordsFile(std::string_view file_name);
std::optional<std::string> TableOfRecordsBefore(std::string_view file_name);

std::string FormatArchiveName(const ArchiveName& name);
std::optional<ArchiveName> ParseArchiveName(std::string_view file_name);

// "student.0-9500000.key0", "student.9500000.blocks".
std::string FormatIndexFileName(const IndexFileName& name);
std::optional<IndexFileName> ParseIndexFileName(std::string_view file_name);

// A schema file, or an altered one's successor, or a compacted records file, that was on its way,
// or what a transaction had put aside.
bool IsTemporaryTableFile(std::string_view file_name);

// Left by a crash in WriteFileAtomically or a compression: ends in ".tmp".
bool IsTemporary(std::string_view file_name);

}  // namespace linedb::wal

#endif  // LINEDB_WAL_FILE_NAMES_H_
