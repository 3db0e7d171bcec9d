#include "engine/transaction/record_scan.h"

#include <cassert>
#include <cstring>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "engine/transaction/table_changes.h"

namespace linedb::engine {

ScanState::ScanState(const TableState& table) {
  const std::shared_lock<std::shared_mutex> lock(table.mutex);
  mapping = table.records.mapping();
  superseded = table.superseded;
  part = table.records.file_view();
  // Behind the file lies the open transaction's tail, which is not visible, or what a read-only
  // handle replayed, which is and does not change any more.
  if (table.visible_bytes > table.records.file_bytes()) part_next = table.records.tail();
}

ScanState::ScanState(const TableChanges& changes) {
  const TableState& table = changes.table();
  mapping = table.records.mapping();
  superseded = table.superseded;
  superseded_pending = changes.superseded_offsets();
  part = table.records.file_view();
  tail = std::make_shared<const std::string>(table.records.tail());
  part_next = *tail;
}

bool ScanState::Next(std::string_view* line) {
  for (;;) {
    if (position == part.size()) {
      if (part_next.empty()) return false;
      part_offset += part.size();
      part = std::exchange(part_next, std::string_view());
      position = 0;
    }
    const char* begin = part.data() + position;
    const void* newline = std::memchr(begin, '\n', part.size() - position);
    assert(newline != nullptr);  // whole lines only are ever published
    const std::size_t length = static_cast<std::size_t>(static_cast<const char*>(newline) - begin);
    const std::uint64_t offset = part_offset + position;
    position += length + 1;
    if (IsSuperseded(offset)) continue;
    *line = std::string_view(begin, length);
    return true;
  }
}

}  // namespace linedb::engine
