// JSON Lines: a record a line.

#include <utility>

#include "engine/exchange/record_source.h"
#include "linedb/text_writer.h"

namespace linedb::engine {
namespace {

bool IsBlank(std::string_view line) { return line.find_first_not_of(" \t\r") == line.npos; }

class LineSource : public RecordSource {
 public:
  LineSource(std::unique_ptr<InputWindow> window, std::ostream* overlong)
      : window_(std::move(window)), overlong_(overlong) {}

  bool Next(SourceRecord* record) override {
    for (;;) {
      ConsumeRecord();
      *record = SourceRecord{};
      record->position = window_->position();
      record->fault_position = record->position;
      bool whole = false;
      const std::size_t length = FindLineEnd(&whole);
      if (length > schema::kLineBytesMax) {
        record->fault = OverlongReason();
        PassOverlong();
        return true;
      }
      consumed_ = length + (whole ? 1 : 0);
      consumed_whole_ = whole;
      if (consumed_ == 0) return false;
      record->text = window_->text().substr(0, length);
      if (!IsBlank(record->text)) return true;
    }
  }

  const absl::Status& status() const override { return status_; }
  std::uint64_t bytes_read() const override { return window_->bytes_read(); }
  void WriteRejected(std::string_view text, std::ostream& output) override {
    Write(text, output);
    output.put('\n');
  }

 private:
  // As it stands: a record here is one line anyway.
  static void Write(std::string_view text, std::ostream& output) {
    output.write(text.data(), static_cast<std::streamsize>(text.size()));
  }

  // Lets go of the line that Next gave.
  void ConsumeRecord() {
    if (consumed_whole_) {
      window_->ConsumeLine(consumed_);
    } else {
      window_->Consume(consumed_);
    }
    consumed_ = 0;
    consumed_whole_ = false;
  }

  // The length of the line that begins the window, as far as it is of interest.
  std::size_t FindLineEnd(bool* whole) {
    std::size_t searched = 0;
    for (;;) {
      const std::size_t newline = window_->text().find('\n', searched);
      *whole = newline != std::string_view::npos;
      if (*whole) return newline;
      searched = window_->text().size();
      if (searched > schema::kLineBytesMax || !window_->More()) return searched;
    }
  }

  // Lets go of a line without keeping more than a block of it.
  void PassOverlong() {
    bool ended = false;
    while (!ended) {
      const std::size_t newline = window_->text().find('\n');
      ended = newline != std::string_view::npos;
      const std::size_t length = ended ? newline : window_->text().size();
      if (overlong_ != nullptr) Write(window_->text().substr(0, length), *overlong_);
      window_->Consume(length + (ended ? 1 : 0));
      if (!ended) ended = !window_->More();
    }
    if (overlong_ != nullptr) overlong_->put('\n');
  }

  std::unique_ptr<InputWindow> window_;
  std::ostream* overlong_;
  std::size_t consumed_ = 0;
  bool consumed_whole_ = false;
  absl::Status status_;
};

}  // namespace

std::unique_ptr<RecordSource> NewLineSource(std::unique_ptr<InputWindow> window,
                                            std::ostream* overlong) {
  return std::make_unique<LineSource>(std::move(window), overlong);
}

}  // namespace linedb::engine
