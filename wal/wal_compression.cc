#include "wal/wal_compression.h"

#include <zstd.h>

#include <cassert>
#include <memory>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "absl/strings/str_cat.h"
#include "wal/wal_line.h"

namespace linedb::wal {
namespace {

constexpr int kCompressionLevel = 3;
constexpr std::uint64_t kReadBytes = std::uint64_t{1} << 20;
// The skippable frame's magic number and its payload's size, little-endian both.
constexpr std::string_view kTrailerStart("\x50\x2a\x4d\x18\x10\0\0\0", 8);
constexpr std::size_t kTrailerBytes = kTrailerStart.size() + kChecksumDigits;
static_assert(kTrailerBytes == 24, "wal/FORMAT.md says so");

struct FreeCompression {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};
using Compression = std::unique_ptr<ZSTD_CCtx, FreeCompression>;
// What we write needs a window of 2 MiB; what asks for more is not ours.
constexpr int kWindowLogMax = 23;

using Decompression = std::unique_ptr<ZSTD_DCtx, FreeCompression>;

class RunningChecksum {
 public:
  RunningChecksum() {
    XXH3_INITSTATE(&state_);
    XXH3_64bits_reset(&state_);
  }
  void Add(std::string_view bytes) { XXH3_64bits_update(&state_, bytes.data(), bytes.size()); }
  std::uint64_t value() const { return XXH3_64bits_digest(&state_); }

 private:
  XXH3_state_t state_;
};

absl::Status ZstdError(const char* operation, std::size_t code) {
  assert(ZSTD_isError(code));
  return absl::InternalError(absl::StrCat(operation, ": ", ZSTD_getErrorName(code)));
}

Compression NewCompression() {
  Compression context(ZSTD_createCCtx());
  if (context == nullptr) return context;
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kCompressionLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  return context;
}

// Compresses one piece and appends what comes out.
absl::Status CompressPiece(ZSTD_CCtx* context, std::string_view piece, bool last, File& target,
                           RunningChecksum* written) {
  std::string buffer(ZSTD_CStreamOutSize(), '\0');
  ZSTD_inBuffer input{piece.data(), piece.size(), 0};
  bool done = false;
  while (!done) {
    ZSTD_outBuffer output{buffer.data(), buffer.size(), 0};
    const std::size_t left =
        ZSTD_compressStream2(context, &output, &input, last ? ZSTD_e_end : ZSTD_e_continue);
    if (ZSTD_isError(left)) return ZstdError("compress", left);
    const std::string_view ready(buffer.data(), output.pos);
    written->Add(ready);
    absl::Status appended = target.Append(ready);
    if (!appended.ok()) return appended;
    done = last ? left == 0 : input.pos == input.size;
  }
  return absl::OkStatus();
}

absl::Status NotAsWritten(const std::string& name, const std::string& what) {
  return absl::DataLossError(absl::StrCat(name, ": ", what));
}

// The frame in front of the checksum; an error if the checksum is not its.
absl::StatusOr<std::string_view> CheckedFrame(std::string_view bytes, const std::string& name) {
  if (bytes.size() <= kTrailerBytes) {
    return NotAsWritten(name, absl::StrCat(bytes.size(), " bytes, too few for an archive"));
  }
  const std::string_view frame = bytes.substr(0, bytes.size() - kTrailerBytes);
  std::string_view trailer = bytes.substr(frame.size());
  if (!ConsumePrefix(&trailer, kTrailerStart)) {
    return NotAsWritten(name, absl::StrCat("byte ", frame.size(), ": no checksum frame"));
  }
  const std::uint64_t expected = ChecksumOf(frame);
  if (ParseChecksum(trailer) != expected) {
    return NotAsWritten(name, absl::StrCat("checksum ", std::string(trailer), ", expected ",
                                           FormatChecksum(expected)));
  }
  return frame;
}

// Hands on the plain bytes piece by piece, until `take` says otherwise.
absl::Status DecompressPieces(std::string_view bytes, const std::string& name,
                              absl::FunctionRef<absl::Status(std::string_view)> take) {
  const absl::StatusOr<std::string_view> frame = CheckedFrame(bytes, name);
  if (!frame.ok()) return frame.status();
  const Decompression context(ZSTD_createDCtx());
  if (context == nullptr) return absl::ResourceExhaustedError(name + ": out of memory");
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kWindowLogMax);
  std::string buffer(ZSTD_DStreamOutSize(), '\0');
  ZSTD_inBuffer input{frame->data(), frame->size(), 0};
  std::size_t left = 1;
  while (left != 0) {
    ZSTD_outBuffer output{buffer.data(), buffer.size(), 0};
    left = ZSTD_decompressStream(context.get(), &output, &input);
    if (ZSTD_isError(left)) return NotAsWritten(name, ZSTD_getErrorName(left));
    absl::Status taken = take(std::string_view(buffer.data(), output.pos));
    if (!taken.ok()) return taken;
    // No progress and not at its end: the frame is cut off.
    if (left != 0 && output.pos == 0 && input.pos == input.size) {
      return NotAsWritten(name, "the frame is cut off");
    }
  }
  if (input.pos != input.size) return NotAsWritten(name, "bytes behind the frame");
  return absl::OkStatus();
}

absl::Status Stopped() { return absl::CancelledError("the compression was stopped"); }

}  // namespace

absl::StatusOr<std::uint64_t> CompressFile(File& source, File& target, StopPredicate stop) {
  const Compression context = NewCompression();
  if (context == nullptr) return absl::ResourceExhaustedError("compress: out of memory");
  RunningChecksum plain;
  RunningChecksum written;
  bool last = false;
  for (std::uint64_t offset = 0; !last;) {
    if (stop()) return Stopped();
    const absl::StatusOr<std::string> piece = source.ReadAt(offset, kReadBytes);
    if (!piece.ok()) return piece.status();
    offset += piece->size();
    last = piece->size() < kReadBytes;
    plain.Add(*piece);
    absl::Status status = CompressPiece(context.get(), *piece, last, target, &written);
    if (!status.ok()) return status;
  }
  absl::Status status = target.Append(std::string(kTrailerStart) + FormatChecksum(written.value()));
  if (!status.ok()) return status;
  return plain.value();
}

absl::StatusOr<std::string> Decompress(std::string_view bytes, const std::string& name) {
  std::string text;
  absl::Status done = DecompressPieces(bytes, name, [&](std::string_view piece) {
    text.append(piece);
    return absl::OkStatus();
  });
  if (!done.ok()) return done;
  return text;
}

absl::StatusOr<std::uint64_t> DecompressedChecksum(std::string_view bytes, const std::string& name,
                                                   StopPredicate stop) {
  RunningChecksum plain;
  absl::Status done = DecompressPieces(bytes, name, [&](std::string_view piece) {
    if (stop()) return Stopped();
    plain.Add(piece);
    return absl::OkStatus();
  });
  if (!done.ok()) return done;
  return plain.value();
}

std::string DecompressDamaged(std::string_view bytes) {
  const std::size_t trailer = bytes.rfind(kTrailerStart);
  if (trailer != std::string_view::npos) bytes = bytes.substr(0, trailer);
  std::string text;
  const Decompression context(ZSTD_createDCtx());
  if (context == nullptr) return text;
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kWindowLogMax);
  std::string buffer(ZSTD_DStreamOutSize(), '\0');
  ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
  for (std::size_t left = 1; left != 0;) {
    ZSTD_outBuffer output{buffer.data(), buffer.size(), 0};
    left = ZSTD_decompressStream(context.get(), &output, &input);
    if (ZSTD_isError(left)) break;
    text.append(buffer, 0, output.pos);
    if (output.pos == 0 && input.pos == input.size) break;
  }
  return text;
}

}  // namespace linedb::wal
