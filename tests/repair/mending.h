// A damaged campus beside the new one that a repair makes of it, on one disk in memory.

#ifndef LINEDB_TESTS_REPAIR_MENDING_H_
#define LINEDB_TESTS_REPAIR_MENDING_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/engine_repair.h"
#include "engine/repair/damage_list.h"
#include "tests/engine/campus.h"
#include "tests/engine/disk_tree.h"
#include "tests/engine/ruled_disk.h"

namespace linedb::testing {

inline constexpr char kDamaged[] = "damaged";

inline std::unique_ptr<wal::FileSystem> MakeDamagedDisk(const Tree& tree) {
  std::unique_ptr<wal::FileSystem> disk = wal::NewMemoryFileSystem();
  const std::string base = kDamaged;
  EXPECT_TRUE(disk->CreateDirectory(base).ok());
  for (const char* below : {"/schema", "/data", "/wal", "/index"}) {
    EXPECT_TRUE(disk->CreateDirectory(base + below).ok());
  }
  for (const auto& [path, bytes] : tree) {
    const auto file = disk->Open(base + "/" + path, wal::OpenMode::kCreateNew);
    EXPECT_TRUE(file.ok()) << file.status();
    EXPECT_TRUE((*file)->Append(bytes).ok());
  }
  return disk;
}

// Each record as "table line".
inline std::set<std::string> RecordsIn(const std::string& state) {
  std::set<std::string> records;
  std::string table;
  for (std::size_t begin = 0; begin < state.size();) {
    const std::size_t end = state.find('\n', begin);
    const std::string line = state.substr(begin, end - begin);
    if (line.starts_with("  ")) {
      records.insert(table + line.substr(1));
    } else {
      table = line.substr(0, line.find(' '));
    }
    begin = end + 1;
  }
  return records;
}

class Mending {
 public:
  explicit Mending(const Tree& tree) : before_(tree), campus(MakeDamagedDisk(tree)) {}

  // Repairs into Campus's directory. Whatever would change the damaged one fails.
  absl::StatusOr<RepairReport> Run(RepairOptions options = {}) {
    RuledDisk disk(*campus.disk);
    disk.SetRule([this](std::string_view operation, const std::string& path) {
      if (!path.starts_with(kDamaged)) return absl::OkStatus();
      changes_ += absl::StrCat(std::string(operation), " ", path, "; ");
      return absl::InternalError("the original is not to be touched");
    });
    list.clear();
    options.on_damage = [this](const DamagedLine& line) { list.push_back(line); };
    return engine::RepairDirectory(disk, kDamaged, kDirectory, options);
  }

  // What was done to the damaged directory; empty: nothing.
  std::string Touched() {
    for (const auto& [path, bytes] : before_) {
      const auto now = wal::ReadFile(*campus.disk, absl::StrCat(kDamaged, "/", path));
      if (!now.ok() || *now != bytes) changes_ += path + " changed; ";
    }
    return changes_;
  }

  // Everything that was listed, a line each.
  std::string Listed() const {
    std::string text;
    for (const DamagedLine& line : list) {
      absl::StrAppend(&text, line.file, " line ", line.line, " key ", line.key, ": ", line.reason,
                      " -> ", std::string(engine::FateName(line.fate)), " ", line.record, " from ",
                      line.source, "\n");
    }
    return text;
  }
  bool Lists(std::string_view file, Fate fate) const {
    return std::any_of(list.begin(), list.end(), [&](const DamagedLine& line) {
      return line.file == file && line.fate == fate;
    });
  }

  // The new database as it opens for writing, after verify found nothing.
  std::string State() {
    EXPECT_EQ(campus.Problems(), "");
    Options options;
    options.maintenance = Maintenance::kManual;
    options.create = Create::kNever;
    const absl::Status opened = campus.Open(options);
    EXPECT_THAT(opened, IsOk());
    if (!opened.ok()) return "";
    EXPECT_EQ(campus.Notes(), "");
    return campus.State();
  }

 private:
  const Tree before_;
  std::string changes_;

 public:
  Campus campus;  // the new one
  std::vector<DamagedLine> list;
};

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_REPAIR_MENDING_H_
