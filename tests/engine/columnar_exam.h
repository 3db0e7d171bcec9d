// A record with a member of every kind that a column in memory can have, and its text.

#ifndef LINEDB_TESTS_ENGINE_COLUMNAR_EXAM_H_
#define LINEDB_TESTS_ENGINE_COLUMNAR_EXAM_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "linedb/columnar.h"
#include "linedb/describe.h"
#include "linedb/table.h"

namespace linedb::testing {

enum class Verdict { kPassed, kFailed };

struct Exam {
  std::optional<std::int64_t> id = std::nullopt;
  std::int16_t room = 0;
  std::optional<double> score = std::nullopt;
  bool written = false;
  std::optional<bool> appealed = std::nullopt;
  Verdict verdict = Verdict::kPassed;
  std::optional<std::string> remark = std::nullopt;
  std::vector<std::uint8_t> signature = {};
  Timestamp taken = {};
  std::optional<std::chrono::year_month_day> repeated = std::nullopt;

  friend bool operator==(const Exam&, const Exam&) = default;
};

}  // namespace linedb::testing

template <>
struct linedb::DescribeEnum<linedb::testing::Verdict> {
  using Verdict = linedb::testing::Verdict;
  static constexpr std::array<linedb::EnumName<Verdict>, 2> kNames = {
      {{Verdict::kPassed, "passed"}, {Verdict::kFailed, "failed"}}};
};

template <>
struct linedb::Describe<linedb::testing::Exam> {
  using Exam = linedb::testing::Exam;
  static constexpr auto kTable = linedb::DescribeTable<"exam">(
      linedb::Field<"id", &Exam::id>().PrimaryKey(), linedb::Field<"room", &Exam::room>(),
      linedb::Field<"score", &Exam::score>(), linedb::Field<"written", &Exam::written>(),
      linedb::Field<"appealed", &Exam::appealed>(), linedb::Field<"verdict", &Exam::verdict>(),
      linedb::Field<"remark", &Exam::remark>(), linedb::Field<"signature", &Exam::signature>(),
      linedb::Field<"taken", &Exam::taken>(), linedb::Field<"repeated", &Exam::repeated>());
};

namespace linedb::testing {

using ExamColumns = ColumnSet<std::int64_t, std::int64_t, double, bool, bool, std::string_view,
                              std::string_view, BytesView, Timestamp, std::chrono::year_month_day>;
using ExamView = ColumnView<std::int64_t, std::int64_t, double, bool, bool, std::string_view,
                            std::string_view, BytesView, Timestamp, std::chrono::year_month_day>;

inline absl::StatusOr<ExamColumns> ColumnsOf(const Table<Exam>& exams) {
  return exams
      .Columns<&Exam::id, &Exam::room, &Exam::score, &Exam::written, &Exam::appealed,
               &Exam::verdict, &Exam::remark, &Exam::signature, &Exam::taken, &Exam::repeated>();
}

// A row of the columns as the record it is made of.
template <class Element>
std::optional<Element> ValueAt(const ColumnBatch<Element>& batch, std::size_t row) {
  if (!batch.IsValid(row)) return std::nullopt;
  return batch[row];
}

// The records that a view shows, in file order.
inline std::vector<Exam> ExamsIn(const ExamView& view) {
  std::vector<Exam> exams;
  view.ForEachBatch([&](const auto& id, const auto& room, const auto& score, const auto& written,
                        const auto& appealed, const auto& verdict, const auto& remark,
                        const auto& signature, const auto& taken, const auto& repeated) {
    for (std::size_t row = 0; row < id.size(); ++row) {
      if (!id.IsLive(row)) continue;
      Exam& exam = exams.emplace_back();
      exam.id = ValueAt(id, row);
      exam.room = static_cast<std::int16_t>(room[row]);
      exam.score = ValueAt(score, row);
      exam.written = written[row];
      exam.appealed = ValueAt(appealed, row);
      exam.verdict = verdict[row] == "passed" ? Verdict::kPassed : Verdict::kFailed;
      if (remark.IsValid(row)) exam.remark = std::string(remark[row]);
      for (const std::byte byte : signature[row]) {
        exam.signature.push_back(static_cast<std::uint8_t>(byte));
      }
      exam.taken = taken[row];
      exam.repeated = ValueAt(repeated, row);
    }
  });
  return exams;
}

// The same by walking the records' text; `reader` is a ReadTransaction or nothing.
template <class... Reader>
std::vector<Exam> ExamsScanned(const Table<Exam>& exams, const Reader&... reader) {
  std::vector<Exam> found;
  EXPECT_TRUE(exams.ForEach(reader..., [&](const Exam& exam) { found.push_back(exam); }).ok());
  return found;
}

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_ENGINE_COLUMNAR_EXAM_H_
