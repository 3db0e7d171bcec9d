// The records of an input, read and brought into canonical form ahead of the one who takes them.

#ifndef LINEDB_ENGINE_EXCHANGE_RECORD_STREAM_H_
#define LINEDB_ENGINE_EXCHANGE_RECORD_STREAM_H_

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "engine/exchange/record_reader.h"
#include "engine/exchange/record_source.h"
#include "schema/record_codec.h"
#include "schema/record_layout.h"

namespace linedb::engine {

struct StreamedRecord {
  std::size_t text_begin = 0;  // in its chunk's texts
  std::size_t text_end = 0;
  TextPosition position;  // of the record in the input
  // The text is the canonical line; if not, it is as it stands in the input: it has a fault, or
  // needs what only the table knows.
  bool canonical = false;
  std::size_t hash = 0;  // of a canonical line: see RecordOrigins
  // As in SourceRecord.
  std::string fault;
  TextPosition fault_position;
};

// Records that stand together in the input.
struct RecordChunk {
  std::vector<StreamedRecord> records;
  std::string texts;
  std::vector<schema::FieldSpan> spans;  // of every record, as many as the layout has columns
  std::uint64_t bytes_read = 0;          // of the input, by the chunk's end
  std::uint64_t input_bytes = 0;         // of the records as they stand there
  bool last = false;

  std::string_view TextOf(const StreamedRecord& record) const {
    return std::string_view(texts).substr(record.text_begin, record.text_end - record.text_begin);
  }
};

// How much an input of so many bytes comes to if its records are like those of its first chunk.
// None for one that is not known to go on, and no more than is worth making room for at once.
struct ExpectedRecords {
  std::size_t records = 0;
  std::size_t bytes = 0;  // of their lines
};
ExpectedRecords ExpectRecords(const RecordChunk& first, std::uint64_t input_bytes);

enum class ReadAhead {
  kNone,   // one record at a time, as it stands in the input; in the thread that asks for it
  kChunks  // in a thread of its own, unless the input is short
};

// Next is called by one thread. What it is made from must outlive it, and is used by another thread
// until Next has returned null or the stream is destroyed; both wait for that thread, which may be
// waiting for the input.
class RecordStream {
 public:
  RecordStream(RecordSource& source, RecordReader& reader, const schema::RecordLayout& layout,
               schema::CanonicalizeOptions options, ReadAhead ahead);
  ~RecordStream();
  RecordStream(const RecordStream&) = delete;
  RecordStream& operator=(const RecordStream&) = delete;

  // The next records, which stay until the next call; null behind the last. Throws what the source
  // threw, once the records before are taken.
  const RecordChunk* Next();

 private:
  static constexpr std::size_t kChunksMax = 8;

  void FillAll();
  void Fill(RecordChunk& chunk) noexcept;
  void Read(RecordChunk& chunk);
  void Add(SourceRecord& record, RecordChunk& chunk);
  // For more, if there may be so many chunks.
  bool HasRoom(std::size_t chunks) const;
  void Join();

  RecordSource& source_;
  RecordReader& reader_;
  const schema::RecordLayout& layout_;
  const schema::CanonicalizeOptions options_;
  const std::size_t records_max_;  // in a chunk
  bool reads_alone_;               // the caller's thread does

  // The filling thread's.
  std::vector<schema::FieldSpan> spans_;
  bool canonicalizes_;
  std::exception_ptr thrown_;

  // In turn: those from released_ on are filled, and the thread fills the others.
  std::array<RecordChunk, kChunksMax> chunks_;
  std::size_t next_ = 0;  // to be given by Next

  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t filled_ = 0;
  std::size_t released_ = 0;
  std::size_t ahead_bytes_ = 0;  // of the texts of those between
  bool stops_ = false;

  std::thread thread_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EXCHANGE_RECORD_STREAM_H_
