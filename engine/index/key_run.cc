#include "engine/index/key_run.h"

#include <xxhash.h>

#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/index/key_run_writer.h"

namespace linedb::engine {

std::uint64_t RunSeed(std::uint64_t key, const RunExtent& extent, std::uint64_t homes) {
  const std::array<std::uint64_t, 6> facts = {
      key, extent.begin, extent.end, extent.begin_checksum, extent.end_checksum, homes};
  return XXH3_64bits(facts.data(), sizeof facts);
}

std::uint64_t RunPageChecksum(const RunPage& page, std::uint64_t seed) {
  constexpr std::size_t kSkipped = sizeof page.checksum;
  return XXH3_64bits_withSeed(reinterpret_cast<const char*>(&page) + kSkipped,
                              sizeof page - kSkipped, seed);
}

absl::StatusOr<std::shared_ptr<KeyRun>> KeyRun::Open(wal::File& file, std::uint64_t key) {
  absl::StatusOr<std::uint64_t> size = file.Size();
  if (!size.ok()) return size.status();
  if (*size < kRunPageBytes || *size % kRunPageBytes != 0) {
    return absl::DataLossError(absl::StrCat("a key run of ", *size, " bytes is not whole"));
  }
  absl::StatusOr<std::shared_ptr<const wal::Mapping>> mapping = file.Map(*size);
  if (!mapping.ok()) return mapping.status();
  const auto* pages = reinterpret_cast<const RunPage*>((*mapping)->data());
  const std::uint64_t page_count = *size / kRunPageBytes - 1;  // the footer is none of them
  const auto footer = std::bit_cast<RunFooter>(pages[page_count]);
  if (footer.magic != kRunMagic ||
      footer.checksum != XXH3_64bits(&footer, offsetof(RunFooter, checksum))) {
    return absl::DataLossError("the footer of a key run is damaged, or of another version");
  }
  if (footer.pages > page_count || 2 * footer.pages != page_count || footer.homes == 0 ||
      footer.homes > footer.pages * kRunPageSlots || footer.extent.begin > footer.extent.end) {
    return absl::DataLossError("a key run whose footer does not fit its size");
  }
  if (footer.key != key) {
    return absl::FailedPreconditionError("a key run of another key");
  }
  std::shared_ptr<KeyRun> run(new KeyRun);
  run->key_ = key;
  run->extent_ = footer.extent;
  auto image = std::make_unique<Image>();
  image->page = pages;
  image->pages = footer.pages;
  image->homes = footer.homes;
  image->entries = footer.entries;
  image->seed = RunSeed(key, footer.extent, footer.homes);
  image->file = *std::move(mapping);
  image->compared.Resize(page_count);
  run->image_ = image.get();
  run->images_.push_back(std::move(image));
  return run;
}

std::shared_ptr<KeyRun> KeyRun::Make(std::uint64_t key, const RunExtent& extent,
                                     std::vector<KeyEntry> entries) {
  std::shared_ptr<KeyRun> run(new KeyRun);
  run->key_ = key;
  run->extent_ = extent;
  std::unique_ptr<Image> image = MakeImage(key, extent, std::move(entries));
  run->image_ = image.get();
  run->images_.push_back(std::move(image));
  return run;
}

std::unique_ptr<KeyRun::Image> KeyRun::MakeImage(std::uint64_t key, const RunExtent& extent,
                                                 std::vector<KeyEntry> entries) {
  SortEntries(&entries);
  auto image = std::make_unique<Image>();
  KeyRunWriter writer(key, extent, entries.size(), [&](std::span<const RunPage> pages) {
    image->memory.insert(image->memory.end(), pages.begin(), pages.end());
    return absl::OkStatus();
  });
  for (const KeyEntry& entry : entries) writer.Add(entry).IgnoreError();  // the sink does not fail
  writer.Finish().IgnoreError();
  image->page = image->memory.data();
  image->pages = writer.footer().pages;
  image->homes = writer.footer().homes;
  image->entries = writer.footer().entries;
  image->compared.Resize(2 * image->pages);
  for (std::uint64_t i = 0; i < image->compared.size(); ++i) image->compared.Set(i);
  return image;
}

bool KeyRun::Compare(const Image& image, std::uint64_t number) const {
  const RunPage& page = image.page[number];
  if (page.number != number || page.checksum != RunPageChecksum(page, image.seed)) return false;
  image.compared.Set(number);
  return true;
}

const KeyRun::Image* KeyRun::Mend(const Image* damaged) const {
  const std::lock_guard<std::mutex> lock(mend_mutex_);
  const Image* current = image_.load(std::memory_order_acquire);
  if (current != damaged) return current;
  if (broken()) return nullptr;
  absl::StatusOr<std::vector<KeyEntry>> entries =
      rebuild_ ? rebuild_(extent_) : absl::DataLossError("damaged");
  if (!entries.ok()) {
    broken_ = true;
    return nullptr;
  }
  images_.push_back(MakeImage(key_, extent_, *std::move(entries)));
  image_.store(images_.back().get(), std::memory_order_release);
  return images_.back().get();
}

absl::Status KeyRun::CompareAll() const {
  const Image* image = image_.load(std::memory_order_acquire);
  for (std::uint64_t number = 0; number < image->compared.size(); ++number) {
    if (image->compared.Has(number) || Compare(*image, number)) continue;
    return absl::DataLossError(
        absl::StrCat("byte ", number * kRunPageBytes, ": the page is not what was written"));
  }
  return absl::OkStatus();
}

std::uint64_t KeyRun::memory_bytes() const {
  const Image* image = image_.load(std::memory_order_acquire);
  return image->memory.capacity() * sizeof(RunPage);
}

std::uint64_t KeyRun::file_bytes() const {
  const Image* image = image_.load(std::memory_order_acquire);
  return image->file == nullptr ? 0 : (2 * image->pages + 1) * kRunPageBytes;
}

bool KeyRun::Reader::PageIsWhole(std::uint64_t number) const {
  return image_->compared.Has(number) || run_.Compare(*image_, number);
}

bool KeyRun::Reader::Next(KeyEntry* entry) {
  for (; slot_ < image_->pages * kRunPageSlots; ++slot_) {
    const std::uint64_t page = slot_ / kRunPageSlots;
    const std::uint64_t slots = SlotPageNumber(page);
    const std::uint64_t hashes = HashPageNumber(page, image_->pages);
    if (!PageIsWhole(slots) || !PageIsWhole(hashes)) {
      damaged_ = true;
      return false;
    }
    const std::uint64_t i = slot_ % kRunPageSlots;
    const auto slot = std::bit_cast<RunSlot>(image_->page[slots].words[i]);
    if (slot.is_free()) continue;
    *entry = {image_->page[hashes].words[i], slot.offset()};
    ++slot_;
    return true;
  }
  return false;
}

}  // namespace linedb::engine
