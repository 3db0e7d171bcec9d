#include "engine/engine_history.h"

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "absl/functional/function_ref.h"
#include "engine/engine.h"
#include "engine/history/backup.h"
#include "engine/history/restore.h"
#include "engine/lock_note.h"
#include "engine/open.h"

namespace linedb::engine {
namespace {

class EngineWork final : public WorkDatabase {
 public:
  explicit EngineWork(wal::FileSystem& files) : files_(files) {}

  absl::Status Settle(const std::string& directory) override {
    return With(directory, [](Engine& engine) { return engine.Checkpoint().status(); });
  }
  absl::Status AlterTable(const std::string& directory, const TableSchema& schema,
                          const std::vector<std::string>& migrated) override {
    return With(directory,
                [&](Engine& engine) { return engine.RepeatAlteration(schema, migrated); });
  }
  absl::Status DropTable(const std::string& directory, std::string_view table) override {
    return With(directory, [&](Engine& engine) { return engine.DropTable(table); });
  }

 private:
  absl::Status With(const std::string& directory, absl::FunctionRef<absl::Status(Engine&)> deed) {
    Options options;
    options.create = Create::kNever;
    options.maintenance = Maintenance::kManual;
    options.archives_kept = 0;       // the source has them
    options.clock = BeforeAllTimes;  // it is to be as it was
    absl::StatusOr<std::unique_ptr<Engine>> engine =
        Engine::Open(nullptr, files_, directory, options);
    if (!engine.ok()) return engine.status();
    absl::Status done = deed(**engine);
    done.Update((*engine)->Close());
    return done;
  }

  wal::FileSystem& files_;
};

}  // namespace

// What was acknowledged is in the log first, whatever its durability. The copy is then made from
// the files, as by another process: whoever commits or runs a checkpoint meanwhile goes on.
absl::StatusOr<BackupReport> Engine::Backup(wal::FileSystem& target_files,
                                            const std::string& target,
                                            const BackupOptions& options) {
  if (absl::Status here = CheckProcess(); !here.ok()) return here;
  if (closed_) return absl::FailedPreconditionError("the database is closed");
  if (!read_only()) {
    if (absl::Status flushed = commits_.Flush(); !flushed.ok()) return flushed;
  }
  return BackupDatabase({files_, paths_, target_files, wal::DatabasePaths(target), MakeLockNote()},
                        options);
}

absl::StatusOr<BackupReport> BackupDirectory(wal::FileSystem& files, const std::string& directory,
                                             const std::string& target,
                                             const BackupOptions& options) {
  if (absl::Status there = CheckDatabaseExists(files, wal::DatabasePaths(directory)); !there.ok())
    return there;
  return BackupDatabase(
      {files, wal::DatabasePaths(directory), files, wal::DatabasePaths(target), MakeLockNote()},
      options);
}

absl::StatusOr<RestoreReport> RestoreDirectory(wal::FileSystem& files, const std::string& directory,
                                               const std::string& target,
                                               const RestoreOptions& options) {
  if (absl::Status there = CheckDatabaseExists(files, wal::DatabasePaths(directory)); !there.ok())
    return there;
  std::optional<wal::DatabasePaths> archives;
  if (!options.archives.empty()) {
    if (absl::Status there = CheckDatabaseExists(files, wal::DatabasePaths(options.archives));
        !there.ok())
      return there;
    archives.emplace(options.archives);
  }
  EngineWork work(files);
  return RestoreDatabase({files, wal::DatabasePaths(directory), archives,
                          wal::DatabasePaths(target), MakeLockNote(), work},
                         options);
}

absl::StatusOr<BisectReport> BisectDirectory(wal::FileSystem& files, const std::string& directory,
                                             const BisectOptions& options, const BisectTest& test) {
  if (absl::Status there = CheckDatabaseExists(files, wal::DatabasePaths(directory)); !there.ok())
    return there;
  const auto restore = [&files](const std::string& from, const std::string& target,
                                const RestoreOptions& how) {
    return RestoreDirectory(files, from, target, how);
  };
  return Bisect(files, directory, options, test, restore);
}

}  // namespace linedb::engine
