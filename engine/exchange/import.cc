// Import: from the texts of records to a transaction.

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/exchange/record_judge.h"
#include "engine/exchange/record_origins.h"
#include "engine/exchange/record_source.h"
#include "linedb/exchange.h"
#include "schema/record_codec.h"

namespace linedb {
namespace engine {
namespace {

constexpr std::size_t kUnknownColumnsMax = 1000;
constexpr std::uint64_t kRecordsPerProgress = 1024;

// Records are inserted together until there are so many of them, or so many bytes.
constexpr std::size_t kRecordsTogether = 256;
constexpr std::size_t kBytesTogether = std::size_t{1} << 20;

class Importer {
 public:
  Importer(Database& database, TableCore core, schema::RecordLayout layout, RecordJudge judge,
           const ImportOptions& options)
      : database_(database),
        core_(core),
        layout_(std::move(layout)),
        judge_(std::move(judge)),
        options_(options) {
    canonicalize_.ignore_unknown_columns = options.unknown_columns == UnknownColumns::kIgnore;
    // What is too long is rejected as it is read, and rejects keep the order of the input.
    together_ = options.on_conflict != OnConflict::kReplace && options.rejects == nullptr;
  }

  absl::Status Run(std::istream& input, RecordSource& source);
  ImportReport TakeReport() { return std::move(report_); }

 private:
  absl::Status Begin();
  absl::Status EndBatch();
  absl::Status CheckProgress(const RecordSource& source);
  absl::Status Take(const SourceRecord& record);
  absl::Status TakeLater(const SourceRecord& record);
  absl::Status TakePending();
  absl::Status InsertPending();
  std::string_view TextOf(std::size_t pending) const;
  absl::Status Write(const SourceRecord& record);
  absl::StatusOr<bool> Exists();
  std::string OriginOfTaken();
  void RejectFaulty(const SourceRecord& record, const schema::RecordError& first);
  void Reject(const SourceRecord& record);
  void AddProblem(ImportProblem problem);
  void NoteUnknownColumn(const std::string& name);
  ImportProblem ProblemAt(TextPosition position, std::string_view column, ProblemKind kind) const;
  bool failed() const { return report_.problem_count > 0 && options_.rejects == nullptr; }

  Database& database_;
  TableCore core_;
  schema::RecordLayout layout_;
  RecordJudge judge_;
  const ImportOptions& options_;
  schema::CanonicalizeOptions canonicalize_;

  // A record that was read and is not taken yet.
  struct Pending {
    std::size_t text_end = 0;  // in pending_texts_
    TextPosition position;
    std::size_t hash = 0;  // of its line
  };
  bool together_ = false;
  std::vector<Pending> pending_;
  std::string pending_texts_;

  std::optional<WriteTransaction> transaction_;
  RecordOrigins origins_;
  std::uint64_t batch_inserted_ = 0;
  std::uint64_t batch_replaced_ = 0;
  std::string line_;
  std::string key_text_;
  std::vector<schema::FieldSpan> spans_;
  ImportReport report_;
};

absl::Status Importer::Run(std::istream& input, RecordSource& source) {
  if (absl::Status begun = Begin(); !begun.ok()) return begun;
  SourceRecord record;
  while (source.Next(&record)) {
    ++report_.read;
    if (absl::Status taken = TakeLater(record); !taken.ok()) return taken;
    if (report_.read % kRecordsPerProgress == 0) {
      if (absl::Status taken = TakePending(); !taken.ok()) return taken;
      if (absl::Status on = CheckProgress(source); !on.ok()) return on;
    }
    // A batch that will not be committed stays open, so that later clashes with it are found.
    if (options_.batch_records == 0) continue;
    if (batch_inserted_ + batch_replaced_ + pending_.size() < options_.batch_records) continue;
    if (absl::Status taken = TakePending(); !taken.ok()) return taken;
    const std::uint64_t batch = batch_inserted_ + batch_replaced_;
    if (batch >= options_.batch_records && !failed() && !options_.dry_run) {
      if (absl::Status ended = EndBatch(); !ended.ok()) return ended;
      if (absl::Status begun = Begin(); !begun.ok()) return begun;
    }
  }
  if (absl::Status taken = TakePending(); !taken.ok()) return taken;
  if (!source.status().ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(options_.source_name, ":", std::string(source.status().message())));
  }
  // Half a file is not to be committed as if it were the whole.
  if (input.bad()) {
    return absl::InternalError(absl::StrCat(options_.source_name, " cannot be read to its end"));
  }
  if (absl::Status on = CheckProgress(source); !on.ok()) return on;
  return EndBatch();
}

absl::Status Importer::Begin() {
  absl::StatusOr<WriteTransaction> transaction = database_.Begin();
  if (!transaction.ok()) return transaction.status();
  // Between two batches the table may have been dropped or altered.
  if (absl::Status usable = core_.Check(*transaction); !usable.ok()) return usable;
  transaction_.emplace(*std::move(transaction));
  origins_.Clear();
  batch_inserted_ = 0;
  batch_replaced_ = 0;
  return absl::OkStatus();
}

absl::Status Importer::EndBatch() {
  report_.committed = !options_.dry_run && !failed();
  if (report_.committed) {
    if (absl::Status committed = transaction_->Commit(); !committed.ok()) {
      report_.committed = false;
      return committed;
    }
  } else {
    transaction_->Rollback();
  }
  if (failed()) return absl::OkStatus();
  report_.inserted += batch_inserted_;
  report_.replaced += batch_replaced_;
  return absl::OkStatus();
}

absl::Status Importer::CheckProgress(const RecordSource& source) {
  if (!options_.progress || options_.progress(source.bytes_read())) return absl::OkStatus();
  transaction_->Rollback();
  return absl::CancelledError(absl::StrCat("the import of ", options_.source_name,
                                           " was interrupted after ", report_.read, " records"));
}

std::string_view Importer::TextOf(std::size_t pending) const {
  const std::size_t begin = pending == 0 ? 0 : pending_[pending - 1].text_end;
  return std::string_view(pending_texts_).substr(begin, pending_[pending].text_end - begin);
}

// Takes the record, now or with others.
absl::Status Importer::TakeLater(const SourceRecord& record) {
  if (!together_ || !record.fault.empty()) {
    absl::Status taken = TakePending();
    return taken.ok() ? Take(record) : taken;
  }
  pending_texts_.append(record.text);
  pending_.push_back({pending_texts_.size(), record.position});
  if (pending_.size() < kRecordsTogether && pending_texts_.size() < kBytesTogether) {
    return absl::OkStatus();
  }
  return TakePending();
}

// What cannot be inserted together is taken record by record: so each gets its own message.
absl::Status Importer::TakePending() {
  absl::Status done = InsertPending();
  if (!done.ok()) {
    done = absl::OkStatus();
    for (std::size_t i = 0; i < pending_.size() && done.ok(); ++i) {
      done = Take({TextOf(i), pending_[i].position, {}, {}});
    }
  }
  pending_.clear();
  pending_texts_.clear();
  return done;
}

absl::Status Importer::InsertPending() {
  if (pending_.empty()) return absl::OkStatus();
  const auto encode = [this](std::size_t i, std::int64_t next_key, std::string* line,
                             schema::FieldSpan* spans) {
    canonicalize_.assigned_key = next_key;
    const std::size_t begin = line->size();
    absl::Status fits =
        schema::CanonicalizeRecord(layout_, TextOf(i), canonicalize_, line, &spans_, nullptr);
    std::copy(spans_.begin(), spans_.end(), spans);
    pending_[i].hash = RecordOrigins::HashOf(std::string_view(*line).substr(begin));
    return fits;
  };
  std::size_t failed = 0;
  absl::Status inserted = core_.InsertLines(*transaction_, pending_.size(), encode, &failed);
  if (!inserted.ok()) return inserted;
  for (const Pending& record : pending_) origins_.Add(record.hash, record.position.line);
  batch_inserted_ += pending_.size();
  return inserted;
}

absl::Status Importer::Take(const SourceRecord& record) {
  if (!record.fault.empty()) {
    ImportProblem problem = ProblemAt(record.fault_position, "", ProblemKind::kSyntax);
    problem.reason = record.fault;
    AddProblem(std::move(problem));
    Reject(record);
    return absl::OkStatus();
  }
  canonicalize_.assigned_key = core_.next_key(*transaction_);
  line_.clear();
  schema::RecordError error;
  absl::Status fits =
      schema::CanonicalizeRecord(layout_, record.text, canonicalize_, &line_, &spans_, &error);
  if (fits.ok()) return Write(record);
  RejectFaulty(record, error);
  return absl::OkStatus();
}

// Writes line_, which is in canonical form.
absl::Status Importer::Write(const SourceRecord& record) {
  const bool replace = options_.on_conflict == OnConflict::kReplace;
  bool exists = false;
  if (replace) {
    absl::StatusOr<bool> found = Exists();
    if (!found.ok()) return found.status();
    exists = *found;
  }
  core_.BeginLine(*transaction_)->append(line_);
  const absl::Status written = core_.WriteLine(
      *transaction_, replace ? WriteMode::kUpsert : WriteMode::kInsert, spans_.data());
  if (written.ok()) {
    ++(exists ? batch_replaced_ : batch_inserted_);
    origins_.Add(RecordOrigins::HashOf(line_), record.position.line);
    return absl::OkStatus();
  }
  const bool clashes = written.code() == absl::StatusCode::kAlreadyExists;
  if (clashes && options_.on_conflict == OnConflict::kSkip) {
    ++report_.skipped;
    return absl::OkStatus();
  }
  if (!clashes && written.code() != absl::StatusCode::kInvalidArgument) return written;
  // The engine's message begins with the table and column.
  const std::string message(written.message());
  const std::size_t colon = message.find(": ");
  ImportProblem problem =
      ProblemAt(record.position, "", clashes ? ProblemKind::kClash : ProblemKind::kConstraint);
  if (colon != message.npos) problem.table_column = message.substr(0, colon);
  problem.reason = colon == message.npos ? message : message.substr(colon + 2);
  if (clashes) problem.reason += OriginOfTaken();
  AddProblem(std::move(problem));
  Reject(record);
  return absl::OkStatus();
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
    std::string taken;
    const absl::Status found =
        core_.Visit(*transaction_, static_cast<int>(key), *text, [&taken](std::string_view line) {
          taken = line;
          return absl::OkStatus();
        });
    if (!found.ok() || taken == replaced) continue;
    if (key == 0 && options_.on_conflict == OnConflict::kReplace) {
      replaced = std::move(taken);  // no clash: line_ would have come in its place
      continue;
    }
    const std::uint64_t line = origins_.Find(taken);
    return line == 0 ? "" : absl::StrCat(", from line ", line);
  }
  return "";
}

void Importer::RejectFaulty(const SourceRecord& record, const schema::RecordError& first) {
  for (const RecordFault& fault : judge_.Faults(record.text, canonicalize_, first)) {
    const TextPosition at = PositionAfter(record.position, record.text.substr(0, fault.error.byte));
    const bool syntax = fault.is_syntax || fault.error.column.empty();
    ImportProblem problem =
        ProblemAt(at, fault.error.column, syntax ? ProblemKind::kSyntax : ProblemKind::kConstraint);
    problem.reason = fault.error.reason;
    if (fault.unknown_column) NoteUnknownColumn(fault.error.column);
    AddProblem(std::move(problem));
  }
  Reject(record);
}

// Counts the record and passes its text on. Text too long to be kept went there when it was read.
void Importer::Reject(const SourceRecord& record) {
  ++report_.rejected;
  if (options_.rejects == nullptr || record.text.empty()) return;
  WriteOnOneLine(record.text, *options_.rejects);
  options_.rejects->put('\n');
}

void Importer::AddProblem(ImportProblem problem) {
  ++report_.problem_count;
  if (options_.on_problem) options_.on_problem(problem);
  if (report_.problems.size() < options_.problems_max) {
    report_.problems.push_back(std::move(problem));
  }
}

void Importer::NoteUnknownColumn(const std::string& name) {
  std::vector<std::string>& known = report_.unknown_columns;
  if (known.size() == kUnknownColumnsMax) return;
  for (const std::string& other : known) {
    if (other == name) return;
  }
  known.push_back(name);
}

ImportProblem Importer::ProblemAt(TextPosition position, std::string_view column,
                                  ProblemKind kind) const {
  ImportProblem problem{.file = options_.source_name,
                        .line = position.line,
                        .column = position.column,
                        .table_column = layout_.schema().table_name,
                        .reason = {},
                        .kind = kind};
  if (!column.empty()) problem.table_column.append(".").append(column);
  return problem;
}

}  // namespace
}  // namespace engine

std::string ImportProblem::ToString() const {
  return absl::StrCat(file, ":", line, ":", column, ": ", table_column, ": ", reason);
}

absl::StatusOr<ImportReport> Import(Database& database, std::string_view table, std::istream& input,
                                    const ImportOptions& options) {
  absl::StatusOr<engine::TableCore> core = database.OpenCore(table);
  if (!core.ok()) return core.status();
  absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(core->schema());
  if (!layout.ok()) return layout.status();
  absl::StatusOr<engine::RecordJudge> judge = engine::RecordJudge::Create(core->schema());
  if (!judge.ok()) return judge.status();
  engine::Importer importer(database, *core, *std::move(layout), *std::move(judge), options);
  std::unique_ptr<engine::RecordSource> source =
      engine::OpenRecordSource(input, options.format, options.rejects);
  if (absl::Status run = importer.Run(input, *source); !run.ok()) return run;
  return importer.TakeReport();
}

}  // namespace linedb
