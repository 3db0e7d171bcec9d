#include "engine/index/ordered_run_writer.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <utility>

#include "engine/index/key_run.h"

namespace linedb::engine {
namespace {

std::size_t SharedBytes(std::string_view a, std::string_view b) {
  const std::size_t bytes = std::min(a.size(), b.size());
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.begin() + bytes, b.begin()).first -
                                  a.begin());
}

constexpr std::size_t RoundUp(std::size_t bytes) { return (bytes + 7) / 8 * 8; }

template <class T>
std::string_view BytesOf(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::uint64_t BigEndian(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return std::endian::native == std::endian::little ? __builtin_bswap64(word) : word;
}

}  // namespace

std::uint64_t OrderedRunSeed(std::uint64_t index, const RunExtent& extent) {
  return RunSeed(index, extent, kOrderedRunMagic);
}

std::uint64_t OrderedBlockChecksum(std::string_view block, std::uint64_t seed,
                                   std::uint64_t number) {
  return XXH3_64bits_withSeed(block.data(), block.size(), seed + number);
}

OrderedRunWriter::OrderedRunWriter(std::uint64_t index, const RunExtent& extent, Sink sink)
    : footer_{.index = index, .extent = extent},
      seed_(OrderedRunSeed(index, extent)),
      sink_(std::move(sink)) {}

// How large the block would be with this entry, whose key and all others share so much.
std::size_t OrderedRunWriter::SizeWith(std::string_view key, std::size_t shared) const {
  const std::size_t entries = offsets_.size() + 1;
  return sizeof(OrderedBlockHead) + entries * sizeof(std::uint64_t) + shared + keys_.size() +
         key.size() - entries * shared;
}

absl::Status OrderedRunWriter::Add(std::string_view key, std::uint64_t offset) {
  assert(footer_.entries == 0 || last_key_ <= key);
  std::size_t shared = key.size();
  if (!offsets_.empty()) {
    shared = std::min(shared_, SharedBytes(std::string_view(keys_).substr(0, ends_[0]), key));
    if (SizeWith(key, shared) > kOrderedBlockBytes) {
      if (absl::Status ended = EndBlock(); !ended.ok()) return ended;
      shared = key.size();
    }
  }
  if (offsets_.empty()) {
    FirstKey& first = first_keys_.emplace_back();
    first.fill('\0');
    std::copy_n(key.begin(), std::min(key.size(), first.size()), first.begin());
    if (footer_.entries == 0) first_key_ = key;
  }
  shared_ = shared;
  keys_.append(key);
  ends_.push_back(keys_.size());
  offsets_.push_back(offset);
  ++footer_.entries;
  last_key_ = key;
  return absl::OkStatus();
}

absl::Status OrderedRunWriter::EndBlock() {
  assert(!offsets_.empty());
  const OrderedBlockHead head{static_cast<std::uint32_t>(offsets_.size()),
                              static_cast<std::uint32_t>(shared_)};
  std::string block(BytesOf(head));
  std::uint64_t rest_end = 0;
  for (std::size_t i = 0; i < offsets_.size(); ++i) {
    rest_end += ends_[i] - (i == 0 ? 0 : ends_[i - 1]) - shared_;
    block.append(BytesOf(offsets_[i] << kOrderedRestBits | rest_end));
  }
  block.append(keys_, 0, shared_);
  for (std::size_t i = 0; i < offsets_.size(); ++i) {
    const std::size_t begin = (i == 0 ? 0 : ends_[i - 1]) + shared_;
    block.append(keys_, begin, ends_[i] - begin);
  }
  block.resize(RoundUp(block.size()), '\0');
  OrderedBlock& entry = directory_.emplace_back();
  entry.begin = bytes_;
  entry.checksum = OrderedBlockChecksum(block, seed_, directory_.size() - 1);
  entry.entries_before = footer_.entries - offsets_.size();
  bytes_ += block.size();
  keys_.clear();
  offsets_.clear();
  ends_.clear();
  return sink_(block);
}

// What all keys begin with, the first and the last one do.
void OrderedRunWriter::ShareAll() {
  footer_.shared_bytes = std::min(SharedBytes(first_key_, last_key_), kOrderedSharedMax);
  std::copy_n(first_key_.begin(), footer_.shared_bytes, footer_.shared.begin());
  for (std::size_t i = 0; i < directory_.size(); ++i) {
    directory_[i].head = BigEndian(first_keys_[i].data() + footer_.shared_bytes);
  }
}

absl::Status OrderedRunWriter::Finish() {
  if (!offsets_.empty()) {
    if (absl::Status ended = EndBlock(); !ended.ok()) return ended;
  }
  ShareAll();
  footer_.blocks = directory_.size();
  footer_.directory = bytes_;
  const std::string_view directory(reinterpret_cast<const char*>(directory_.data()),
                                   directory_.size() * sizeof(OrderedBlock));
  footer_.directory_checksum = XXH3_64bits_withSeed(directory.data(), directory.size(), seed_);
  footer_.checksum = XXH3_64bits(&footer_, offsetof(OrderedFooter, checksum));
  if (absl::Status written = sink_(directory); !written.ok()) return written;
  return sink_(BytesOf(footer_));
}

}  // namespace linedb::engine
