// An import finds its table once and then writes to it in many transactions, between which another
// thread may drop or alter the table. Written all the same, the log would have records of a table
// that does not exist, or of another shape, and the next opening would refuse it as damaged.

#include <gtest/gtest.h>

#include <functional>
#include <istream>
#include <memory>
#include <streambuf>
#include <string>
#include <utility>

#include "linedb/database.h"
#include "linedb/exchange.h"
#include "linedb/json_table.h"
#include "tests/engine/status_matchers.h"
#include "tests/engine/student.h"

namespace linedb {
namespace {

using testing::Fails;
using testing::IsOk;
using testing::Student;

// A text before whose first character something happens.
class EventfulText final : public std::streambuf {
 public:
  EventfulText(std::string text, std::function<void()> event)
      : text_(std::move(text)), event_(std::move(event)) {}

 protected:
  int_type underflow() override {
    if (!event_) return traits_type::eof();
    std::exchange(event_, nullptr)();
    setg(text_.data(), text_.data(), text_.data() + text_.size());
    return traits_type::to_int_type(text_[0]);
  }

 private:
  std::string text_;
  std::function<void()> event_;
};

class ImportBesideDropTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Options options;
    options.maintenance = Maintenance::kManual;
    db = Database::OpenInMemory(options).value();
    ASSERT_THAT(db->OpenTable<Student>(), IsOk());
  }

  absl::Status ImportWhile(std::function<void()> event) {
    EventfulText text("{\"id\":1,\"name\":\"Alice\"}\n", std::move(event));
    std::istream input(&text);
    return Import(*db, "student", input).status();
  }

  std::unique_ptr<Database> db;
};

TEST_F(ImportBesideDropTest, RecordsForADroppedTableAreRefused) {
  EXPECT_THAT(ImportWhile([this] { ASSERT_THAT(db->DropTable("student"), IsOk()); }),
              Fails(absl::StatusCode::kFailedPrecondition, "table student was dropped"));
  EXPECT_EQ(db->Stats().commits, 0u);
}

TEST_F(ImportBesideDropTest, RecordsForAnAlteredTableAreRefused) {
  TableSchema schema = db->Schema("student").value();
  schema.columns.pop_back();
  EXPECT_THAT(ImportWhile([&] { ASSERT_THAT(db->AlterTable(schema), IsOk()); }),
              Fails(absl::StatusCode::kFailedPrecondition, "table student was altered"));
  EXPECT_EQ(db->Stats().commits, 0u);
}

}  // namespace
}  // namespace linedb
