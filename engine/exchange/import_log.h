// What an import tells: its problems, and the texts of the records that it rejects.

#ifndef LINEDB_ENGINE_EXCHANGE_IMPORT_LOG_H_
#define LINEDB_ENGINE_EXCHANGE_IMPORT_LOG_H_

#include <string>
#include <string_view>

#include "engine/exchange/record_reader.h"
#include "engine/exchange/record_source.h"
#include "linedb/exchange.h"

namespace linedb::engine {

// One thread. The arguments must outlive it.
class ImportLog {
 public:
  ImportLog(const std::string& table, const ImportOptions& options, RecordSource& source)
      : table_(table), options_(options), source_(source) {}

  void Add(ImportProblem problem);
  // Of a column, or of the record as a whole.
  void Add(TextPosition position, const RecordFault& fault);
  void AddInputFault(const InputFault& fault);
  // `owner` is "table.column", as messages of the engine begin.
  void AddRefusal(TextPosition position, ProblemKind kind, std::string owner, std::string reason);

  // Counts the record and passes its text on. Text too long to be kept went there when it was read.
  void Reject(std::string_view text);

  // What is wrong keeps the good records from being taken in.
  bool failed() const {
    return input_is_unfit_ || (report.problem_count > 0 && options_.rejects == nullptr);
  }

  ImportReport report;  // the importer counts what it takes in

 private:
  void NoteUnknownColumn(const std::string& name);

  const std::string& table_;
  const ImportOptions& options_;
  RecordSource& source_;
  bool input_is_unfit_ = false;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EXCHANGE_IMPORT_LOG_H_
