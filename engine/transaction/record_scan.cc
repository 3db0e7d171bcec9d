#include "engine/transaction/record_scan.h"

#include <algorithm>
#include <cassert>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/transaction/table_changes.h"
#include "linedb/text_search.h"
#include "wal/file_names.h"

namespace linedb::engine {
namespace {

// The caller keeps writers away.
std::shared_ptr<ScanSource> MakeSource(std::shared_ptr<const TableGeneration> generation,
                                       std::uint64_t limit, const ExpiryMoment& moment) {
  auto source = std::make_shared<ScanSource>();
  source->moment = moment;
  const RecordsFile& records = generation->records;
  RecordsFile::Mapped mapped = records.MappedUpTo(limit);
  source->mapping = std::move(mapped.mapping);
  source->file = mapped.bytes;
  source->file_bytes = mapped.file_bytes;
  // Behind the mapped bytes lies the open transaction's tail, or what a read-only handle replayed,
  // which does not change any more.
  if (limit > records.stored_bytes()) {
    source->tail = std::string_view(records.tail()).substr(0, limit - records.stored_bytes());
  }
  source->superseded = generation->superseded;
  generation->retained.ForEachSuperseded(
      limit, [&source](std::uint64_t offset) { source->retained.push_back(offset); });
  std::sort(source->retained.begin(), source->retained.end());
  source->generation = std::move(generation);
  return source;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const ScanSource>> ScanSource::OfPublished(
    const TableState& table, const ExpiryMoment& moment) {
  const std::shared_lock<std::shared_mutex> lock(table.mutex);
  if (!table.retired.ok()) return table.retired;
  // Under the same lock: what is superseded for everybody must not grow past the limit meanwhile.
  const std::uint64_t limit = table.generation->published_bytes();
  return OfGeneration(table.generation, limit, moment);
}

std::shared_ptr<const ScanSource> ScanSource::OfGeneration(
    std::shared_ptr<const TableGeneration> generation, std::uint64_t limit,
    const ExpiryMoment& moment) {
  return MakeSource(std::move(generation), limit, moment);
}

std::shared_ptr<const ScanSource> ScanSource::OfWriter(const TableState& table,
                                                       const ExpiryMoment& moment) {
  std::shared_ptr<ScanSource> source = MakeSource(table.generation, kNoLimit, moment);
  source->tail_copied = source->tail;
  source->tail = source->tail_copied;
  return source;
}

ScanState::ScanState(std::shared_ptr<const ScanSource> source)
    : ScanState(source, 0, source->bytes()) {}

ScanState::ScanState(std::shared_ptr<const ScanSource> source, std::uint64_t begin,
                     std::uint64_t end)
    : source_(std::move(source)),
      end_(end),
      part_(source_->file),
      expires_(source_->generation->layout().expires_column() >= 0 &&
               !source_->moment.is_before_all()) {
  assert(begin % kChecksumBlockBytes == 0 && begin <= end && end <= source_->bytes());
  if (begin > 0) SkipLineBegunBefore(begin);
  retained_next_ = static_cast<std::size_t>(
      std::lower_bound(source_->retained.begin(), source_->retained.end(), offset()) -
      source_->retained.begin());
}

// The first line that begins at `begin` or behind it: whether one begins right there, the byte
// before says, so that is read, and its block compared, too.
void ScanState::SkipLineBegunBefore(std::uint64_t begin) {
  if (begin > part_.size()) {
    part_offset_ = part_.size();
    part_ = source_->tail;
    in_tail_ = true;
  }
  compared_bytes_ = (begin - 1) / kChecksumBlockBytes * kChecksumBlockBytes;
  position_ = EndOfLine(begin - 1 - part_offset_);
  if (!in_tail_) CompareUpTo(offset());
  ready_end_ = position_;
}

// Behind the newline of the line that holds this byte of the part. Whole lines only are ever
// published: if there is none, the file is damaged, and the part ends there.
std::size_t ScanState::EndOfLine(std::size_t position) {
  const char* newline = schema::FindNewline(part_.data() + position, part_.data() + part_.size());
  if (newline != nullptr) return static_cast<std::size_t>(newline + 1 - part_.data());
  status_.Update(absl::DataLossError(
      absl::StrCat(wal::ShortRecordsName(source_->generation->layout().schema().table_name),
                   " byte ", part_offset_ + position, ": the line has no end")));
  return part_.size();
}

// Block by block, as the scan comes to them, up to the one with this byte of the file.
void ScanState::CompareUpTo(std::uint64_t byte) {
  const std::uint64_t begin = compared_bytes_;
  compared_bytes_ = (byte / kChecksumBlockBytes + 1) * kChecksumBlockBytes;
  assert(begin < compared_bytes_);
  // Its last block may reach behind what the scan sees.
  const TableGeneration& generation = *source_->generation;
  const std::string_view file(source_->mapping->data(),
                              std::min(source_->file_bytes, generation.published_bytes()));
  absl::Status whole = generation.CompareBlocks(file, begin, compared_bytes_, compare_again_);
  if (!whole.ok()) status_ = std::move(whole);  // says more than what may have been found before
}

// Makes the next lines ready that end in blocks already compared, or in the next one. False at the
// end, and if that block is damaged.
bool ScanState::MakeReady() {
  for (;;) {
    // Then all lines pass for superseded.
    if (status_.ok() && source_->superseded.broken()) status_ = source_->generation->IndexError();
    if (offset() >= end_ || !status_.ok()) return false;
    if (position_ == part_.size()) {
      assert(!in_tail_);
      part_offset_ += part_.size();
      part_ = source_->tail;
      in_tail_ = true;
      position_ = ready_end_ = 0;
      continue;
    }
    if (in_tail_) {
      ready_end_ = part_.size();
    } else if (compared_bytes_ <= offset()) {
      CompareUpTo(offset());
      continue;
    } else {
      const std::size_t limit = std::min<std::uint64_t>(part_.size(), compared_bytes_);
      const char* last = schema::FindLast(part_.data() + position_, part_.data() + limit, '\n');
      if (last == nullptr) {  // one line goes on in the next block
        const std::size_t end = EndOfLine(limit);
        if (end > compared_bytes_) CompareUpTo(end - 1);  // else the last line has no end
        continue;
      }
      ready_end_ = static_cast<std::size_t>(last + 1 - part_.data());
    }
    if (part_offset_ + ready_end_ > end_) {
      ready_end_ = std::min(ready_end_, EndOfLine(end_ - 1 - part_offset_));
    }
    any_superseded_ = AnySupersededUpTo(part_offset_ + ready_end_);
    return true;
  }
}

bool ScanState::AnySupersededUpTo(std::uint64_t end) {
  const std::vector<std::uint64_t>& retained = source_->retained;
  if (retained_next_ < retained.size() && retained[retained_next_] < end) return true;
  constexpr std::uint64_t kStep = SupersededLines::kBlockBytes;
  for (std::uint64_t at = offset(); at < end; at = (at / kStep + 1) * kStep) {
    if (source_->superseded.BlockHasAny(at)) return true;
  }
  return false;
}

bool ScanState::IsSuperseded(std::uint64_t offset) {
  const std::vector<std::uint64_t>& retained = source_->retained;
  while (retained_next_ < retained.size() && retained[retained_next_] < offset) ++retained_next_;
  if (retained_next_ < retained.size() && retained[retained_next_] == offset) return true;
  return source_->superseded.Contains(offset);
}

// Whether the line there, which is ready, is superseded or has expired.
bool ScanState::IsPassedOver(std::size_t position) {
  if (any_superseded_ && IsSuperseded(part_offset_ + position)) return true;
  if (!expires_) return false;
  const std::string_view line = part_.substr(position, EndOfLine(position) - position - 1);
  return HasExpired(source_->generation->layout(), line, source_->moment);
}

bool ScanState::NextRun(std::string_view* lines) {
  for (;;) {
    if (position_ == ready_end_ && !MakeReady()) return false;
    const std::size_t begin = position_;
    std::size_t end = ready_end_;
    if (any_superseded_ || expires_) {
      end = begin;
      while (end < ready_end_ && !IsPassedOver(end)) end = EndOfLine(end);
    }
    position_ = end < ready_end_ ? EndOfLine(end) : end;  // past that line
    if (end == begin) continue;
    *lines = part_.substr(begin, end - begin);
    return true;
  }
}

bool ScanState::Next(std::string_view* line) {
  if (run_.empty() && !NextRun(&run_)) return false;
  const char* newline = schema::FindNewline(run_.data(), run_.data() + run_.size());
  *line = run_.substr(0, static_cast<std::size_t>(newline - run_.data()));
  run_.remove_prefix(line->size() + 1);
  return true;
}

}  // namespace linedb::engine
