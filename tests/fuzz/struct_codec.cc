// A line read into a struct is written again at each update: it must come out as a canonical line
// that reads as the same struct, and a canonical one as the bytes it was.

#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "linedb/struct_codec.h"
#include "schema/record_codec.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/schema/described_structs.h"

namespace linedb::fuzz {
namespace {

using schema::StructCodec;

template <class T>
const schema::RecordLayout& Layout() {
  static const auto& layout =
      *new schema::RecordLayout(*schema::RecordLayout::Create(StructCodec<T>::Schema()));
  return layout;
}

template <class T>
std::string Canonical(std::string_view line) {
  std::string canonical;
  std::vector<schema::FieldSpan> spans;
  const absl::Status status =
      CanonicalizeRecord(Layout<T>(), line, {}, &canonical, &spans, nullptr);
  return status.ok() ? canonical : std::string(status.message());
}

// What stands for a key that the struct does not hold: the number of the row in a table without a
// primary key, and the zero by which a plain member says that it wants a key.
template <class T>
std::int64_t KeyInLine(std::string_view line) {
  std::int64_t key = 0;
  if constexpr (StructCodec<T>::kHasRowId) {
    line.remove_prefix(std::string_view("{\"$rowid\":").size());
    schema::ReadInt64(line.data(), line.data() + line.size(), &key);
  }
  return key;
}

template <class T>
void CheckDecoded(std::string_view line, const T& row) {
  std::vector<schema::FieldSpan> spans(StructCodec<T>::kStoredColumns);
  std::string written;
  const std::int64_t key = KeyInLine<T>(line);
  if (!StructCodec<T>::Encode(row, key, &written, spans.data()).ok()) {
    Require(Canonical<T>(line) != line, "a canonical line's struct can be written", line);
    return;
  }
  Require(Canonical<T>(written) == written, "what is written is canonical", written);
  T again;
  Require(StructCodec<T>::Decode(written, &again) == schema::kDecoded, "it reads back", written);
  std::string twice;
  Require(StructCodec<T>::Encode(again, key, &twice, spans.data()).ok(), "it is written again");
  Require(twice == written, "it is written the same", twice);
  // A float member has fewer digits than its column, and a json member sorts its members.
  if constexpr (!std::is_same_v<T, schema::Everything>) {
    Require(Canonical<T>(line) != line || written == line, "what was canonical is the same", line);
  }
}

template <class T>
void Check(std::string_view line) {
  T row;
  if (StructCodec<T>::Decode(line, &row) == schema::kDecoded) CheckDecoded(line, row);
}

void CheckSomeColumns(std::string_view line) {
  using schema::Student;
  std::tuple<double, std::string> some;
  const int some_read =
      StructCodec<Student>::DecodeColumns<&Student::gpa, &Student::name>(line, &some);
  Student all;
  if (StructCodec<Student>::Decode(line, &all) != schema::kDecoded) return;
  Require(some_read == schema::kDecoded, "a column of a line that reads reads", line);
  Require(some == std::tuple(all.gpa, all.name), "it reads as in the whole line", line);
}

}  // namespace
}  // namespace linedb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace linedb::fuzz;
  std::string_view line = TextOf(data, size);
  const unsigned choice = TakeChoice(&line);
  switch (choice % 5) {
    case 0:
      Check<linedb::schema::Student>(line);
      CheckSomeColumns(line);
      break;
    case 1:
      Check<linedb::schema::Everything>(line);
      break;
    case 2:
      Check<linedb::schema::PlaylistTrack>(line);
      break;
    case 3:
      Check<linedb::schema::Event>(line);
      break;
    default:
      Check<linedb::schema::Badge>(line);
      break;
  }
  return 0;
}
