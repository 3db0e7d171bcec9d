#include "engine/references/scan_search.h"

#include "engine/transaction/record_scan.h"

namespace linedb::engine {

absl::Status SearchByScan(const TableReference& reference, ReferrerVisitor visit) {
  ScanState scan(ScanSource::OfWriter(*reference.from));
  for (std::string_view line; scan.Next(&line);) {
    if (!visit(line)) return absl::OkStatus();
  }
  return scan.status();
}

}  // namespace linedb::engine
