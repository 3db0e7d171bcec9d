#include "inventory.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace inventory {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPackagesPerTransaction = 100;

// Stands in each directory this program made. A directory without it is somebody else's.
constexpr char kMarkName[] = ".package_inventory";
constexpr std::string_view kMarkText =
    "Made by linedb's example package_inventory, which removes this database when it runs again.\n";

constexpr std::array<std::string_view, 7> kOwnNames = {kMarkName, "LOCK",  "schema", "data",
                                                       "wal",     "index", "staging"};

absl::Status DiskError(const fs::path& path, const std::error_code& error) {
  return absl::InternalError(absl::StrCat(path.string(), ": ", error.message()));
}

absl::Status WriteMark(const fs::path& directory) {
  std::ofstream mark(directory / kMarkName);
  mark << kMarkText;
  mark.close();
  if (!mark) return absl::InternalError(absl::StrCat("cannot write to ", directory.string()));
  return absl::OkStatus();
}

absl::Status RefuseForeign(const fs::path& directory, const std::string& found) {
  return absl::FailedPreconditionError(
      absl::StrCat(directory.string(), " holds ", found,
                   ", which is none of this program's: it is left as it is; name another directory "
                   "or none"));
}

// The keys of maintainers already stored. People without an address are told apart by name.
class MaintainerIds {
 public:
  absl::StatusOr<std::int64_t> FindOrInsert(const linedb::Table<Maintainer>& table,
                                            linedb::WriteTransaction& transaction,
                                            const Maintainer& maintainer) {
    const std::string key = maintainer.email.value_or(" " + maintainer.name);
    if (const auto found = ids_.find(key); found != ids_.end()) return found->second;
    absl::StatusOr<std::int64_t> id = table.Insert(transaction, maintainer);
    if (id.ok()) ids_.emplace(key, *id);
    return id;
  }

 private:
  std::map<std::string, std::int64_t> ids_;
};

absl::Status InsertPackage(const Inventory& inventory, linedb::WriteTransaction& transaction,
                           MaintainerIds* maintainers, PackageFacts* facts) {
  const absl::StatusOr<std::int64_t> id =
      maintainers->FindOrInsert(inventory.maintainers, transaction, facts->maintainer);
  if (!id.ok()) return id.status();
  facts->package.maintainer_id = *id;
  absl::Status inserted = inventory.packages.Insert(transaction, facts->package).status();
  for (const Dependency& row : facts->dependencies) {
    if (inserted.ok()) inserted = inventory.dependencies.Insert(transaction, row).status();
  }
  for (const Provision& row : facts->provisions) {
    if (inserted.ok()) inserted = inventory.provisions.Insert(transaction, row).status();
  }
  return inserted;
}

}  // namespace

std::string PackageLabel(const std::string& name, const std::string& architecture) {
  return absl::StrCat(name, ":", architecture);
}

absl::StatusOr<Inventory> OpenInventory(const std::string& directory, linedb::Create create) {
  linedb::Options options;
  options.create = create;
  // Each checkpoint compacts, so that `wc -l` tells the number of records however many there are;
  // and a round of upgrades stays in one log, to be read whole.
  options.compaction_bytes_small = std::uint64_t{1} << 30;
  options.log_bytes_max = std::uint64_t{1} << 30;
  auto database = linedb::Database::Open(directory, options);
  if (!database.ok()) return database.status();
  auto packages = (*database)->OpenTable<Package>();
  if (!packages.ok()) return packages.status();
  auto dependencies = (*database)->OpenTable<Dependency>();
  if (!dependencies.ok()) return dependencies.status();
  auto provisions = (*database)->OpenTable<Provision>();
  if (!provisions.ok()) return provisions.status();
  auto maintainers = (*database)->OpenTable<Maintainer>();
  if (!maintainers.ok()) return maintainers.status();
  auto upgrades = (*database)->OpenTable<Upgrade>();
  if (!upgrades.ok()) return upgrades.status();
  return Inventory{*std::move(database), *packages,    *dependencies,
                   *provisions,          *maintainers, *upgrades};
}

absl::Status PrepareDirectory(const std::string& directory) {
  const fs::path path(directory);
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return DiskError(path, error);

  std::vector<fs::path> entries;
  for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
    entries.push_back(at->path());
  }
  if (error) return DiskError(path, error);
  const bool marked = fs::exists(path / kMarkName, error);
  for (const fs::path& entry : entries) {
    const std::string name = entry.filename().string();
    const bool known = std::find(kOwnNames.begin(), kOwnNames.end(), name) != kOwnNames.end();
    if (!marked || !known) return RefuseForeign(path, name);
  }
  if (marked) {
    linedb::Options options;
    options.create = linedb::Create::kNever;
    auto earlier = linedb::Database::Open(directory, options);
    if (absl::IsUnavailable(earlier.status())) return earlier.status();
  }
  // The mark goes last: a removal that is cut short can be taken up again.
  std::stable_partition(entries.begin(), entries.end(),
                        [](const fs::path& entry) { return entry.filename() != kMarkName; });
  for (const fs::path& entry : entries) {
    fs::remove_all(entry, error);
    if (error) return DiskError(entry, error);
  }
  return WriteMark(path);
}

absl::StatusOr<std::uint64_t> LoadPackages(const Inventory& inventory,
                                           std::vector<PackageFacts> packages) {
  MaintainerIds maintainers;
  std::uint64_t transactions = 0;
  for (std::size_t begin = 0; begin < packages.size(); begin += kPackagesPerTransaction) {
    absl::StatusOr<linedb::WriteTransaction> transaction = inventory.database->Begin();
    if (!transaction.ok()) return transaction.status();
    const std::size_t end = std::min(begin + kPackagesPerTransaction, packages.size());
    for (std::size_t i = begin; i < end; ++i) {
      absl::Status inserted = InsertPackage(inventory, *transaction, &maintainers, &packages[i]);
      if (!inserted.ok()) return inserted;
    }
    if (absl::Status committed = transaction->Commit(); !committed.ok()) return committed;
    ++transactions;
  }
  return transactions;
}

}  // namespace inventory
