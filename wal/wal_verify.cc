// Reads every log of a database from end to end. The log in force is read first: a rotation
// meanwhile only adds an archive, which begins at that log and is passed over.

#include <cassert>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "wal/wal_archive.h"
#include "wal/wal_line.h"
#include "wal/wal_reader.h"

namespace linedb::wal {
namespace {

// What the log before says of the next one. Nothing known: at the first, and behind a damaged one.
struct Chain {
  std::string database;
  std::uint64_t epoch = 0;
  LogPosition end;
};

// The reason alone; file, line and byte have members of their own.
std::string WhyNot(const WalReader& reader, const absl::Status& header_status) {
  assert(!header_status.ok());
  if (!reader.stop().reason.empty()) return reader.stop().reason;
  return std::string(header_status.message());
}

class Verifier {
 public:
  explicit Verifier(const DatabasePaths& paths) : paths_(paths) {}

  void AddProblem(const std::string& path, LogStop stop, std::string kind) {
    problems_.push_back(LogProblem{ShortName(paths_, path), stop.line, stop.byte, std::move(kind),
                                   std::move(stop.reason)});
    chain_.reset();
  }

  // Reads a log's text; `may_be_torn`: a writer may be writing at its end.
  void CheckText(const std::string& path, std::string_view text, bool in_force, bool may_be_torn) {
    WalReader reader(text, ShortName(paths_, path));
    LogHeader header;
    const absl::Status status = reader.ReadHeader(&header);
    if (absl::IsNotFound(status) && in_force) return;  // the Python original's, not ours to judge
    if (!status.ok()) {
      AddProblem(path, LogStop{1, 0, WhyNot(reader, status)}, "header");
      return;
    }
    CheckChain(path, header);
    bool whole = true;
    LogEntry entry;
    while (reader.Next(&entry)) whole = entry.commit;
    Chain end{header.database, header.epoch, reader.position()};
    LogStop stop = reader.stop();
    if (stop.byte == text.size() && whole) {
      chain_ = std::move(end);
      return;
    }
    if (stop.reason.empty()) stop.reason = "the last transaction has no commit line";
    // Nothing is torn in an archive: it ended with a whole transaction when it was made.
    const bool torn = in_force && !FindDurableProof(text, stop.byte, end.end.next_lsn).has_value();
    if (torn && may_be_torn) return;
    AddProblem(path, std::move(stop), torn ? "torn_tail" : "checksum");
  }

  // An archive's name says what is in it.
  void CheckName(const Archive& archive) {
    if (!chain_.has_value()) return;
    const std::uint64_t last = chain_->end.next_lsn.value - 1;
    const std::uint64_t first = last - (chain_->end.lines - 1) + 1;
    if (archive.name.first.value == first && archive.name.last.value == last) return;
    AddProblem(archive.path,
               LogStop{1, 0, absl::StrCat("holds lsn ", first, " to ", last, ", not as its name")},
               "chain");
  }

  // Nothing is known of what comes before the next log.
  void ForgetChain() { chain_.reset(); }

  std::vector<LogProblem> TakeProblems() { return std::move(problems_); }

 private:
  void CheckChain(const std::string& path, const LogHeader& header) {
    const std::string reason = chain_.has_value() ? BrokenLink(header) : std::string();
    if (!reason.empty()) AddProblem(path, LogStop{1, 0, reason}, "chain");
  }

  std::string BrokenLink(const LogHeader& header) const {
    assert(chain_.has_value());
    if (header.database != chain_->database) {
      return absl::StrCat("database ", header.database, ", expected ", chain_->database);
    }
    if (header.epoch != chain_->epoch + 1) {
      const std::uint64_t next = chain_->end.next_lsn.value;
      const bool is_missing = header.first_lsn.value > next && header.epoch > chain_->epoch;
      return absl::StrCat("epoch ", header.epoch, ", expected ", chain_->epoch + 1,
                          is_missing ? absl::StrCat(": the log with lsn ", next, " to ",
                                                    header.first_lsn.value - 1, " is missing")
                                     : "");
    }
    if (header.previous != chain_->end.checksum) {
      return absl::StrCat("previous ", FormatChecksum(header.previous), ", expected ",
                          FormatChecksum(chain_->end.checksum));
    }
    if (header.first_lsn != chain_->end.next_lsn) {
      return absl::StrCat("first_lsn ", header.first_lsn.value, ", expected ",
                          chain_->end.next_lsn.value);
    }
    if (header.first_transaction != chain_->end.next_transaction) {
      return absl::StrCat("first_txn ", header.first_transaction.value, ", expected ",
                          chain_->end.next_transaction.value);
    }
    return "";
  }

  const DatabasePaths& paths_;
  std::optional<Chain> chain_;
  std::vector<LogProblem> problems_;
};

// The first lsn of the log, if its header can be read.
std::optional<Lsn> FirstLsnOf(std::string_view text) {
  WalReader reader(text, "log");
  LogHeader header;
  if (!reader.ReadHeader(&header).ok()) return std::nullopt;
  return header.first_lsn;
}

absl::Status CheckArchive(FileSystem& files, const DatabasePaths& paths, const Archive& archive,
                          Verifier* verifier) {
  absl::StatusOr<std::string> text = ReadListedArchive(files, paths, archive);
  if (absl::IsNotFound(text.status())) {
    verifier->ForgetChain();
    return absl::OkStatus();
  }
  if (absl::IsDataLoss(text.status())) {
    verifier->AddProblem(archive.path, LogStop{0, 0, std::string(text.status().message())},
                         "archive");
    return absl::OkStatus();
  }
  if (!text.ok()) return text.status();
  verifier->CheckText(archive.path, *text, /*in_force=*/false, /*may_be_torn=*/false);
  verifier->CheckName(archive);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<LogProblem>> VerifyLogs(FileSystem& files, const DatabasePaths& paths,
                                                   bool writer_alive) {
  const absl::StatusOr<std::string> log = ReadFile(files, paths.Log());
  if (!log.ok() && !absl::IsNotFound(log.status())) return log.status();
  const absl::StatusOr<std::vector<Archive>> archives = ListArchives(files, paths);
  if (!archives.ok()) return archives.status();
  const std::optional<Lsn> first = log.ok() ? FirstLsnOf(*log) : std::nullopt;
  Verifier verifier(paths);
  for (const Archive& archive : *archives) {
    if (archive.name.original) continue;
    if (first.has_value() && archive.name.first >= *first) continue;
    absl::Status status = CheckArchive(files, paths, archive, &verifier);
    if (!status.ok()) return status;
  }
  if (log.ok()) {
    verifier.CheckText(paths.Log(), *log, /*in_force=*/true, writer_alive);
  } else {
    verifier.AddProblem(paths.Log(), LogStop{0, 0, "the log is missing"}, "header");
  }
  return verifier.TakeProblems();
}

}  // namespace linedb::wal
