#include "engine/exchange/record_stream.h"

#include <algorithm>
#include <cassert>
#include <system_error>
#include <utility>

#include "engine/exchange/record_origins.h"

namespace linedb::engine {
namespace {

// A chunk ends with so many records, or so many bytes: few enough to be in the cache still when
// they are taken.
constexpr std::size_t kChunkRecords = 256;
constexpr std::size_t kChunkBytes = std::size_t{1} << 20;
// No more is read ahead than this and a chunk.
constexpr std::size_t kAheadBytes = 4 * kChunkBytes;

// Of an input that is longer the rest finds room by and by.
constexpr std::uint64_t kExpectedInputMax = std::uint64_t{1} << 28;

}  // namespace

ExpectedRecords ExpectRecords(const RecordChunk& first, std::uint64_t input_bytes) {
  if (input_bytes <= first.bytes_read || first.input_bytes == 0) return {};
  const double times = static_cast<double>(std::min(input_bytes, kExpectedInputMax)) /
                       static_cast<double>(first.input_bytes);
  const std::size_t line_bytes = first.texts.size() + first.records.size();
  const auto grown = [times](std::size_t figure) {
    return static_cast<std::size_t>(times * static_cast<double>(figure));
  };
  return {grown(first.records.size()), grown(line_bytes)};
}

RecordStream::RecordStream(RecordSource& source, RecordReader& reader,
                           const schema::RecordLayout& layout, schema::CanonicalizeOptions options,
                           ReadAhead ahead)
    : source_(source),
      reader_(reader),
      layout_(layout),
      options_(std::move(options)),
      records_max_(ahead == ReadAhead::kNone ? 1 : kChunkRecords),
      reads_alone_(ahead == ReadAhead::kNone),
      canonicalizes_(ahead == ReadAhead::kChunks) {}

RecordStream::~RecordStream() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stops_ = true;
  }
  changed_.notify_all();
  Join();
}

void RecordStream::Join() {
  if (thread_.joinable()) thread_.join();
}

const RecordChunk* RecordStream::Next() {
  if (next_ > 0 && chunks_[(next_ - 1) % kChunksMax].last) {
    Join();
    if (thrown_ != nullptr) std::rethrow_exception(std::exchange(thrown_, nullptr));
    return nullptr;
  }
  // The first chunk is filled here: most inputs end with it.
  if (next_ == 0 || reads_alone_) {
    RecordChunk& chunk = chunks_[0];
    Fill(chunk);
    next_ = 1;
    if (reads_alone_ || chunk.last) return &chunk;
    filled_ = 1;
    ahead_bytes_ = chunk.texts.size();
    try {
      thread_ = std::thread([this] { FillAll(); });
    } catch (const std::system_error&) {
      reads_alone_ = true;  // the machine has no thread to spare
    }
    return &chunk;
  }
  std::unique_lock<std::mutex> lock(mutex_);
  ahead_bytes_ -= chunks_[released_ % kChunksMax].texts.size();
  released_ = next_;
  if (HasRoom(kChunksMax / 2)) changed_.notify_one();
  changed_.wait(lock, [this] { return filled_ > next_; });
  return &chunks_[next_++ % kChunksMax];
}

bool RecordStream::HasRoom(std::size_t chunks) const {
  return filled_ - released_ < chunks && ahead_bytes_ < kAheadBytes;
}

void RecordStream::FillAll() {
  for (;;) {
    std::unique_lock<std::mutex> lock(mutex_);
    // Once it has to wait it waits for several: threads that wake each other cost more than memory.
    if (!HasRoom(kChunksMax)) {
      changed_.wait(lock, [this] { return stops_ || HasRoom(kChunksMax / 2); });
    }
    if (stops_) return;
    RecordChunk& chunk = chunks_[filled_ % kChunksMax];
    lock.unlock();
    Fill(chunk);
    const bool last = chunk.last;
    lock.lock();
    ++filled_;
    ahead_bytes_ += chunk.texts.size();
    lock.unlock();
    changed_.notify_one();
    if (last) return;
  }
}

void RecordStream::Fill(RecordChunk& chunk) noexcept {
  assert(!chunk.last);
  chunk.records.clear();
  if (chunk.texts.capacity() > 2 * kChunkBytes) std::string().swap(chunk.texts);
  chunk.texts.clear();
  chunk.spans.clear();
  chunk.input_bytes = 0;
  try {
    Read(chunk);
  } catch (...) {
    // The input's own, or no memory: for the thread that imports, behind what was read.
    thrown_ = std::current_exception();
    chunk.last = true;
  }
}

void RecordStream::Read(RecordChunk& chunk) {
  bool any_canonical = false;
  SourceRecord record;
  while (chunk.records.size() < records_max_ && chunk.texts.size() < kChunkBytes) {
    if (!source_.Next(&record)) {
      chunk.last = true;
      break;
    }
    Add(record, chunk);
    any_canonical |= chunk.records.back().canonical;
  }
  // Where no record can be brought into its form here, as where each leaves its key to the table,
  // it is not tried twice.
  canonicalizes_ &= any_canonical;
  chunk.bytes_read = source_.bytes_read();
}

void RecordStream::Add(SourceRecord& record, RecordChunk& chunk) {
  chunk.input_bytes += record.text.size() + 1;
  StreamedRecord added;
  added.position = record.position;
  added.text_begin = chunk.texts.size();
  if (canonicalizes_ && record.fault.empty()) {
    const absl::Status fits = reader_.Read(record.text, options_, &chunk.texts, &spans_, nullptr);
    added.canonical = fits.ok();
  }
  spans_.resize(layout_.columns().size());
  chunk.spans.insert(chunk.spans.end(), spans_.begin(), spans_.end());
  if (!added.canonical) chunk.texts.append(record.text);
  added.text_end = chunk.texts.size();
  if (added.canonical) added.hash = RecordOrigins::HashOf(chunk.TextOf(added));
  added.fault = std::move(record.fault);
  added.fault_position = record.fault_position;
  chunk.records.push_back(std::move(added));
}

}  // namespace linedb::engine
