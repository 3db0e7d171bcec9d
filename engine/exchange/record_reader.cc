#include "engine/exchange/record_reader.h"

#include <utility>

namespace linedb::engine {
namespace {

class JsonReader : public RecordReader {
 public:
  JsonReader(const schema::RecordLayout& layout, RecordJudge judge)
      : layout_(layout), judge_(std::move(judge)) {}

  absl::Status Read(std::string_view text, const schema::CanonicalizeOptions& options,
                    std::string* line, std::vector<schema::FieldSpan>* spans,
                    schema::RecordError* error) override {
    return schema::CanonicalizeRecord(layout_, text, options, line, spans, error);
  }

  std::vector<RecordFault> Faults(std::string_view text, const schema::CanonicalizeOptions& options,
                                  const schema::RecordError& first) override {
    return judge_.Faults(text, options, first);
  }

 private:
  const schema::RecordLayout& layout_;
  RecordJudge judge_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<RecordReader>> NewRecordReader(const schema::RecordLayout& layout,
                                                              const CsvShape* csv_shape) {
  absl::StatusOr<RecordJudge> judge = RecordJudge::Create(layout.schema());
  if (!judge.ok()) return judge.status();
  if (csv_shape != nullptr) return NewCsvReader(layout, *std::move(judge), *csv_shape);
  return std::make_unique<JsonReader>(layout, *std::move(judge));
}

}  // namespace linedb::engine
