#include "schema/record_codec.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace linedb::schema {
namespace {

RecordLayout TrackLayout() {
  return RecordLayout::Create(
             {.table_name = "track",
              .columns = {{.name = "playlist", .type = Type::kInt, .primary_key = true},
                          {.name = "title", .nullable = true, .unique = true},
                          {.name = "position", .type = Type::kInt, .primary_key = true},
                          {.name = "extra", .type = Type::kJson, .nullable = true}},
              .unique_keys = {{"title", "playlist"}, {"position", "title"}}})
      .value();
}

RecordLayout NoteLayout(Type key_type) {
  return RecordLayout::Create({.table_name = "note",
                               .columns = {{.name = "k", .type = key_type, .primary_key = true}}})
      .value();
}

const std::string kTrackLine =
    R"({"playlist":3,"title":"a,\"}","position":9,"extra":{"x":[1,"]"]}})";

std::vector<FieldSpan> Split(const RecordLayout& layout, const std::string& line) {
  std::vector<FieldSpan> spans(static_cast<std::size_t>(layout.column_count()));
  EXPECT_TRUE(SplitCanonical(layout, line, layout.column_count() - 1, spans.data())) << line;
  return spans;
}

TEST(RecordCodecTest, LayoutsListTheirKeysPrimaryFirst) {
  const RecordLayout layout = TrackLayout();
  ASSERT_EQ(layout.keys().size(), 4u);
  EXPECT_EQ(layout.keys()[0].name, "playlist,position");
  EXPECT_TRUE(layout.keys()[0].primary);
  EXPECT_EQ(layout.keys()[1].name, "title");
  EXPECT_EQ(layout.keys()[2].name, "title,playlist");
  EXPECT_EQ(layout.keys()[2].columns, (std::vector<int>{1, 0}));
  EXPECT_EQ(layout.FindKey("title,playlist"), 2);
  EXPECT_EQ(layout.FindKey("playlist,title"), -1);
  EXPECT_EQ(layout.FindColumn("position"), 2);
  EXPECT_EQ(layout.FindColumn("none"), -1);
  EXPECT_EQ(layout.assigned_column(), -1);
  EXPECT_EQ(layout.prefix(0), "{\"playlist\":");
  EXPECT_EQ(layout.prefix(1), ",\"title\":");
}

TEST(RecordCodecTest, TablesWithoutAKeyHaveARowId) {
  const RecordLayout layout =
      RecordLayout::Create({.table_name = "log", .columns = {{.name = "a\"b"}}}).value();
  EXPECT_TRUE(layout.has_row_id());
  EXPECT_EQ(layout.assigned_column(), 0);
  EXPECT_EQ(layout.column_count(), 2);
  EXPECT_EQ(layout.prefix(0), "{\"$rowid\":");
  EXPECT_EQ(layout.prefix(1), ",\"a\\\"b\":");
  EXPECT_EQ(layout.keys()[0].name, "$rowid");
}

TEST(RecordCodecTest, CanonicalLinesAreSplitIntoTheirValues) {
  const RecordLayout layout = TrackLayout();
  const std::vector<FieldSpan> spans = Split(layout, kTrackLine);
  EXPECT_EQ(spans[0].In(kTrackLine), "3");
  EXPECT_EQ(spans[1].In(kTrackLine), R"("a,\"}")");
  EXPECT_EQ(spans[2].In(kTrackLine), "9");
  EXPECT_EQ(spans[3].In(kTrackLine), R"({"x":[1,"]"]})");
}

TEST(RecordCodecTest, LinesOfAnotherShapeAreNotSplit) {
  const RecordLayout layout = TrackLayout();
  FieldSpan spans[4];
  // A prefix of the line is enough for its first columns.
  EXPECT_TRUE(SplitCanonical(layout, R"({"playlist":3,)", 0, spans));
  for (const char* line :
       {"", "{", R"({"playlist": 3,"title":null,"position":9,"extra":null})",
        R"({"title":null,"playlist":3,"position":9,"extra":null})",
        R"({"playlist":3,"title":null,"position":9,"extra":null} )",
        R"({"playlist":3,"title":null,"position":9,"extra":null)",
        R"({"playlist":3,"title":null,"position":9,"extra":{)",
        R"({"playlist":3,"title":"null,"position":9,"extra":null})",
        R"({"playlist":3,"title":null,"position":9})", R"({"playlist":,"title":null})"}) {
    EXPECT_FALSE(SplitCanonical(layout, line, 3, spans)) << line;
  }
}

// [schema-2.4]
TEST(RecordCodecTest, TombstonesNameTheKeyOfTheRecord) {
  const RecordLayout layout = TrackLayout();
  const std::vector<FieldSpan> spans = Split(layout, kTrackLine);
  std::string tombstone;
  AppendTombstone(layout, kTrackLine, spans.data(), &tombstone);
  EXPECT_EQ(tombstone, R"({"$deleted":true,"playlist":3,"position":9})");
  std::string scratch;
  const auto key = KeyTextOf(layout.keys()[0], kTrackLine, spans.data(), &scratch);
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(TombstoneKey(layout, tombstone), *key);
}

// [schema-2.5]
TEST(RecordCodecTest, TombstonesAreKnownInAnySpelling) {
  const RecordLayout layout = TrackLayout();
  const struct {
    const char* line;
    bool is_tombstone;
    const char* key;
  } rows[] = {
      {R"({"$deleted":true,"playlist":3,"position":9})", true, "3,9"},
      {R"({"$deleted": true, "position": 9, "playlist": 3})", true, "3,9"},
      {R"({"position":9,"playlist":3,"$deleted":true})", true, "3,9"},
      {R"({"position":9,"playlist":3,"\u0024deleted":true})", true, "3,9"},
      {R"({"$deleted":true,"playlist":3,"position":9,"title":"x"})", true, "3,9"},
      {R"({"$deleted":true,"playlist":3})", true, nullptr},
      {R"({"$deleted":true,"playlist":3,"position":"9"})", true, nullptr},
      {R"({"$deleted":true,"playlist":3,"position":9)", true, nullptr},
      {R"({"$deleted":false,"playlist":3,"position":9})", false, nullptr},
      {R"({"playlist":3,"title":"$deleted","position":9,"extra":null})", false, nullptr},
      {R"({"playlist":3,"title":"\n","position":9,"extra":{"$deleted":true}})", false, nullptr},
      {R"({"$deletedx":true})", false, nullptr},
      {"$", false, nullptr},
      {"", false, nullptr},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(IsTombstone(row.line), row.is_tombstone) << row.line;
    const auto key = TombstoneKey(layout, row.line);
    EXPECT_EQ(key.value_or("none"), row.key == nullptr ? "none" : row.key) << row.line;
  }
}

// [schema-2.5] [schema-3.7]
TEST(RecordCodecTest, TombstonesSpelledOtherwiseNameTheSameKey) {
  const RecordLayout layout = NoteLayout(Type::kString);
  for (const char* line : {R"({"$deleted":true,"k":"Aé"})", R"({"$deleted":true,"k":"\u0041é"})"}) {
    EXPECT_EQ(TombstoneKey(layout, line), "\"Aé\"") << line;
  }
}

TEST(RecordCodecTest, KeysWithNullClashWithNothing) {
  const RecordLayout layout = TrackLayout();
  const std::string line = R"({"playlist":3,"title":null,"position":9,"extra":null})";
  const std::vector<FieldSpan> spans = Split(layout, line);
  std::string scratch;
  for (const std::size_t key : {1U, 2U, 3U}) {
    EXPECT_EQ(KeyTextOf(layout.keys()[key], line, spans.data(), &scratch), std::nullopt) << key;
  }
  EXPECT_EQ(KeyTextOf(layout.keys()[0], line, spans.data(), &scratch), "3,9");
}

std::string KeyOrFault(const absl::StatusOr<std::string>& key) {
  if (key.ok()) return *key;
  return std::string(key.status().message().data(), key.status().message().size());
}

TEST(RecordCodecTest, KeysComeFromJson) {
  const RecordLayout track = TrackLayout();
  const auto compound = [&](const char* json) {
    return KeyOrFault(KeyTextFromJson(track, track.keys()[0], json));
  };
  EXPECT_EQ(compound("[3, 9]"), "3,9");
  EXPECT_EQ(compound("[3]"), "track: key (playlist,position): the key has 2 values, found 1");
  EXPECT_EQ(compound("[3,9,1]"), "track: key (playlist,position): the key has 2 values, not more");
  EXPECT_EQ(compound("3"), "track: key (playlist,position): expected an array, found 3");
  EXPECT_EQ(compound("[3,null]"), "track: key (playlist,position): null is no key");
  const RecordLayout note = NoteLayout(Type::kString);
  const auto single = [&](const char* json) {
    return KeyOrFault(KeyTextFromJson(note, note.keys()[0], json));
  };
  EXPECT_EQ(single("\"\\u0041\""), "\"A\"");
  EXPECT_EQ(single("[\"A\"]"), "\"A\"");
  EXPECT_EQ(single("5"), "note: key (k): expected str, found 5");
  EXPECT_EQ(single("\"A\" x"), "note: key (k): text after the end: x");
}

TEST(RecordCodecTest, KeysTypedByAPersonNeedNoQuotes) {
  const RecordLayout text = NoteLayout(Type::kString);
  const RecordLayout number = NoteLayout(Type::kInt);
  const RecordLayout time = NoteLayout(Type::kTimestamp);
  const auto typed = [](const RecordLayout& layout, const char* key) {
    return KeyOrFault(KeyTextFromUser(layout, layout.keys()[0], key));
  };
  EXPECT_EQ(typed(text, "bob@x.edu"), "\"bob@x.edu\"");
  EXPECT_EQ(typed(text, "\"bob@x.edu\""), "\"bob@x.edu\"");
  EXPECT_EQ(typed(text, "123"), "\"123\"");
  EXPECT_EQ(typed(text, "\"bob"), "\"\\\"bob\"");
  EXPECT_EQ(typed(text, "\xff"), "note: key (k): the text is not UTF-8");
  EXPECT_EQ(typed(number, "123"), "123");
  EXPECT_EQ(typed(number, "abc"), "note: key (k): no JSON value: abc");
  EXPECT_EQ(typed(time, "2026-01-22T20:31:17Z"), "\"2026-01-22T20:31:17.000000Z\"");
}

}  // namespace
}  // namespace linedb::schema
