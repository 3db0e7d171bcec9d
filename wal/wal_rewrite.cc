#include "wal/wal_rewrite.h"

#include <cassert>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "wal/wal_reader.h"

namespace linedb::wal {
namespace {

// What this version does not know of a header would be lost.
absl::Status CheckKnown(std::string_view text, const std::string& name, const LogHeader& header) {
  std::string known;
  AppendHeaderLine(header, &known);
  if (text.starts_with(known)) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      name, " line 1 byte 0: written by a newer linedb, which has to do the rewriting"));
}

void AppendRewritten(const LogEntry& entry, bool purged, std::string* text) {
  LogOperation operation{entry.operation, entry.table, entry.record, entry.old_record};
  if (purged) operation = {Operation::kPurged, entry.table, {}, {}};
  const std::optional<Lsn> durable = entry.commit ? std::optional(entry.durable) : std::nullopt;
  AppendOperationLine(operation, {entry.lsn, entry.transaction}, entry.timestamp, durable, text);
}

}  // namespace

absl::StatusOr<RewrittenLog> RewriteLog(std::string_view text, const std::string& name,
                                        const LogEdits& edits) {
  WalReader reader(text, name);
  RewrittenLog log;
  absl::Status done = reader.ReadHeader(&log.header);
  if (done.ok()) done = CheckKnown(text, name, log.header);
  if (done.ok()) done = edits.edit_header(&log.header);
  if (!done.ok()) return done;
  log.text.reserve(text.size());
  AppendHeaderLine(log.header, &log.text);
  bool whole = true;
  for (LogEntry entry; reader.Next(&entry);) {
    const absl::StatusOr<bool> purged = edits.is_purged(entry);
    if (!purged.ok()) return purged.status();
    AppendRewritten(entry, *purged, &log.text);
    log.purged += *purged ? 1 : 0;
    whole = entry.commit;
  }
  const LogStop& stop = reader.stop();
  if (stop.byte != text.size() || !whole) {
    return absl::DataLossError(absl::StrCat(
        name, " line ", stop.line, " byte ", stop.byte, ": ",
        stop.reason.empty() ? "the last transaction has no commit line" : stop.reason));
  }
  log.old_checksum = reader.position().checksum;
  log.changed = log.text != text;
  // The end, as whoever goes on with the log reads it.
  WalReader again(log.text, name);
  LogHeader ignored;
  done = again.ReadHeader(&ignored);
  for (LogEntry entry; done.ok() && again.Next(&entry);) continue;
  assert(done.ok() && again.stop().byte == log.text.size());
  if (!done.ok()) return done;
  log.end = again.position();
  return log;
}

}  // namespace linedb::wal
