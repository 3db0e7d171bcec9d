// What dbtool says of references: how a column is given one, and that whatever breaks one fails as
// a violated constraint, with both records.

#include "nlohmann/json.hpp"
#include "tests/dbtool/dbtool_fixture.h"

namespace linedb {
namespace {

using nlohmann::json;

class ReferenceRules : public DbtoolTest {
 protected:
  void SetUp() override {
    DbtoolTest::SetUp();
    Out("dbtool init shop -q");
    Out("dbtool create shop artist --column id:int:primary_key --column name:str:unique -q");
    Out("dbtool create shop album --column id:int:primary_key "
        "--column artist_id:int:references=artist "
        "--column praised_by:str:nullable:references=artist.name:on_delete=set_null -q");
    Out("echo '{\"id\":1,\"name\":\"AC/DC\"}' | dbtool import shop artist - -q");
    Out("echo '{\"id\":10,\"artist_id\":1}' | dbtool import shop album - -q");
  }
};

TEST_F(ReferenceRules, InspectAndSchemaShowThem) {
  const json report = json::parse(Out("dbtool inspect shop album --json"));
  EXPECT_EQ(report["references"].dump(),
            "[{\"columns\":[\"artist_id\"],\"key\":[],\"on_delete\":\"restrict\",\"table\":"
            "\"artist\"},{\"columns\":[\"praised_by\"],\"key\":[\"name\"],\"on_delete\":\"set "
            "null\",\"table\":\"artist\"}]");
  EXPECT_FALSE(json::parse(Out("dbtool inspect shop artist --json")).contains("references"));
  const std::string people = Out("dbtool inspect shop album --format table");
  EXPECT_TRUE(Contains(people, "not_null references=artist")) << people;
  EXPECT_TRUE(Contains(people, "references=artist.name on_delete=set_null")) << people;
  const std::string schema = Out("dbtool schema shop album");
  EXPECT_TRUE(Contains(schema, "\"references\": {\"table\": \"artist\"")) << schema;
  ExpectFailure("dbtool schema shop album --cpp", 2, "which a description cannot");
  Out("dbtool create shop track --column id:int:primary_key "
      "--column album_id:int:references=album:on_delete=cascade "
      "--column sung_by:int:references=artist -q");
  const std::string described = Out("dbtool schema shop track --cpp");
  EXPECT_TRUE(Contains(described, ".References(\"album\", linedb::OnDelete::kCascade)"))
      << described;
  EXPECT_TRUE(Contains(described, ".References(\"artist\")")) << described;
}

// [cli-2]
TEST_F(ReferenceRules, Rule02AnEditThatBreaksReferencesListsThemAndExitsWithOne) {
  const Outcome edited = Run("EDITOR='sed -i s/:1,/:2,/' dbtool edit shop album --yes");
  EXPECT_EQ(edited.exit_code, 1) << edited.err;
  EXPECT_TRUE(Contains(edited.err,
                       "album.artist_id: value 2 references artist 2, which does not exist; record "
                       "{\"id\":10,\"artist_id\":2,\"praised_by\":null}"))
      << edited.err;
  const Outcome removed = Run("EDITOR='sed -i d' dbtool edit shop artist --yes");
  EXPECT_EQ(removed.exit_code, 1) << removed.err;
  EXPECT_TRUE(Contains(removed.err,
                       "artist 1 is referenced by album {\"id\":10,\"artist_id\":1,\"praised_by\""
                       ":null} (artist_id, restrict); record {\"id\":1,\"name\":\"AC/DC\"}"))
      << removed.err;
  EXPECT_EQ(Out("dbtool verify shop -q"), "");
}

// [cli-15]
TEST_F(ReferenceRules, Rule15AnImportNamesEachLine) {
  Write("albums.jsonl",
        "{\"id\":11,\"artist_id\":1}\n{\"id\":12,\"artist_id\":7}\n"
        "{\"id\":13,\"artist_id\":1,\"praised_by\":\"Eve\"}\n");
  for (const char* flag : {"", " --dry-run"}) {
    const Outcome outcome = Run(std::string("dbtool import shop album albums.jsonl") + flag);
    EXPECT_TRUE(Contains(outcome.err,
                         "albums.jsonl:2:1: album.artist_id: value 7 references "
                         "artist 7, which does not exist; record {\"id\":12"))
        << outcome.err;
    EXPECT_TRUE(Contains(outcome.err, "albums.jsonl:3:1: album.praised_by: value \"Eve\" "))
        << outcome.err;
  }
  EXPECT_EQ(Run("dbtool import shop album albums.jsonl").exit_code, 7);
  EXPECT_EQ(Run("dbtool import shop album albums.jsonl --rejects bad.jsonl").exit_code, 7);
  EXPECT_EQ(Out("dbtool cat shop album --columns id"), "{\"id\":10}\n");
}

TEST_F(ReferenceRules, AColumnSpecThatMakesNoSenseIsRefused) {
  for (const char* spec :
       {"a:int:on_delete=cascade", "a:int:references=artist:on_delete=explode",
        "a:int:references=nobody", "a:int:references=artist.age", "a:str:references=artist"}) {
    const Outcome outcome = Run(std::string("dbtool create shop note --column '") + spec + "'");
    EXPECT_NE(outcome.exit_code, 0) << spec;
    EXPECT_FALSE(Exists("shop/schema/note.schema.json")) << spec;
  }
}

// Somebody was asked for leave first, and then told that it cannot be done.
TEST_F(ReferenceRules, AReferenceThatCannotBeIsRefusedBeforeLeaveIsAsked) {
  Out("dbtool create shop note --column artist_id:int -q");
  Out("dbtool create shop list --column id:int -q");
  for (const char* flags : {"", " --yes", " --dry-run"}) {
    ExpectFailure(std::string("dbtool alter shop note --reference artist_id:list") + flags, 2,
                  "table list has no primary key");
    ExpectFailure(std::string("dbtool alter shop note --reference artist_id:artits") + flags, 2,
                  "there is no table \"artits\"; did you mean \"artist\"?");
    ExpectFailure(std::string("dbtool alter shop note --reference artist_id:nobody") + flags, 2,
                  "there is no table nobody yet");
  }
  ExpectFailure("dbtool alter shop note --reference artist_id:artist", 2, "--allow-constrain");
  Out("dbtool alter shop note --reference artist_id:artist --yes -q");
}

// It was told of "/tmp/artist.x.jsonl:0:1", where there is nothing.
TEST_F(ReferenceRules, ALineThatWasDeletedHasNoPlaceToTellOf) {
  const Outcome outcome = Run("EDITOR='sed -i /AC/d' dbtool edit shop artist --yes");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.err.rfind("album.artist_id: artist 1 is referenced by album", 0), 0u)
      << outcome.err;
}

}  // namespace
}  // namespace linedb
