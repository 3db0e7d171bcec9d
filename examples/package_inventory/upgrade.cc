#include "upgrade.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"

namespace inventory {
namespace {

using PackageKey = linedb::Table<Package>::Key;

// "1.2-3" and "1.2-3+batch7" become "1.2-3+batch8".
std::string UpgradedVersion(const std::string& version, std::int64_t batch) {
  constexpr char kSuffix[] = "+batch";
  return absl::StrCat(version.substr(0, version.find(kSuffix)), kSuffix, batch);
}

absl::Status CommitBatch(const Inventory& inventory, const std::vector<PackageKey>& keys,
                         std::int64_t batch) {
  absl::StatusOr<linedb::WriteTransaction> transaction = inventory.database->Begin();
  if (!transaction.ok()) return transaction.status();
  for (const PackageKey& key : keys) {
    absl::StatusOr<Package> package = inventory.packages.Get(*transaction, key);
    if (!package.ok()) return package.status();
    Upgrade upgrade = {
        .batch = batch,
        .package = package->name,
        .architecture = package->architecture,
        .from_version = package->version,
        .to_version = UpgradedVersion(package->version, batch),
        .at = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now())};
    package->version = upgrade.to_version;
    if (absl::Status updated = inventory.packages.Update(*transaction, *package); !updated.ok()) {
      return updated;
    }
    if (auto id = inventory.upgrades.Insert(*transaction, upgrade); !id.ok()) return id.status();
  }
  return transaction->Commit();
}

// Whether the parent could be told. One small write to a pipe arrives whole or not at all.
bool Acknowledge(std::int64_t batch) {
  const std::string line = absl::StrCat(batch, "\n");
  return write(STDOUT_FILENO, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

}  // namespace

absl::Status UpgradeForever(const std::string& directory, std::uint64_t seed) {
  absl::StatusOr<Inventory> inventory = OpenInventory(directory, linedb::Create::kNever);
  if (!inventory.ok()) return inventory.status();
  std::vector<PackageKey> all;
  absl::Status read = inventory->packages.ForEachOf<&Package::name, &Package::architecture>(
      [&](const std::string& name, const std::string& architecture) {
        all.emplace_back(name, architecture);
      });
  if (!read.ok()) return read;
  std::int64_t batch = 0;
  read = inventory->upgrades.ForEachOf<&Upgrade::batch>(
      [&](std::int64_t earlier) { batch = std::max(batch, earlier); });
  if (!read.ok()) return read;
  if (all.size() < kPackagesPerBatch) {
    return absl::FailedPreconditionError("too few packages are installed for a batch of upgrades");
  }

  std::mt19937_64 random(seed);
  std::vector<PackageKey> chosen;
  do {
    ++batch;
    chosen.clear();
    std::sample(all.begin(), all.end(), std::back_inserter(chosen), kPackagesPerBatch, random);
    if (absl::Status done = CommitBatch(*inventory, chosen, batch); !done.ok()) return done;
  } while (Acknowledge(batch));
  return absl::UnavailableError("nobody reads the acknowledgements any more");
}

absl::StatusOr<BatchesInTables> ReadBatches(const Inventory& inventory, std::int64_t first) {
  BatchesInTables found;
  std::map<std::int64_t, std::size_t> rows;
  std::map<std::pair<std::string, std::string>, std::string> latest_version;
  // In file order, which is the order of the commits.
  absl::Status read = inventory.upgrades.ForEach([&](const Upgrade& row) {
    if (row.batch >= first) ++rows[row.batch];
    const std::string label = PackageLabel(row.package, row.architecture);
    const auto [at, is_first] =
        latest_version.try_emplace({row.package, row.architecture}, row.from_version);
    if (at->second != row.from_version) {
      found.faults.push_back(absl::StrCat("batch ", row.batch, " upgraded ", label, " from ",
                                          row.from_version, ", but it was at ", at->second));
    }
    at->second = row.to_version;
  });
  if (!read.ok()) return read;
  for (const auto& [batch, count] : rows) {
    if (count == kPackagesPerBatch) {
      found.whole.insert(batch);
    } else {
      found.faults.push_back(
          absl::StrCat("batch ", batch, " has ", count, " rows of ", kPackagesPerBatch));
    }
  }
  for (const auto& [key, version] : latest_version) {
    const absl::StatusOr<Package> package = inventory.packages.Get(key);
    if (!package.ok()) return package.status();
    if (package->version != version) {
      found.faults.push_back(absl::StrCat(PackageLabel(key.first, key.second), " is at ",
                                          package->version, ", its last upgrade was to ", version));
    }
  }
  return found;
}

absl::StatusOr<std::uint64_t> RestoreVersions(const Inventory& inventory) {
  std::map<PackageKey, std::string> first_version;
  absl::Status read = inventory.upgrades.ForEach([&](const Upgrade& row) {
    first_version.try_emplace({row.package, row.architecture}, row.from_version);
  });
  if (!read.ok()) return read;
  absl::StatusOr<linedb::WriteTransaction> transaction = inventory.database->Begin();
  if (!transaction.ok()) return transaction.status();
  for (const auto& [key, version] : first_version) {
    absl::StatusOr<Package> package = inventory.packages.Get(*transaction, key);
    if (!package.ok()) return package.status();
    package->version = version;
    if (absl::Status updated = inventory.packages.Update(*transaction, *package); !updated.ok()) {
      return updated;
    }
  }
  if (absl::Status committed = transaction->Commit(); !committed.ok()) return committed;
  return first_version.size();
}

}  // namespace inventory
