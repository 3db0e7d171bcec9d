// When a record is no longer seen: schema/FORMAT.md, section 12.

#ifndef LINEDB_ENGINE_INDEX_RECORD_EXPIRY_H_
#define LINEDB_ENGINE_INDEX_RECORD_EXPIRY_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "linedb/value.h"
#include "schema/record_layout.h"

namespace linedb::engine {

// What time it is for a reader or a writer, as a canonical line spells it: texts of that form are
// in the order of their times, so no record's expiry is ever parsed. A plain value.
class ExpiryMoment {
 public:
  // Before all times: nothing has expired.
  ExpiryMoment() = default;
  explicit ExpiryMoment(Timestamp now);

  Timestamp time() const { return time_; }
  bool is_before_all() const { return size_ == 0; }
  // Whether a value of the expiry column, as it stands in a line, is not later than this. A null
  // never passes: it stands behind everything that begins with a quote.
  bool HasPassed(std::string_view value) const { return !value.empty() && value <= text(); }

 private:
  std::string_view text() const { return {text_.data(), size_}; }

  static constexpr std::size_t kTextBytes = 29;  // a timestamp in its quotes
  Timestamp time_ = Timestamp::min();
  std::array<char, kTextBytes> text_ = {};
  std::uint8_t size_ = 0;
};

// The clock of a database in which no record ever expires: of tools that write a past again.
inline Timestamp BeforeAllTimes() { return Timestamp::min(); }

// The value of the expiry column in a canonical line of a layout that has one, as it stands there;
// empty if the line does not have that shape.
std::string_view ExpiryOf(const schema::RecordLayout& layout, std::string_view line);

// Whether the record is not seen at that moment. Of a table without expiry: false.
inline bool HasExpired(const schema::RecordLayout& layout, std::string_view line,
                       const ExpiryMoment& moment) {
  return layout.expires_column() >= 0 && moment.HasPassed(ExpiryOf(layout, line));
}

// A time before which none of a table's records expires, so that none has to be looked for. Any
// thread. Who looks calls Forget, then takes a view of the table, then lowers it to what is left in
// it; who commits a record lowers it once the record is in every view that is taken from then on.
// So of two that meet one at least counts the record.
class EarliestExpiry {
 public:
  Timestamp time() const { return Of(micros_.load(std::memory_order_acquire)); }
  // Returns what it was.
  Timestamp Forget() { return Of(micros_.exchange(kNever, std::memory_order_acq_rel)); }
  void Lower(Timestamp time) {
    const std::int64_t micros = time.time_since_epoch().count();
    std::int64_t known = micros_.load(std::memory_order_relaxed);
    while (micros < known &&
           !micros_.compare_exchange_weak(known, micros, std::memory_order_acq_rel)) {
    }
  }

 private:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
  static Timestamp Of(std::int64_t micros) { return Timestamp(Timestamp::duration(micros)); }

  // Nobody has looked yet.
  std::atomic<std::int64_t> micros_ = std::numeric_limits<std::int64_t>::min();
};

// The time of a value that ExpiryOf gave, and that is not null.
Timestamp ExpiryTime(std::string_view value);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_INDEX_RECORD_EXPIRY_H_
