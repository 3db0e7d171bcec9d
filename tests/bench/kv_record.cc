#include "tests/bench/kv_record.h"

#include <algorithm>
#include <bit>

namespace bench {
namespace {

static_assert(std::endian::native == std::endian::little, "KvKey swaps bytes");

constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
constexpr std::size_t kHeaderBytes = 8 + 8 + 2 + 2;

template <class T>
void AppendBytes(T value, std::string* out) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out->append(bytes, sizeof value);
}

template <class T>
T ReadBytes(std::string_view record, std::size_t at) {
  T value;
  std::memcpy(&value, record.data() + at, sizeof value);
  return value;
}

}  // namespace

KvKey::KvKey(std::int64_t id) {
  const std::uint64_t ordered = __builtin_bswap64(static_cast<std::uint64_t>(id) ^ kSign);
  std::memcpy(bytes_.data(), &ordered, sizeof ordered);
}

void EncodeRecord(const Student& row, std::string* record) {
  record->clear();
  AppendBytes(row.id, record);
  AppendBytes(row.gpa, record);
  AppendBytes(static_cast<std::uint16_t>(row.name.size()), record);
  AppendBytes(static_cast<std::uint16_t>(row.email->size()), record);
  record->append(row.name);
  record->append(*row.email);
}

void DecodeRecord(std::string_view record, Student* row) {
  row->id = ReadBytes<std::int64_t>(record, 0);
  row->gpa = ReadBytes<double>(record, 8);
  const std::size_t name_bytes = ReadBytes<std::uint16_t>(record, 16);
  row->name.assign(record.substr(kHeaderBytes, name_bytes));
  row->email = record.substr(kHeaderBytes + name_bytes);
}

std::string_view EmailOfRecord(std::string_view record) {
  return record.substr(kHeaderBytes + ReadBytes<std::uint16_t>(record, 16));
}

KeyLocks::Held::Held(KeyLocks* locks, std::span<const Student> rows) {
  const auto stripe = [&](std::uint64_t hash) {
    return &locks->stripes_[hash % locks->stripes_.size()];
  };
  if (rows.size() == 1) {
    held_ = {stripe(Mix(static_cast<std::uint64_t>(rows[0].id))),
             stripe(std::hash<std::string_view>()(*rows[0].email))};
    std::sort(held_.begin(), held_.end());  // in one order, or two threads wait for each other
    held_.erase(std::unique(held_.begin(), held_.end()), held_.end());
  } else {
    for (std::mutex& each : locks->stripes_) held_.push_back(&each);
  }
  for (std::mutex* each : held_) each->lock();
}

KeyLocks::Held::~Held() {
  for (std::mutex* each : held_) each->unlock();
}

}  // namespace bench
