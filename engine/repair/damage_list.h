// Everything that a repair has to tell of, as it is found and as it is written down.

#ifndef LINEDB_ENGINE_REPAIR_DAMAGE_LIST_H_
#define LINEDB_ENGINE_REPAIR_DAMAGE_LIST_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "linedb/repair.h"

namespace linedb::engine {

// One thread.
class DamageList {
 public:
  void Add(DamagedLine line) { lines_.push_back(std::move(line)); }
  const std::vector<DamagedLine>& lines() const { return lines_; }
  std::vector<DamagedLine>& lines() { return lines_; }

 private:
  std::vector<DamagedLine> lines_;
};

// Puts what a log's line has as a record into the line's `record` or, if it is no JSON, `bytes`.
void OfferRecord(std::string_view record, DamagedLine* line);

// What a fate is called in the rejects file: "recovered", "not counted".
std::string_view FateName(Fate fate);

// A line of the rejects file, "\n" included: {"file","line","byte","table","key","reason","fate",
// "bytes","record","source"}; what is not known is null. Bytes that are no UTF-8 stand in base64,
// as {"base64":"…"}.
std::string FormatReject(const DamagedLine& line);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_REPAIR_DAMAGE_LIST_H_
