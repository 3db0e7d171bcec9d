#include "engine/history/log_span.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schema/schema_document.h"

namespace linedb::engine {

absl::StatusOr<LogSpan> LogSpan::Open(wal::FileSystem& files, const wal::DatabasePaths& paths) {
  LogSpan span(files);
  // Before the log: a table that is created or altered in between is told of by that.
  absl::StatusOr<Catalog> catalog = ReadCatalog(files, paths);
  if (!catalog.ok()) return catalog.status();
  span.catalog_ = *std::move(catalog);
  absl::StatusOr<wal::RecoveredLog> log = wal::RecoverLog(files, paths, IsOriginal(span.catalog_));
  if (!log.ok()) return log.status();
  if (log->kind != wal::LogKind::kOurs) {
    return absl::FailedPreconditionError(absl::StrCat(
        paths.directory(), ": in the Python original's format, whose log does not tell one moment ",
        "from another; opening it once for writing brings it into ours"));
  }
  span.log_ = *std::move(log);
  if (absl::Status added = span.chain_.Add(files, paths, span.log_); !added.ok()) return added;
  return span;
}

std::string LogSpan::Range() const {
  return absl::StrCat("the logs tell of lsn ", chain_.oldest().value - 1, " to ",
                      chain_.newest().value);
}

absl::StatusOr<wal::Lsn> LogSpan::ResolveLsn(wal::Lsn lsn) const {
  if (lsn > newest()) {
    return absl::NotFoundError(absl::StrCat("there is no lsn ", lsn.value, " yet: ", Range()));
  }
  if (lsn.value + 1 < chain_.oldest().value) {
    return absl::NotFoundError(absl::StrCat("nothing tells of lsn ", lsn.value, ": ", Range()));
  }
  for (const ChainLog& log : chain_.logs()) {
    if (log.first > lsn || log.last <= lsn) continue;
    const auto pass = [](const wal::LogHeader&, const std::vector<wal::LogEntry>&) {
      return absl::OkStatus();
    };
    absl::StatusOr<ChainText> text = ReadChainLog(*files_, log, database(), lsn, pass);
    if (!text.ok()) return text.status();
    return wal::Lsn{text->end.next_lsn.value - 1};
  }
  return lsn;
}

absl::StatusOr<wal::Lsn> LogSpan::ResolveTime(const std::string& timestamp) const {
  const absl::StatusOr<std::string> limit = LogTimestamp(timestamp);
  if (!limit.ok()) return limit.status();
  const std::vector<ChainLog>& logs = chain_.logs();
  for (auto log = logs.rbegin(); log != logs.rend() && log->first >= chain_.oldest(); ++log) {
    const absl::StatusOr<NotLater> found = FindNotLater(*files_, *log, database(), *limit);
    if (!found.ok()) return found.status();
    if (found->last) return *found->last;
    const bool begins = log->first == wal::Lsn{1} || found->log_timestamp <= *limit;
    if (log->first == chain_.oldest() && begins) return wal::Lsn{log->first.value - 1};
  }
  return absl::NotFoundError(absl::StrCat("nothing tells of ", *limit, ": ", Range()));
}

absl::StatusOr<wal::Lsn> LogSpan::Resolve(const Moment& moment) const {
  if (const AtLsn* lsn = std::get_if<AtLsn>(&moment)) return ResolveLsn(wal::Lsn{lsn->lsn});
  if (const AtTime* time = std::get_if<AtTime>(&moment)) return ResolveTime(time->timestamp);
  return newest();
}

absl::Status LogSpan::Walk(wal::Lsn first, wal::Lsn last, TransactionVisitor visit) const {
  if (const std::optional<wal::Lsn> missing = chain_.FirstMissing(first, last)) {
    return absl::NotFoundError(
        absl::StrCat("the log with lsn ", missing->value, " is missing: ", Range()));
  }
  return WalkChain(*files_, chain_, database(), first, last, visit);
}

// What the first change of a table says it was before, or, if there is none, what it is.
absl::StatusOr<std::map<std::string, TableSchema>> LogSpan::SchemasAfter(wal::Lsn lsn) const {
  std::map<std::string, TableSchema> schemas;
  for (const auto& [name, entry] : catalog_) schemas[name] = entry.schema;
  std::set<std::string> told;
  const auto look = [&](const std::vector<wal::LogEntry>& transaction) -> absl::Status {
    for (const wal::LogEntry& entry : transaction) {
      const bool creates = entry.operation == wal::Operation::kCreateTable;
      if (!creates && entry.operation != wal::Operation::kAlterTable &&
          entry.operation != wal::Operation::kDropTable) {
        continue;
      }
      std::string table(entry.table);
      if (!told.insert(table).second) continue;
      schemas.erase(table);
      if (creates) continue;
      absl::StatusOr<schema::SchemaDocument> document =
          schema::ParseSchemaDocument(entry.old_record);
      if (!document.ok()) {
        return AtPlace(absl::StrCat("lsn ", entry.lsn.value), document.status());
      }
      schemas[std::move(table)] = std::move(document->schema);
    }
    return absl::OkStatus();
  };
  if (absl::Status walked = Walk(wal::Lsn{lsn.value + 1}, newest(), look); !walked.ok()) {
    return walked;
  }
  return schemas;
}

}  // namespace linedb::engine
