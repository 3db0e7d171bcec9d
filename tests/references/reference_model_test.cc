// Guards against what no row thinks of: random transactions over two tables that reference each
// other's keys, and themselves, beside a model of maps that says what each commit must leave.

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "linedb/references.h"
#include "tests/faults/sanitized.h"
#include "tests/references/linked_tables.h"
#include "tests/schema/random_seed.h"

namespace linedb {
namespace {

using testing::IsOk;
using testing::LinkedTables;
using testing::SchemaOf;
using Key = std::optional<std::int64_t>;

constexpr int kWorlds = testing::kSanitized ? 6 : 30;
constexpr int kTransactions = testing::kSanitized ? 60 : 200;
constexpr int kIds = 7;

std::string Text(Key key) { return key ? std::to_string(*key) : "null"; }

// A node has a code that is unique, and references a node by id (`up`) and one by code (`like`);
// a leaf references a node by id (`on`) and by code (`tag`).
struct Node {
  Key code, up, like;
};
struct Leaf {
  Key on, tag;
};
struct Rules {
  OnDelete up, like, on, tag;
};

// What is there, and what keys went in the transaction so far.
struct World {
  std::map<std::int64_t, Node> nodes;
  std::map<std::int64_t, Leaf> leaves;
  std::set<std::int64_t> ids_gone, codes_gone;

  bool HasCode(Key code) const {
    for (const auto& [id, node] : nodes) {
      if (node.code == code) return true;
    }
    return false;
  }
  void PutNode(std::int64_t id, const Node& node) {
    const auto old = nodes.find(id);
    if (old != nodes.end() && old->second.code && old->second.code != node.code) {
      codes_gone.insert(*old->second.code);
    }
    nodes[id] = node;
  }
  void EraseNode(std::int64_t id) {
    ids_gone.insert(id);
    if (nodes[id].code) codes_gone.insert(*nodes[id].code);
    nodes.erase(id);
  }
  bool IsGoneId(Key id) const { return id && ids_gone.contains(*id) && !nodes.contains(*id); }
  bool IsGoneCode(Key code) const { return code && codes_gone.contains(*code) && !HasCode(code); }

  std::string State() const {
    std::set<std::string> node_lines, leaf_lines;
    for (const auto& [id, node] : nodes) {
      node_lines.insert(absl::StrCat(" {\"id\":", id, ",\"code\":", Text(node.code), ",\"up\":",
                                     Text(node.up), ",\"like\":", Text(node.like), "}"));
    }
    for (const auto& [id, leaf] : leaves) {
      leaf_lines.insert(absl::StrCat(" {\"id\":", id, ",\"on\":", Text(leaf.on),
                                     ",\"tag\":", Text(leaf.tag), "}"));
    }
    std::string text;
    if (!leaf_lines.empty()) text += "leaf";
    for (const std::string& line : leaf_lines) text += line;
    if (!node_lines.empty()) absl::StrAppend(&text, text.empty() ? "" : "; ", "node");
    for (const std::string& line : node_lines) text += line;
    return text;
  }
};

// One thing that follows from what is gone, done to the world; false if nothing does.
bool FollowOne(const Rules& rules, World& world) {
  for (auto& [id, node] : world.nodes) {
    const bool up = world.IsGoneId(node.up), like = world.IsGoneCode(node.like);
    if ((up && rules.up == OnDelete::kCascade) || (like && rules.like == OnDelete::kCascade)) {
      world.EraseNode(id);
      return true;
    }
    if (up && rules.up == OnDelete::kSetNull) return node.up.reset(), true;
    if (like && rules.like == OnDelete::kSetNull) return node.like.reset(), true;
  }
  for (auto& [id, leaf] : world.leaves) {
    const bool on = world.IsGoneId(leaf.on), tag = world.IsGoneCode(leaf.tag);
    if ((on && rules.on == OnDelete::kCascade) || (tag && rules.tag == OnDelete::kCascade)) {
      world.leaves.erase(id);
      return true;
    }
    if (on && rules.on == OnDelete::kSetNull) return leaf.on.reset(), true;
    if (tag && rules.tag == OnDelete::kSetNull) return leaf.tag.reset(), true;
  }
  return false;
}

bool IsWhole(const World& world) {
  const auto id_is_there = [&](Key id) { return !id || world.nodes.contains(*id); };
  const auto code_is_there = [&](Key code) { return !code || world.HasCode(code); };
  for (const auto& [id, node] : world.nodes) {
    if (!id_is_there(node.up) || !code_is_there(node.like)) return false;
  }
  for (const auto& [id, leaf] : world.leaves) {
    if (!id_is_there(leaf.on) || !code_is_there(leaf.tag)) return false;
  }
  return true;
}

class ReferenceModelTest : public ::testing::Test {
 protected:
  void SetUp() override { random.seed(schema::TestSeed()); }

  int Pick(int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); }
  OnDelete PickRule() { return static_cast<OnDelete>(1 + Pick(3)); }
  // Mostly of something that is there.
  Key PickKey() { return Pick(4) == 0 ? Key() : Key(Pick(kIds)); }

  static std::string Reference(const char* column, OnDelete rule, const char* key) {
    return absl::StrCat("\"", column, "\":{\"type\":\"int\",\"nullable\":true,\"references\":{",
                        "\"table\":\"node\",\"key\":[\"", key, "\"],\"on_delete\":\"",
                        std::string(OnDeleteName(rule)), "\"}}");
  }
  void MakeTables() {
    rules = {PickRule(), PickRule(), PickRule(), PickRule()};
    const std::string id = R"("id":{"type":"int","primary_key":true},)";
    tables.MakeAll(
        {SchemaOf("node", id + R"("code":{"type":"int","nullable":true,"unique":true},)" +
                              Reference("up", rules.up, "id") + "," +
                              Reference("like", rules.like, "code")),
         SchemaOf("leaf", id + Reference("on", rules.on, "id") + "," +
                              Reference("tag", rules.tag, "code"))});
  }

  void ChangeBoth(WriteTransaction& transaction) {
    const std::int64_t id = Pick(kIds);
    if (Pick(2) == 0) {
      if (Pick(4) == 0) {
        const bool there = world.leaves.erase(id) > 0;
        ASSERT_EQ(tables.Do(transaction, absl::StrCat("-leaf ", id)).ok(), there);
        return;
      }
      const Leaf leaf = {PickKey(), PickKey()};
      ASSERT_THAT(
          tables.Do(transaction, absl::StrCat("=leaf {\"id\":", id, ",\"on\":", Text(leaf.on),
                                              ",\"tag\":", Text(leaf.tag), "}")),
          IsOk());
      world.leaves[id] = leaf;
      return;
    }
    if (Pick(3) == 0) {
      const bool there = world.nodes.contains(id);
      ASSERT_EQ(tables.Do(transaction, absl::StrCat("-node ", id)).ok(), there);
      if (there) world.EraseNode(id);
      return;
    }
    const Node node = {PickKey(), PickKey(), PickKey()};
    const auto old = world.nodes.find(id);
    const bool fits = !node.code || !world.HasCode(node.code) ||
                      (old != world.nodes.end() && old->second.code == node.code);
    const absl::Status done = tables.Do(
        transaction, absl::StrCat("=node {\"id\":", id, ",\"code\":", Text(node.code),
                                  ",\"up\":", Text(node.up), ",\"like\":", Text(node.like), "}"));
    ASSERT_EQ(done.ok(), fits) << done;
    if (fits) world.PutNode(id, node);
  }

  void DoTransaction() {
    const World before = world;
    WriteTransaction transaction = tables.campus.Begin();
    for (int i = Pick(8); i >= 0; --i) ASSERT_NO_FATAL_FAILURE(ChangeBoth(transaction));
    if (Pick(5) == 0) {
      const World saved = world;
      const Savepoint savepoint = *transaction.SetSavepoint();
      for (int i = Pick(4); i >= 0; --i) ASSERT_NO_FATAL_FAILURE(ChangeBoth(transaction));
      ASSERT_THAT(transaction.RollbackTo(savepoint), IsOk());
      world = saved;
    }
    while (FollowOne(rules, world)) {
    }
    const bool whole = IsWhole(world);
    if (Pick(3) == 0) {
      ASSERT_EQ(transaction.CheckReferences().ok(), whole);
    }
    const absl::Status done = transaction.Commit();
    ASSERT_EQ(done.ok(), whole) << done << "\n" << before.State() << "\n-> " << world.State();
    ASSERT_EQ(BrokenReferencesIn(done).empty(), whole);
    ++(whole ? committed : refused);
    if (!whole) world = before;
    world.ids_gone.clear();
    world.codes_gone.clear();
    ASSERT_EQ(tables.State(), world.State()) << "before: " << before.State();
  }

  std::mt19937_64 random;
  LinkedTables tables;
  Rules rules = {};
  World world;
  int committed = 0;
  int refused = 0;
};

TEST_F(ReferenceModelTest, RandomTransactionsLeaveWhatTheModelSays) {
  for (int each = 0; each < kWorlds; ++each) {
    ASSERT_THAT(tables.campus.Close(), IsOk());
    tables.campus.disk = wal::NewMemoryFileSystem();
    tables.campus.through = tables.campus.disk.get();
    ASSERT_THAT(tables.campus.Open(), IsOk());
    world = World();
    MakeTables();
    for (int i = 0; i < kTransactions; ++i) {
      SCOPED_TRACE(absl::StrCat("world ", each, " transaction ", i));
      ASSERT_NO_FATAL_FAILURE(DoTransaction());
      if (Pick(60) == 0) {
        ASSERT_THAT(tables.campus.engine->Checkpoint(), IsOk());
      }
      if (Pick(60) == 0) {
        ASSERT_NO_FATAL_FAILURE(tables.Reopen());
        ASSERT_EQ(tables.State(), world.State());
      }
    }
  }
  // By how many each depends on the rules that the worlds have drawn.
  EXPECT_GT(committed, 0);
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace linedb
