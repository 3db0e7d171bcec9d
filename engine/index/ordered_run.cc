#include "engine/index/ordered_run.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/index/ordered_run_writer.h"

namespace linedb::engine {
namespace {

// The 8 bytes at the front as a number, with zeros behind them if they are fewer.
std::uint64_t HeadOf(std::string_view key) {
  char bytes[8] = {};
  std::memcpy(bytes, key.data(), std::min(key.size(), sizeof bytes));
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return std::endian::native == std::endian::little ? __builtin_bswap64(word) : word;
}

bool FitsSize(const OrderedFooter& footer, std::uint64_t size) {
  return footer.extent.begin <= footer.extent.end && footer.shared_bytes <= kOrderedSharedMax &&
         footer.directory <= size && footer.directory % 8 == 0 && footer.blocks <= footer.entries &&
         footer.blocks <= size / sizeof(OrderedBlock) &&
         footer.directory + footer.blocks * sizeof(OrderedBlock) + sizeof(OrderedFooter) == size;
}

}  // namespace

absl::StatusOr<std::shared_ptr<OrderedRun>> OrderedRun::Open(wal::File& file, std::uint64_t index) {
  absl::StatusOr<std::uint64_t> size = file.Size();
  if (!size.ok()) return size.status();
  if (*size < sizeof(OrderedFooter) || *size % 8 != 0) {
    return absl::DataLossError(absl::StrCat("an ordered run of ", *size, " bytes is not whole"));
  }
  absl::StatusOr<std::shared_ptr<const wal::Mapping>> mapping = file.Map(*size);
  if (!mapping.ok()) return mapping.status();
  const char* const bytes = (*mapping)->data();
  OrderedFooter footer;
  std::memcpy(&footer, bytes + *size - sizeof footer, sizeof footer);
  if (footer.magic != kOrderedRunMagic ||
      footer.checksum != XXH3_64bits(&footer, offsetof(OrderedFooter, checksum))) {
    return absl::DataLossError("the footer of an ordered run is damaged, or of another version");
  }
  if (!FitsSize(footer, *size)) {
    return absl::DataLossError("an ordered run whose footer does not fit its size");
  }
  if (footer.index != index) {
    return absl::FailedPreconditionError("an ordered run of another index");
  }
  std::shared_ptr<OrderedRun> run(new OrderedRun);
  run->index_ = index;
  run->extent_ = footer.extent;
  auto image = std::make_unique<Image>();
  image->bytes = bytes;
  image->byte_count = footer.directory;
  image->blocks = reinterpret_cast<const OrderedBlock*>(bytes + footer.directory);
  image->block_count = footer.blocks;
  image->entries = footer.entries;
  image->seed = OrderedRunSeed(index, footer.extent);
  image->directory_checksum = footer.directory_checksum;
  image->shared.assign(footer.shared.data(), footer.shared_bytes);
  image->file = *std::move(mapping);
  image->compared.Resize(footer.blocks + 1);
  run->image_ = image.get();
  run->images_.push_back(std::move(image));
  return run;
}

std::shared_ptr<OrderedRun> OrderedRun::Make(std::uint64_t index, const RunExtent& extent,
                                             OrderedEntries entries) {
  std::shared_ptr<OrderedRun> run(new OrderedRun);
  run->index_ = index;
  run->extent_ = extent;
  run->images_.push_back(MakeImage(index, extent, std::move(entries)));
  run->image_ = run->images_.back().get();
  return run;
}

std::unique_ptr<OrderedRun::Image> OrderedRun::MakeImage(std::uint64_t index,
                                                         const RunExtent& extent,
                                                         OrderedEntries entries) {
  std::sort(entries.entries.begin(), entries.entries.end());
  auto image = std::make_unique<Image>();
  OrderedRunWriter writer(index, extent, [&](std::string_view bytes) {
    image->memory.append(bytes);
    return absl::OkStatus();
  });
  for (const OrderedEntry& entry : entries.entries) {
    writer.Add(entry.key(), entry.offset()).IgnoreError();  // the sink does not fail
  }
  writer.Finish().IgnoreError();
  image->memory.resize(writer.footer().directory);
  image->memory.shrink_to_fit();
  image->directory = writer.directory();
  image->bytes = image->memory.data();
  image->byte_count = image->memory.size();
  image->blocks = image->directory.data();
  image->block_count = image->directory.size();
  image->entries = writer.footer().entries;
  image->shared.assign(writer.footer().shared.data(), writer.footer().shared_bytes);
  image->compared.Resize(image->block_count + 1);
  for (std::uint64_t i = 0; i <= image->block_count; ++i) image->compared.Set(i);
  return image;
}

std::string_view OrderedRun::Image::BlockBytes(std::uint64_t number) const {
  const std::uint64_t begin = blocks[number].begin;
  const std::uint64_t end = number + 1 < block_count ? blocks[number + 1].begin : byte_count;
  if (begin > end || end > byte_count) return {};
  return {bytes + begin, end - begin};
}

// Of the block, which the directory vouches for, or of the directory.
bool OrderedRun::Compare(const Image& image, std::uint64_t number) {
  std::uint64_t checksum = 0;
  std::uint64_t expected = image.directory_checksum;
  if (number == image.block_count) {
    checksum =
        XXH3_64bits_withSeed(image.blocks, image.block_count * sizeof(OrderedBlock), image.seed);
  } else {
    checksum = OrderedBlockChecksum(image.BlockBytes(number), image.seed, number);
    expected = image.blocks[number].checksum;
  }
  if (checksum == expected) image.compared.Set(number);
  return checksum == expected;
}

bool OrderedRun::Mend() const {
  const std::lock_guard<std::mutex> lock(mend_mutex_);
  if (broken()) return false;
  if (in_memory()) return true;  // by another thread
  absl::StatusOr<OrderedEntries> entries =
      rebuild_ ? rebuild_(extent_) : absl::DataLossError("damaged");
  if (!entries.ok()) {
    broken_ = true;
    return false;
  }
  images_.push_back(MakeImage(index_, extent_, *std::move(entries)));
  image_.store(images_.back().get(), std::memory_order_release);
  return true;
}

absl::Status OrderedRun::CompareAll() const {
  const Image* at = image();
  const std::uint64_t directory = at->block_count;
  if (!at->compared.Has(directory) && !Compare(*at, directory)) {
    return absl::DataLossError(
        absl::StrCat("byte ", at->byte_count, ": the directory is not what was written"));
  }
  for (std::uint64_t number = 0; number < at->block_count; ++number) {
    if (at->compared.Has(number) || Compare(*at, number)) continue;
    return absl::DataLossError(
        absl::StrCat("byte ", at->blocks[number].begin, ": the block is not what was written"));
  }
  return absl::OkStatus();
}

std::uint64_t OrderedRun::memory_bytes() const {
  const Image* at = image();
  return at->memory.capacity() + at->directory.capacity() * sizeof(OrderedBlock);
}

std::uint64_t OrderedRun::file_bytes() const {
  const Image* at = image();
  if (at->file == nullptr) return 0;
  return at->byte_count + at->block_count * sizeof(OrderedBlock) + sizeof(OrderedFooter);
}

std::uint64_t OrderedRun::Walk::Block::Word(std::uint64_t i) const {
  std::uint64_t word = 0;
  std::memcpy(&word, words + i * sizeof word, sizeof word);
  return word;
}

std::string_view OrderedRun::Walk::Block::Rest(std::uint64_t i) const {
  constexpr std::uint64_t kMask = (std::uint64_t{1} << kOrderedRestBits) - 1;
  const std::uint64_t begin = i == 0 ? 0 : Word(i - 1) & kMask;
  return {rests + begin, (Word(i) & kMask) - begin};
}

bool OrderedRun::Walk::Load(std::uint64_t number) {
  if (loaded_ == number) return true;
  if (!image_->compared.Has(number) && !Compare(*image_, number)) {
    damaged_ = true;
    valid_ = false;
    return false;
  }
  const char* const bytes = image_->BlockBytes(number).data();
  OrderedBlockHead head;
  std::memcpy(&head, bytes, sizeof head);
  assert(head.entries > 0);
  block_.entries = head.entries;
  block_.words = bytes + sizeof head;
  block_.shared = {block_.words + head.entries * sizeof(std::uint64_t), head.shared_bytes};
  block_.rests = block_.shared.data() + block_.shared.size();
  loaded_ = number;
  return true;
}

// How many entries of the loaded block are before (key, offset).
std::uint64_t OrderedRun::Walk::EntriesBefore(std::string_view key, std::uint64_t offset) const {
  const int order = block_.shared.compare(key.substr(0, block_.shared.size()));
  if (order != 0) return order < 0 ? block_.entries : 0;
  key.remove_prefix(block_.shared.size());
  std::uint64_t begin = 0;
  std::uint64_t end = block_.entries;
  while (begin < end) {
    const std::uint64_t middle = (begin + end) / 2;
    const int rest = block_.Rest(middle).compare(key);
    const bool before = rest < 0 || (rest == 0 && block_.Word(middle) >> kOrderedRestBits < offset);
    (before ? begin : end) = before ? middle + 1 : middle;
  }
  return begin;
}

// How many blocks begin with an entry before (key, offset).
std::uint64_t OrderedRun::Walk::BlocksBefore(std::string_view key, std::uint64_t offset) {
  const std::string_view shared = image_->shared;
  const int order = shared.compare(key.substr(0, shared.size()));
  if (order != 0) return order < 0 ? image_->block_count : 0;
  const std::uint64_t head = HeadOf(key.substr(shared.size()));
  const OrderedBlock* const blocks = image_->blocks;
  const auto [first, last] = std::equal_range(
      blocks, blocks + image_->block_count, OrderedBlock{.head = head},
      [](const OrderedBlock& a, const OrderedBlock& b) { return a.head < b.head; });
  auto begin = static_cast<std::uint64_t>(first - blocks);
  auto end = static_cast<std::uint64_t>(last - blocks);
  while (begin < end) {
    const std::uint64_t middle = (begin + end) / 2;
    if (!Load(middle)) return 0;
    const bool before = EntriesBefore(key, offset) > 0;
    (before ? begin : end) = before ? middle + 1 : middle;
  }
  return begin;
}

void OrderedRun::Walk::Seek(std::string_view key, std::uint64_t offset) {
  valid_ = false;
  if (!image_->compared.Has(image_->block_count) && !Compare(*image_, image_->block_count)) {
    damaged_ = true;
    return;
  }
  const std::uint64_t blocks = BlocksBefore(key, offset);
  if (damaged_) return;
  if (blocks == 0) return Take(0, 0);
  if (!Load(blocks - 1)) return;
  const std::uint64_t entries = EntriesBefore(key, offset);
  if (entries < block_.entries) return Take(blocks - 1, entries);
  Take(blocks, 0);
}

void OrderedRun::Walk::SeekEnd() {
  valid_ = false;
  damaged_ = damaged_ ||
             (!image_->compared.Has(image_->block_count) && !Compare(*image_, image_->block_count));
  number_ = image_->block_count;
  entry_ = 0;
}

// Goes to an entry, or behind the last one.
void OrderedRun::Walk::Take(std::uint64_t number, std::uint64_t entry) {
  number_ = number;
  entry_ = entry;
  valid_ = number < image_->block_count && Load(number);
  if (!valid_) return;
  key_.assign(block_.shared);
  key_.append(block_.Rest(entry));
  offset_ = block_.Word(entry) >> kOrderedRestBits;
}

void OrderedRun::Walk::Next() {
  assert(valid_);
  if (entry_ + 1 < block_.entries) {
    Take(number_, entry_ + 1);
  } else {
    Take(number_ + 1, 0);
  }
}

void OrderedRun::Walk::Previous() {
  if (damaged_) return;
  if (entry_ > 0) return Take(number_, entry_ - 1);
  valid_ = number_ > 0 && Load(number_ - 1);
  if (valid_) Take(number_ - 1, block_.entries - 1);
}

std::uint64_t OrderedRun::Walk::rank() const {
  return number_ < image_->block_count ? image_->blocks[number_].entries_before + entry_
                                       : image_->entries;
}

}  // namespace linedb::engine
