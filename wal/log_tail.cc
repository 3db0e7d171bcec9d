#include "wal/log_tail.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "wal/wal_line.h"
#include "wal/wal_reader.h"

namespace linedb::wal {

absl::Status LogTail::Read(std::vector<LogEntry>* entries) {
  entries->clear();
  absl::StatusOr<std::uint64_t> bytes = file_->Size();
  if (!bytes.ok()) return bytes.status();
  if (*bytes == position_.bytes) return absl::OkStatus();
  const std::uint64_t begin = position_.bytes - kLinkBytes;
  absl::StatusOr<std::string> text = file_->ReadAt(begin, *bytes - std::min(begin, *bytes));
  if (!text.ok()) return text.status();
  text_ = *std::move(text);
  if (ParseChecksum(text_.substr(0, kChecksumDigits)) != position_.checksum) {
    return absl::DataLossError(absl::StrCat(name_, " line ", position_.lines, " byte ",
                                            position_.bytes, ": not the line that was read here"));
  }
  WalReader reader(text_, name_, position_);
  std::size_t whole = 0;
  for (LogEntry entry; reader.Next(&entry);) {
    entries->push_back(entry);
    if (!entry.commit) continue;
    whole = entries->size();
    position_ = reader.position();
  }
  entries->resize(whole);
  return absl::OkStatus();
}

}  // namespace linedb::wal
