#include "tests/sql/sql_fixture.h"

namespace linedb::sql_test {

Answer Ask(sqlite::SqlSession& session, const std::string& sql) {
  Answer answer;
  sqlite::ResultVisitor visitor;
  visitor.columns = [&](const std::vector<std::string>& names) { answer.names = names; };
  visitor.row = [&](const std::vector<std::string_view>& cells) {
    std::string row;
    for (const std::string_view cell : cells) row.append(row.empty() ? "" : ",").append(cell);
    answer.rows.push_back("[" + row + "]");
    return true;
  };
  answer.status = session.Run(sql, visitor);
  return answer;
}

void SqlTest::Create(const TableSchema& schema, const std::vector<Json>& records) {
  const absl::Status created = database_->CreateTable(schema);
  ASSERT_TRUE(created.ok()) << created;
  const JsonTable table = *JsonTable::Open(*database_, schema.table_name);
  WriteTransaction writer = *database_->Begin();
  for (const Json& record : records) {
    const auto inserted = table.Insert(writer, record);
    ASSERT_TRUE(inserted.ok()) << inserted.status();
  }
  ASSERT_TRUE(writer.Commit().ok());
}

void SqlTest::OpenSession() {
  session_ = nullptr;
  auto session = sqlite::SqlSession::Open(*database_);
  ASSERT_TRUE(session.ok()) << session.status();
  session_ = *std::move(session);
}

std::string SqlTest::Rows(const std::string& sql) {
  const Answer answer = Ask(*session_, sql);
  if (!answer.status.ok()) return std::string(answer.status.message());
  std::string rows;
  for (const std::string& row : answer.rows) rows += row;
  return rows;
}

std::string SqlTest::Names(const std::string& sql) {
  std::string names;
  for (const std::string& name : Ask(*session_, sql).names) names += name + "|";
  return names;
}

std::uint64_t SqlTest::Reads(const std::string& sql) {
  const std::uint64_t before = session_->records_read();
  const Answer answer = Ask(*session_, sql);
  EXPECT_TRUE(answer.status.ok()) << sql << "\n" << answer.status;
  return session_->records_read() - before;
}

}  // namespace linedb::sql_test
