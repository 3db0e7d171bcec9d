// Import: from the texts of records to a transaction.

#include <algorithm>
#include <cassert>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/exchange/broken_records.h"
#include "engine/exchange/import_log.h"
#include "engine/exchange/import_records.h"
#include "engine/exchange/line_origins.h"
#include "engine/exchange/record_origins.h"
#include "engine/exchange/record_reader.h"
#include "engine/exchange/record_source.h"
#include "engine/exchange/record_stream.h"
#include "engine/index/table_state.h"
#include "linedb/exchange.h"
#include "schema/record_checks.h"
#include "schema/record_codec.h"

namespace linedb::engine {
namespace {

constexpr std::uint64_t kRecordsPerProgress = 1024;

class Importer {
 public:
  // The arguments must outlive it.
  Importer(TableCore core, const schema::RecordLayout& layout, RecordSource& source,
           const ImportOptions& options)
      : core_(core),
        layout_(layout),
        checks_(layout_),
        source_(source),
        options_(options),
        log_(layout.schema().table_name, options, source),
        has_references_(!AllReferences(layout.schema()).empty()) {
    canonicalize_.ignore_unknown_columns = options.unknown_columns == UnknownColumns::kIgnore;
    together_ = options.on_conflict != OnConflict::kReplace && options.rejects == nullptr;
  }

  // `input` is what the source reads.
  absl::Status Run(const std::istream& input);
  ImportReport TakeReport() { return std::move(log_.report); }

 private:
  absl::Status Begin();
  absl::Status EndBatch();
  absl::Status CheckProgress(std::uint64_t bytes_read);
  absl::Status SourceStatus() const;
  void ExpectMore();
  absl::Status TakeChunk();
  absl::Status TakeLater(std::size_t record);
  absl::Status TakePending();
  absl::Status InsertPending();
  absl::Status Take(std::size_t record);
  absl::Status Write(const StreamedRecord& record);
  absl::StatusOr<bool> Exists();
  std::string OriginOfTaken();
  std::uint64_t TableEnd() const { return core_.table()->generation->records.end(); }
  void NoteOrigin(std::size_t hash, std::uint64_t line) {
    line_origins_.Add(line);
    if (has_references_) origins_.Add(hash, line);
  }
  bool TellBrokenChecks(TextPosition position);
  void RejectFaulty(const StreamedRecord& record, const schema::RecordError& first);
  void Reject(const StreamedRecord& record);
  ImportReport& report() { return log_.report; }
  const schema::FieldSpan* SpansOf(std::size_t record) const {
    return chunk_->spans.data() + record * layout_.columns().size();
  }

  TableCore core_;
  const schema::RecordLayout& layout_;
  schema::RecordChecks checks_;
  RecordSource& source_;
  const ImportOptions& options_;
  ImportLog log_;
  std::unique_ptr<RecordReader> reader_;
  schema::CanonicalizeOptions canonicalize_;

  const RecordChunk* chunk_ = nullptr;
  // Of chunk_'s records those from pending_begin_ to pending_end_ are not taken yet: many are
  // inserted together.
  bool together_ = false;
  std::size_t pending_begin_ = 0;
  std::size_t pending_end_ = 0;
  std::vector<std::size_t> hashes_;  // of their lines
  std::optional<WriteTransaction> transaction_;
  const bool has_references_;
  // Of records with references, which are told by their text; of the others, by where they lie.
  RecordOrigins origins_;
  LineOrigins line_origins_;
  std::uint64_t batch_inserted_ = 0;
  std::uint64_t batch_replaced_ = 0;
  std::string line_;
  std::string key_text_;
  std::vector<schema::FieldSpan> spans_;
};

absl::Status Importer::Run(const std::istream& input) {
  // One for each thread.
  absl::StatusOr<std::unique_ptr<RecordReader>> reader =
      NewRecordReader(layout_, source_.csv_shape());
  absl::StatusOr<std::unique_ptr<RecordReader>> stream_reader =
      NewRecordReader(layout_, source_.csv_shape());
  if (!reader.ok()) return reader.status();
  if (!stream_reader.ok()) return stream_reader.status();
  if (absl::Status readable = SourceStatus(); !readable.ok()) return readable;
  reader_ = *std::move(reader);
  for (const InputFault& fault : reader_->InputFaults(canonicalize_)) log_.AddInputFault(fault);
  if (absl::Status begun = Begin(); !begun.ok()) return begun;
  // What is too long is rejected as it is read, and rejects keep the order of the input.
  const ReadAhead ahead = options_.rejects == nullptr ? ReadAhead::kChunks : ReadAhead::kNone;
  RecordStream stream(source_, **stream_reader, layout_, canonicalize_, ahead);
  while ((chunk_ = stream.Next()) != nullptr) {
    if (report().read == 0) ExpectMore();
    if (absl::Status taken = TakeChunk(); !taken.ok()) return taken;
  }
  if (absl::Status readable = SourceStatus(); !readable.ok()) return readable;
  // Half a file is not to be committed as if it were the whole.
  if (input.bad()) {
    return absl::InternalError(absl::StrCat(options_.source_name, " cannot be read to its end"));
  }
  if (absl::Status on = CheckProgress(source_.bytes_read()); !on.ok()) return on;
  return EndBatch();
}

absl::Status Importer::SourceStatus() const {
  if (source_.status().ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(options_.source_name, ":", std::string(source_.status().message())));
}

void Importer::ExpectMore() {
  // A batch is soon full, and of records that may be in the table nobody knows how many are new.
  if (options_.batch_records != 0 || options_.on_conflict != OnConflict::kFail) return;
  const ExpectedRecords expected = ExpectRecords(*chunk_, options_.input_bytes);
  core_.Expect(*transaction_, expected.records, expected.bytes);
}

absl::Status Importer::TakeChunk() {
  pending_begin_ = pending_end_ = 0;
  for (std::size_t i = 0; i < chunk_->records.size(); ++i) {
    ++report().read;
    if (absl::Status taken = TakeLater(i); !taken.ok()) return taken;
    if (report().read % kRecordsPerProgress == 0) {
      if (absl::Status taken = TakePending(); !taken.ok()) return taken;
      if (absl::Status on = CheckProgress(chunk_->bytes_read); !on.ok()) return on;
    }
    // A batch that will not be committed stays open, so that later clashes with it are found.
    if (options_.batch_records == 0) continue;
    const std::uint64_t batch_pending = pending_end_ - pending_begin_;
    if (batch_inserted_ + batch_replaced_ + batch_pending < options_.batch_records) continue;
    if (absl::Status taken = TakePending(); !taken.ok()) return taken;
    const std::uint64_t batch = batch_inserted_ + batch_replaced_;
    if (batch >= options_.batch_records && !log_.failed() && !options_.dry_run) {
      if (absl::Status ended = EndBatch(); !ended.ok()) return ended;
      if (absl::Status begun = Begin(); !begun.ok()) return begun;
    }
  }
  return TakePending();
}

absl::Status Importer::Begin() {
  absl::StatusOr<WriteTransaction> transaction = core_.Begin();
  if (!transaction.ok()) return transaction.status();
  // Between two batches the table may have been dropped or altered.
  if (absl::Status usable = core_.Check(*transaction); !usable.ok()) return usable;
  transaction_.emplace(*std::move(transaction));
  origins_.Clear();
  line_origins_.Clear();
  batch_inserted_ = 0;
  batch_replaced_ = 0;
  return absl::OkStatus();
}

absl::Status Importer::EndBatch() {
  const bool good = !log_.failed();
  absl::Status done;
  if (good) done = options_.dry_run ? transaction_->CheckReferences() : transaction_->Commit();
  report().committed = good && done.ok() && !options_.dry_run;
  transaction_->Rollback();
  std::vector<ImportProblem> broken = ProblemsIn(done, options_.source_name, origins_);
  if (!done.ok() && broken.empty()) return done;
  for (ImportProblem& problem : broken) log_.Add(std::move(problem));
  if (!good || !done.ok()) return absl::OkStatus();
  report().inserted += batch_inserted_;
  report().replaced += batch_replaced_;
  return absl::OkStatus();
}

absl::Status Importer::CheckProgress(std::uint64_t bytes_read) {
  if (!options_.progress || options_.progress(bytes_read)) return absl::OkStatus();
  transaction_->Rollback();
  return absl::CancelledError(absl::StrCat("the import of ", options_.source_name,
                                           " was interrupted after ", report().read, " records"));
}

// Takes the record, now or with others.
absl::Status Importer::TakeLater(std::size_t record) {
  if (together_ && chunk_->records[record].fault.empty()) {
    pending_end_ = record + 1;
    return absl::OkStatus();
  }
  absl::Status taken = TakePending();
  if (taken.ok()) taken = Take(record);
  pending_begin_ = pending_end_ = record + 1;
  return taken;
}

// What cannot be inserted together is taken record by record: so each gets its own message.
absl::Status Importer::TakePending() {
  absl::Status done = InsertPending();
  if (!done.ok()) {
    done = absl::OkStatus();
    for (std::size_t i = pending_begin_; i < pending_end_ && done.ok(); ++i) done = Take(i);
  }
  pending_begin_ = pending_end_;
  return done;
}

absl::Status Importer::InsertPending() {
  const std::size_t count = pending_end_ - pending_begin_;
  if (count == 0) return absl::OkStatus();
  hashes_.resize(count);
  const auto encode = [this](std::size_t i, std::int64_t next_key, std::string* line,
                             schema::FieldSpan* spans) {
    const StreamedRecord& record = chunk_->records[pending_begin_ + i];
    if (record.canonical) {
      line->append(chunk_->TextOf(record));
      const schema::FieldSpan* known = SpansOf(pending_begin_ + i);
      std::copy(known, known + layout_.columns().size(), spans);
      hashes_[i] = record.hash;
      return absl::OkStatus();
    }
    canonicalize_.assigned_key = next_key;
    const std::size_t begin = line->size();
    absl::Status fits =
        reader_->Read(chunk_->TextOf(record), canonicalize_, line, &spans_, nullptr);
    std::copy(spans_.begin(), spans_.end(), spans);
    hashes_[i] = RecordOrigins::HashOf(std::string_view(*line).substr(begin));
    return fits;
  };
  std::size_t failed = 0;
  const std::uint64_t begin = TableEnd();
  absl::Status inserted = core_.InsertLines(*transaction_, count, encode, &failed);
  if (!inserted.ok()) return inserted;
  line_origins_.NoteOffset(begin);
  for (std::size_t i = 0; i < count; ++i) {
    NoteOrigin(hashes_[i], chunk_->records[pending_begin_ + i].position.line);
  }
  batch_inserted_ += count;
  return inserted;
}

absl::Status Importer::Take(std::size_t index) {
  const StreamedRecord& record = chunk_->records[index];
  if (!record.fault.empty()) {
    log_.AddRefusal(record.fault_position, ProblemKind::kSyntax, layout_.schema().table_name,
                    record.fault);
    Reject(record);
    return absl::OkStatus();
  }
  line_.clear();
  if (record.canonical) {
    line_.append(chunk_->TextOf(record));
    spans_.assign(SpansOf(index), SpansOf(index + 1));
    return Write(record);
  }
  canonicalize_.assigned_key = core_.next_key(*transaction_);
  const std::string_view text = chunk_->TextOf(record);
  schema::RecordError error;
  const absl::Status fits = reader_->Read(text, canonicalize_, &line_, &spans_, &error);
  if (fits.ok()) return Write(record);
  RejectFaulty(record, error);
  return absl::OkStatus();
}

// Writes line_, which is in canonical form.
absl::Status Importer::Write(const StreamedRecord& record) {
  const bool replace = options_.on_conflict == OnConflict::kReplace;
  bool exists = false;
  if (replace) {
    absl::StatusOr<bool> found = Exists();
    if (!found.ok()) return found.status();
    exists = *found;
  }
  const std::uint64_t begin = TableEnd();
  core_.BeginLine(*transaction_)->append(line_);
  const absl::Status written = core_.WriteLine(
      *transaction_, replace ? WriteMode::kUpsert : WriteMode::kInsert, spans_.data());
  if (written.ok()) {
    ++(exists ? batch_replaced_ : batch_inserted_);
    line_origins_.NoteOffset(begin);
    NoteOrigin(RecordOrigins::HashOf(line_), record.position.line);
    return absl::OkStatus();
  }
  const bool clashes = written.code() == absl::StatusCode::kAlreadyExists;
  if (clashes && options_.on_conflict == OnConflict::kSkip) {
    ++report().skipped;
    return absl::OkStatus();
  }
  if (!clashes && written.code() != absl::StatusCode::kInvalidArgument) return written;
  if (!clashes && TellBrokenChecks(record.position)) {
    Reject(record);
    return absl::OkStatus();
  }
  // The engine's message begins with the table and column.
  const std::string message(written.message());
  const std::size_t colon = message.find(": ");
  const bool names_column = colon != message.npos;
  std::string reason = names_column ? message.substr(colon + 2) : message;
  if (clashes) reason += OriginOfTaken();
  log_.AddRefusal(record.position, clashes ? ProblemKind::kClash : ProblemKind::kConstraint,
                  names_column ? message.substr(0, colon) : layout_.schema().table_name,
                  std::move(reason));
  Reject(record);
  return absl::OkStatus();
}

// Each check that is false for line_ is a problem of its own; false if none is.
bool Importer::TellBrokenChecks(TextPosition position) {
  const auto broken = checks_.Broken(line_, spans_.data());
  for (const schema::RecordCheck* check : broken) {
    log_.AddRefusal(position, ProblemKind::kConstraint, check->owner, check->Reason(line_));
  }
  return !broken.empty();
}

// Whether the table has a record with the primary key of line_.
absl::StatusOr<bool> Importer::Exists() {
  const std::optional<std::string_view> text =
      schema::KeyTextOf(layout_.keys()[0], line_, spans_.data(), &key_text_);
  if (!text) return false;
  const absl::Status found =
      core_.Visit(*transaction_, 0, *text, [](std::string_view) { return absl::OkStatus(); });
  if (found.ok()) return true;
  if (found.code() == absl::StatusCode::kNotFound) return false;
  return found;
}

// ", from line 3" if the record with which line_ clashes came from this transaction's input.
std::string Importer::OriginOfTaken() {
  std::string replaced;
  for (std::size_t key = 0; key < layout_.keys().size(); ++key) {
    const std::optional<std::string_view> text =
        schema::KeyTextOf(layout_.keys()[key], line_, spans_.data(), &key_text_);
    if (!text) continue;
    const TableGeneration& table = *core_.table()->generation;
    const absl::StatusOr<RecordLocation> found =
        table.FindChecked(static_cast<int>(key), *text, kNoLimit);
    if (!found.ok() || !*found) continue;
    std::string taken(table.records.View(*found));
    if (taken == replaced) continue;
    if (key == 0 && options_.on_conflict == OnConflict::kReplace) {
      replaced = std::move(taken);  // no clash: line_ would have come in its place
      continue;
    }
    const std::uint64_t line = line_origins_.Find(table, *found);
    return line == 0 ? "" : absl::StrCat(", from line ", line);
  }
  return "";
}

void Importer::RejectFaulty(const StreamedRecord& record, const schema::RecordError& first) {
  const std::string_view text = chunk_->TextOf(record);
  for (const RecordFault& fault : reader_->Faults(text, canonicalize_, first)) {
    log_.Add(PositionAfter(record.position, text.substr(0, fault.error.byte)), fault);
  }
  Reject(record);
}

void Importer::Reject(const StreamedRecord& record) {
  // With rejects no text is brought into canonical form ahead.
  assert(options_.rejects == nullptr || !record.canonical);
  log_.Reject(chunk_->TextOf(record));
}

}  // namespace

absl::StatusOr<ImportReport> ImportRecords(const TableCore& core, const std::istream& input,
                                           RecordSource& source, const ImportOptions& options) {
  absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(core.schema());
  if (!layout.ok()) return layout.status();
  Importer importer(core, *layout, source, options);
  if (absl::Status run = importer.Run(input); !run.ok()) return run;
  return importer.TakeReport();
}

}  // namespace linedb::engine
