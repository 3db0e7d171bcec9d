// A line of the log vouches for the digits in front of it, and they for all before them. So a line
// can be judged knowing nothing but the 16 digits of the line before, and what is damaged takes
// nothing with it but itself. Where the line before is gone, digits and all, form and number have
// to do.

#include "wal/wal_salvage.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "wal/mend_line.h"
#include "wal/wal_line.h"
#include "wal/wal_reader.h"

namespace linedb::wal {
namespace {

// More lines than this are not mended in one log: what damaged them was no single byte.
constexpr int kMendingsMax = 32;
// How many numbers may be missing in front of a line that nothing but its form vouches for.
constexpr std::uint64_t kGapMax = std::uint64_t{1} << 16;
constexpr std::string_view kByteWasMended = "a byte of it was wrong, and was put right";
constexpr std::string_view kEndWasMended = "its end was damaged, and was put right";
constexpr std::string_view kVersionWasMended =
    "its version is not that of its form, and was put right";

// A piece of the text between two line feeds, or behind one that is damaged.
struct Piece {
  std::uint64_t line = 0;
  std::uint64_t byte = 0;
  std::string_view bytes;
  std::string_view body;  // of a whole line
  LogEntry entry;
  bool formed = false;                  // an operation's line, from end to end
  std::optional<std::uint64_t> digits;  // that stand in it, or have to
  std::optional<std::uint64_t> before;  // that stand in front of it
  std::optional<LineProof> proof;
  std::string_view reason;  // of what was mended
};

class Salvager {
 public:
  // `header`: the digits that the first operation's checksum begins with, if they are known.
  Salvager(std::string_view text, std::optional<std::uint64_t> header, SalvagedLog* log)
      : text_(text), header_(header), log_(*log) {}

  void Run(std::size_t begin, std::uint64_t line) {
    Split(begin, line);
    if (header_.has_value() && !pieces_.empty()) pieces_.front().before = header_;
    ProveByPlace();
    ProveByNumber();
    Mend();
    ProveByPlace();  // what follows a mended line
    AcceptByForm();
    Collect();
  }

 private:
  void Split(std::size_t begin, std::uint64_t line);
  void Add(std::uint64_t line, std::size_t begin, std::string_view bytes);
  bool Form(Piece& piece, std::string_view bytes);
  bool Proves(const Piece& piece, std::optional<std::uint64_t> previous) const {
    return previous.has_value() && piece.digits.has_value() &&
           ChecksumAfter(*previous, piece.body) == *piece.digits;
  }
  void ProveByPlace();
  void ProveByNumber();
  void Mend();
  bool MendBroken(std::size_t index);
  bool MendEnd(Piece& piece, std::size_t next);
  bool MendByte(Piece& piece);
  std::string_view Keep(std::string text) {
    return log_.mended_texts.emplace_back(std::move(text));
  }
  void AcceptByForm();
  void Collect();

  std::string_view text_;
  const std::optional<std::uint64_t> header_;
  SalvagedLog& log_;
  std::vector<Piece> pieces_;
  int mendings_ = 0;
};

bool Salvager::Form(Piece& piece, std::string_view bytes) {
  piece.digits = ChecksumInTail(bytes);
  if (!piece.digits.has_value()) return false;
  piece.body = bytes.substr(0, bytes.size() - kTailBytes);
  piece.formed = ParseOperationBody(piece.body, &piece.entry);
  return piece.formed;
}

void Salvager::Add(std::uint64_t line, std::size_t begin, std::string_view bytes) {
  Piece piece;
  piece.line = line;
  piece.byte = begin;
  piece.bytes = bytes;
  if (begin >= kLinkBytes) {
    piece.before = ParseChecksum(text_.substr(begin - kLinkBytes, kChecksumDigits));
  }
  Form(piece, bytes);
  pieces_.push_back(std::move(piece));
}

// A line feed that is damaged joins two lines: the second one begins as every line does, and the
// first one is what it was but for its end.
void Salvager::Split(std::size_t begin, std::uint64_t line) {
  for (; begin < text_.size(); ++line) {
    const std::size_t newline = text_.find('\n', begin);
    const std::size_t end = newline == std::string_view::npos ? text_.size() : newline + 1;
    std::string_view bytes = text_.substr(begin, end - begin);
    Add(line, begin, bytes);
    const std::size_t inner = bytes.rfind(kOperationStart);
    if (!pieces_.back().formed && inner != 0 && inner != std::string_view::npos) {
      Piece second;
      if (Form(second, bytes.substr(inner))) {
        pieces_.pop_back();
        Add(line, begin, bytes.substr(0, inner));
        Add(line, begin + inner, bytes.substr(inner));
      }
    }
    begin = end;
  }
}

void Salvager::ProveByPlace() {
  for (Piece& piece : pieces_) {
    if (piece.formed && !piece.proof.has_value() && Proves(piece, piece.before)) {
      piece.proof = LineProof::kChecksum;
    }
  }
}

// Lines that changed places: the digits to begin with stand in the line with the number before.
void Salvager::ProveByNumber() {
  std::multimap<std::uint64_t, std::uint64_t> digits;
  const bool all_proven =
      std::all_of(pieces_.begin(), pieces_.end(), [](const Piece& piece) { return piece.proof; });
  if (all_proven) return;
  if (header_.has_value()) digits.emplace(log_.header->first_lsn.value - 1, *header_);
  for (const Piece& piece : pieces_) {
    if (piece.formed) digits.emplace(piece.entry.lsn.value, *piece.digits);
  }
  for (Piece& piece : pieces_) {
    if (!piece.formed || piece.proof.has_value()) continue;
    const auto [first, last] = digits.equal_range(piece.entry.lsn.value - 1);
    for (auto at = first; at != last && !piece.proof; ++at) {
      if (Proves(piece, at->second)) piece.proof = LineProof::kChecksum;
    }
  }
}

// Of a line whose body is whole: its end is known, for it follows from the body. That it was there
// is shown by what is left of its digits, or by the next line, which begins with them.
bool Salvager::MendEnd(Piece& piece, std::size_t next) {
  if (!piece.before.has_value() || piece.bytes.size() <= kTailBytes) return false;
  const std::string_view body = piece.bytes.substr(0, piece.bytes.size() - kTailBytes);
  LogEntry entry;
  if (!ParseOperationBody(body, &entry)) return false;
  const std::uint64_t checksum = ChecksumAfter(*piece.before, body);
  const std::string_view found =
      piece.bytes.substr(piece.bytes.size() - kLinkBytes, kChecksumDigits);
  const bool confirmed =
      next < pieces_.size() && pieces_[next].formed && Proves(pieces_[next], checksum);
  if (!confirmed && !IsNearlyChecksum(found, checksum)) return false;
  piece.entry = entry;
  piece.body = body;
  piece.digits = checksum;
  piece.formed = true;
  piece.proof = LineProof::kMended;
  piece.reason = kEndWasMended;
  if (next < pieces_.size()) pieces_[next].before = checksum;
  return true;
}

bool Salvager::MendByte(Piece& piece) {
  if (!piece.before.has_value() || !piece.digits.has_value() || mendings_ >= kMendingsMax) {
    return false;
  }
  ++mendings_;
  const std::string_view body = piece.bytes.substr(0, piece.bytes.size() - kTailBytes);
  std::optional<std::string> mended = MendBody(*piece.before, body, *piece.digits);
  if (!mended.has_value()) return false;
  const std::string_view kept = Keep(*std::move(mended));
  LogEntry entry;
  if (!ParseOperationBody(kept, &entry)) return false;
  piece.entry = entry;
  piece.body = kept;
  piece.formed = true;
  piece.proof = LineProof::kMended;
  piece.reason = kByteWasMended;
  return true;
}

void Salvager::Mend() {
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    Piece& piece = pieces_[i];
    if (piece.proof.has_value()) continue;
    if (piece.formed && Proves(piece, piece.before)) {  // behind one that was mended
      piece.proof = LineProof::kChecksum;
    } else if (!MendEnd(piece, i + 1) && !MendByte(piece)) {
      MendBroken(i);
    }
  }
}

// A byte that became a line feed makes two pieces of a line.
bool Salvager::MendBroken(std::size_t index) {
  if (index + 1 == pieces_.size()) return false;
  const Piece& second = pieces_[index + 1];
  if (pieces_[index].digits.has_value() || second.formed || !second.digits.has_value()) {
    return false;
  }
  Piece whole = pieces_[index];
  whole.bytes = text_.substr(whole.byte, second.byte + second.bytes.size() - whole.byte);
  whole.digits = second.digits;
  if (!MendByte(whole)) return false;
  pieces_[index] = std::move(whole);
  pieces_.erase(pieces_.begin() + static_cast<std::ptrdiff_t>(index) + 1);
  return true;
}

// What has the form of a line, but whose line before is gone, stands between others in the order of
// their numbers; and it is not the next after a line that is there, for then its checksum would
// fit.
void Salvager::AcceptByForm() {
  std::uint64_t last = log_.header.has_value() ? log_.header->first_lsn.value - 1 : 0;
  bool is_known = log_.header.has_value();
  std::vector<std::uint64_t> next(pieces_.size() + 1, UINT64_MAX);
  for (std::size_t i = pieces_.size(); i > 0; --i) {
    const Piece& piece = pieces_[i - 1];
    next[i - 1] = piece.proof.has_value() ? std::min(next[i], piece.entry.lsn.value) : next[i];
  }
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    Piece& piece = pieces_[i];
    if (!piece.formed) continue;
    const std::uint64_t lsn = piece.entry.lsn.value;
    const bool fits = lsn < next[i + 1] && (!is_known || (lsn > last + 1 && lsn - last < kGapMax));
    if (!piece.proof.has_value() && fits) piece.proof = LineProof::kForm;
    if (!piece.proof.has_value()) continue;
    last = std::max(last, lsn);
    is_known = true;
  }
}

void Salvager::Collect() {
  std::map<std::uint64_t, const Piece*> by_lsn;
  for (Piece& piece : pieces_) {
    if (!piece.proof.has_value()) {
      log_.lost.push_back({piece.line, piece.byte, piece.bytes,
                           !piece.bytes.ends_with('\n') ? "the line is cut off"
                           : piece.formed               ? "its checksum does not fit"
                                                        : "not a line of a log",
                           false});
      continue;
    }
    piece.entry.line = piece.line;
    piece.entry.byte = piece.byte;
    const std::uint64_t lsn = piece.entry.lsn.value;
    if (log_.header.has_value() && lsn < log_.header->first_lsn.value) {
      log_.lost.push_back({piece.line, piece.byte, piece.bytes,
                           absl::StrCat("lsn ", lsn, " is another log's"), true});
      continue;
    }
    const auto [at, added] = by_lsn.emplace(lsn, &piece);
    if (added) continue;
    const Piece* other = at->second;
    const bool better = other->proof == LineProof::kForm && piece.proof != LineProof::kForm;
    const Piece* spare = better ? other : &piece;
    if (better) at->second = &piece;
    log_.lost.push_back({spare->line, spare->byte, spare->bytes,
                         absl::StrCat("lsn ", lsn, " stands in another line, too"),
                         spare->bytes == at->second->bytes});
  }
  for (const auto& [lsn, piece] : by_lsn) {
    log_.lines.push_back({piece->entry, *piece->proof});
    if (*piece->proof != LineProof::kMended) continue;
    log_.mended_lines.push_back(
        {piece->line, piece->byte, piece->bytes, std::string(piece->reason), false});
  }
  for (std::vector<DamagedPiece>* pieces : {&log_.lost, &log_.mended_lines}) {
    std::sort(pieces->begin(), pieces->end(),
              [](const DamagedPiece& a, const DamagedPiece& b) { return a.byte < b.byte; });
  }
}

// A header with one wrong byte.
bool MendHeader(std::string_view line, SalvagedLog* log, std::optional<std::uint64_t>* checksum) {
  const std::optional<std::uint64_t> digits = ChecksumInTail(line);
  if (!digits.has_value()) return false;
  const std::string_view body = line.substr(0, line.size() - kTailBytes);
  // What is before the range is the same in every log of this version.
  const std::size_t start =
      absl::StrCat(std::string(kHeaderStart), kLogVersion, std::string(kPreviousKey)).size();
  if (body.size() <= start) return false;
  std::optional<std::string> range = std::string(body.substr(start));
  if (ChecksumOf(*range) != *digits) range = MendText(*range, *digits);
  if (!range.has_value()) return false;
  const std::string mended =
      absl::StrCat(std::string(kHeaderStart), kLogVersion, std::string(kPreviousKey), *range);
  LogHeader header;
  if (!ParseHeaderBody(mended, &header)) return false;
  log->header = std::move(header);
  *checksum = digits;
  return true;
}

// A header whose end alone is damaged.
bool MendHeaderEnd(std::string_view line, SalvagedLog* log,
                   std::optional<std::uint64_t>* checksum) {
  if (line.size() <= kTailBytes) return false;
  const std::string_view body = line.substr(0, line.size() - kTailBytes);
  const std::optional<std::size_t> start = HeaderRangeStart(body);
  LogHeader header;
  if (!start.has_value() || !ParseHeaderBody(body, &header)) return false;
  const std::uint64_t expected = ChecksumOf(body.substr(*start));
  const std::string_view digits = line.substr(line.size() - kLinkBytes, kChecksumDigits);
  if (!IsNearlyChecksum(digits, expected)) return false;
  log->header = std::move(header);
  *checksum = expected;
  return true;
}

}  // namespace

absl::StatusOr<SalvagedLog> SalvageLog(std::string_view text, const std::string& name) {
  SalvagedLog log;
  LogHeader header;
  WalReader reader(text, name);
  const absl::Status read = reader.ReadHeader(&header);
  if (absl::IsNotFound(read)) return read;
  std::size_t begin = 0;
  std::optional<std::uint64_t> digits;
  if (read.ok()) {
    log.header = std::move(header);
    begin = reader.position().bytes;
    digits = reader.position().checksum;
  } else {
    const std::size_t newline = text.find('\n');
    std::string_view line =
        text.substr(0, newline == std::string_view::npos ? newline : newline + 1);
    const std::size_t inner = line.find(kOperationStart);  // behind a damaged line feed
    if (inner != 0) line = line.substr(0, inner);
    const std::string_view body = line.substr(0, line.size() - std::min(line.size(), kTailBytes));
    LogEntry entry;
    // Or the header is gone, and this the next line.
    const bool is_header = !line.empty() && !ParseOperationBody(body, &entry);
    if (is_header) {
      const bool is_newer = absl::IsFailedPrecondition(read);
      if (MendHeader(line, &log, &digits)) {
        log.mended_lines.push_back(
            {1, 0, line, std::string(is_newer ? kVersionWasMended : kByteWasMended), false});
      } else if (MendHeaderEnd(line, &log, &digits)) {
        log.mended_lines.push_back({1, 0, line, std::string(kEndWasMended), false});
      } else if (is_newer) {
        return read;  // and not by damage
      } else {
        log.lost.push_back({1, 0, line, reader.stop().reason, false});
      }
      begin = line.size();
    }
  }
  Salvager(text, digits, &log).Run(begin, begin == 0 ? 1 : 2);
  return log;
}

}  // namespace linedb::wal
