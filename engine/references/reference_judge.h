// Whether the records that are there keep their references: of what came from outside, of a schema
// that is to be, of files that may be damaged. What commits do stands in reference_enforcer.h.

#ifndef LINEDB_ENGINE_REFERENCES_REFERENCE_JUDGE_H_
#define LINEDB_ENGINE_REFERENCES_REFERENCE_JUDGE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "engine/index/table_generation.h"
#include "engine/references/resolved_reference.h"

namespace linedb::engine {

// A reference that is broken, and the line of the record that references in its table's file (or
// where it will be there, of one that is in the log alone).
struct JudgedReference {
  BrokenReference broken;
  std::uint64_t line = 0;  // from 1
  std::uint64_t byte = 0;
  std::string key;  // of the record, as schema::KeyTextOf gives it
};

// Tables of one moment, each with its records and indexes; the layout is the generation's. Nobody
// writes to them meanwhile.
//
//   ReferenceJudge judge;
//   judge.Add(table->generation);                 // each table of the database
//   judge.Add(compaction->generation());          // in the place of one: as an alteration makes it
//   absl::Status done = judge.JudgeTable("track", [&](const JudgedReference& found) {
//     list.push_back(found);
//     return list.size() < kListedMax;
//   });
class ReferenceJudge {
 public:
  // Called for each reference that is broken; false: it was enough.
  using Found = absl::FunctionRef<bool(const JudgedReference&)>;

  // Replaces one of the same name.
  void Add(std::shared_ptr<const TableGeneration> table);

  // All references of all tables. kDataLoss if a line that a lookup needs is damaged.
  absl::Status JudgeAll(Found found) const;
  // Those of this table's records to others, and of others' to it: what an alteration of it, or a
  // change of its records past the engine, can break.
  absl::Status JudgeTable(const std::string& table, Found found) const;
  // Those of this table's records.
  absl::Status JudgeRecordsOf(const std::string& table, Found found) const;

 private:
  using Generation = std::shared_ptr<const TableGeneration>;
  absl::Status JudgeReference(const TableGeneration& from, const ReferenceSchema& reference,
                              Found found, bool* enough) const;

  std::map<std::string, Generation> tables_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_REFERENCES_REFERENCE_JUDGE_H_
