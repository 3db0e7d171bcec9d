#include "engine/exchange/record_printer.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/exchange/csv_shape.h"
#include "engine/storage/row_id_cutter.h"
#include "schema/json_text.h"
#include "schema/record_codec.h"
#include "schema/time_text.h"

namespace linedb::engine {
namespace {

class LinePrinter : public RecordPrinter {
 public:
  LinePrinter(const schema::RecordLayout& layout, std::ostream& output)
      : output_(output), cutter_(layout.schema()) {}

  absl::Status Print(std::string_view line) override {
    Write(line);
    output_.put('\n');
    return absl::OkStatus();
  }

 protected:
  void Write(std::string_view line) {
    cutter_.Cut(line, [this](std::string_view piece) {
      output_.write(piece.data(), static_cast<std::streamsize>(piece.size()));
    });
  }

  std::ostream& output_;

 private:
  const RowIdCutter cutter_;
};

class ArrayPrinter : public LinePrinter {
 public:
  ArrayPrinter(const schema::RecordLayout& layout, std::ostream& output)
      : LinePrinter(layout, output), table_(layout.schema().table_name) {}

  void Begin() override { output_ << "{\"table\":\"" << table_ << "\",\"records\":["; }

  absl::Status Print(std::string_view line) override {
    output_ << (first_ ? "\n" : ",\n");
    first_ = false;
    Write(line);
    return absl::OkStatus();
  }

  void End(std::uint64_t records) override {
    output_ << (first_ ? "" : "\n") << "],\"count\":" << records << ",\"exported_at\":\""
            << schema::FormatTimestamp(schema::Now()) << "\"}\n";
  }

 private:
  const std::string& table_;
  bool first_ = true;
};

class CsvPrinter : public RecordPrinter {
 public:
  CsvPrinter(const schema::RecordLayout& layout, const CsvOptions& options, std::ostream& output)
      : layout_(layout),
        options_(options),
        output_(output),
        first_column_(layout.has_row_id() ? 1 : 0),
        spans_(layout.columns().size()) {}

  void Begin() override {
    if (options_.header == CsvHeader::kNone) return;
    for (std::size_t i = first_column_; i < spans_.size(); ++i) {
      AppendDelimiter(i);
      AppendCsvField(layout_.columns()[i].name, options_, &row_);
    }
    WriteRow();
  }

  absl::Status Print(std::string_view line) override {
    const int last = layout_.column_count() - 1;
    if (!schema::SplitCanonical(layout_, line, last, spans_.data())) {
      return absl::DataLossError(
          absl::StrCat(layout_.schema().table_name, ": a line that is no record of the table"));
    }
    for (std::size_t i = first_column_; i < spans_.size(); ++i) {
      AppendDelimiter(i);
      const std::string_view value = spans_[i].In(line);
      if (value != "null") {
        AppendCsvField(TextOf(layout_.columns()[i].type, value), options_, &row_);
      } else if (options_.nulls.empty()) {
        return absl::InvalidArgumentError(absl::StrCat(layout_.schema().table_name, ".",
                                                       layout_.columns()[i].name,
                                                       ": null has no text in this CSV"));
      } else {
        row_.append(options_.nulls.front());
      }
    }
    WriteRow();
    return absl::OkStatus();
  }

 private:
  void AppendDelimiter(std::size_t column) {
    if (column == first_column_) return;
    row_.push_back(options_.delimiter == '\0' ? kCsvDelimiters.front() : options_.delimiter);
  }

  // A string's characters; any other value, and whatever a json column holds, is its own text.
  std::string_view TextOf(Type type, std::string_view value) {
    if (type == Type::kJson || value.front() != '"') return value;
    const std::string_view inside = value.substr(1, value.size() - 2);
    if (inside.find('\\') == inside.npos) return inside;
    text_.clear();
    schema::Unescape(inside.data(), inside.data() + inside.size(), &text_);
    return text_;
  }

  void WriteRow() {
    row_.push_back('\n');
    output_.write(row_.data(), static_cast<std::streamsize>(row_.size()));
    row_.clear();
  }

  const schema::RecordLayout& layout_;
  const CsvOptions& options_;
  std::ostream& output_;
  const std::size_t first_column_;
  std::vector<schema::FieldSpan> spans_;
  std::string row_;
  std::string text_;
};

}  // namespace

std::unique_ptr<RecordPrinter> NewRecordPrinter(const schema::RecordLayout& layout,
                                                FileFormat format, const CsvOptions& csv,
                                                std::ostream& output) {
  switch (format) {
    case FileFormat::kCsv:
      return std::make_unique<CsvPrinter>(layout, csv, output);
    case FileFormat::kJson:
      return std::make_unique<ArrayPrinter>(layout, output);
    case FileFormat::kAuto:
    case FileFormat::kJsonLines:
      break;
  }
  return std::make_unique<LinePrinter>(layout, output);
}

}  // namespace linedb::engine
