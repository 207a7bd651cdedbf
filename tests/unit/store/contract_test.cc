// What every store promises; each case sees the store through its interface only.

#include <atomic>
#include <thread>
#include <vector>

#include "folder.h"

namespace portreeve::store {
namespace {

using absl::StatusCode;

TEST_CASE("a join token serves once, for one agent") {
  const Folder folder;
  const auto store = folder.Open();
  REQUIRE(store->AddJoinToken({"hash", "berlin", 100, 200}).ok());
  const auto agent = store->ConsumeJoinToken("hash", "agent-1", 150);
  REQUIRE(agent.ok());
  CHECK(agent->id == "agent-1");
  CHECK(agent->name == "berlin");
  CHECK(agent->created_us == 150);
  CHECK(agent->revoked_us == 0);
  CHECK(store->ConsumeJoinToken("hash", "agent-2", 150).status().code() == StatusCode::kNotFound);
  const auto found = store->FindAgent("agent-1");
  REQUIRE(found.ok());
  CHECK(found->name == "berlin");
  CHECK(found->created_us == 150);
  CHECK(store->FindAgent("agent-2").status().code() == StatusCode::kNotFound);
}

TEST_CASE("what an agent may serve comes from its token and stays with it") {
  using Strings = std::vector<std::string>;
  const Folder folder;
  const auto store = folder.Open();
  REQUIRE(store->AddJoinToken({"one", "a", 1, 9, {"orders"}}).ok());
  REQUIRE(store->AddJoinToken({"two", "b", 1, 9, {"hr", "billing_eu-1"}}).ok());
  REQUIRE(store->AddJoinToken({"any", "c", 1, 9}).ok());
  CHECK(store->ConsumeJoinToken("one", "agent-1", 2)->connections == Strings{"orders"});
  CHECK(store->ConsumeJoinToken("two", "agent-2", 2)->connections == Strings{"hr", "billing_eu-1"});
  CHECK(store->ConsumeJoinToken("any", "agent-3", 2)->connections.empty());
  CHECK(store->FindAgent("agent-2")->connections == Strings{"hr", "billing_eu-1"});
  const auto all = store->ListAgents();
  REQUIRE(all->size() == 3);
  CHECK((*all)[0].connections == Strings{"orders"});
  CHECK((*all)[2].connections.empty());
}

TEST_CASE("a join token that is unknown, expired or another's spelling is not found") {
  const Folder folder;
  const auto store = folder.Open();
  REQUIRE(store->AddJoinToken({"hash", "a", 100, 200}).ok());
  for (const char* hash : {"", "has", "hashh", "HASH", "%", "' OR 1=1 --"}) {
    INFO(hash);
    CHECK(store->ConsumeJoinToken(hash, "x", 150).status().code() == StatusCode::kNotFound);
  }
  CHECK(store->ConsumeJoinToken("hash", "x", 200).status().code() == StatusCode::kNotFound);
  CHECK(store->ConsumeJoinToken("hash", "x", 201).status().code() == StatusCode::kNotFound);
  CHECK(store->ListAgents()->empty());
  CHECK(store->ConsumeJoinToken("hash", "x", 199).ok());
}

TEST_CASE("a token and an agent of the same name are told apart from failures") {
  const Folder folder;
  const auto store = folder.Open();
  REQUIRE(store->AddJoinToken({"one", "a", 1, 9}).ok());
  CHECK(store->AddJoinToken({"one", "b", 1, 9}).code() == StatusCode::kAlreadyExists);
  REQUIRE(store->AddJoinToken({"two", "b", 1, 9}).ok());
  REQUIRE(store->ConsumeJoinToken("one", "agent", 2).ok());
  // The token is not lost when the agent cannot be added.
  CHECK(store->ConsumeJoinToken("two", "agent", 2).status().code() == StatusCode::kAlreadyExists);
  CHECK(store->FindAgent("agent")->name == "a");
  CHECK(store->ConsumeJoinToken("two", "other", 2).ok());
}

TEST_CASE("of many who come with one token at once exactly one gets it") {
  const Folder folder;
  // Two stores on one file, as two processes have it.
  const std::unique_ptr<Store> stores[] = {folder.Open(), folder.Open()};
  constexpr int kRounds = 10;
  constexpr int kThreads = 4;
  for (int round = 0; round < kRounds; ++round) {
    const std::string hash = "hash-" + std::to_string(round);
    REQUIRE(stores[0]->AddJoinToken({hash, "a", 1, 9}).ok());
    std::atomic<int> won = 0;
    std::atomic<int> not_found = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        const auto agent = stores[i % 2]->ConsumeJoinToken(
            hash, "agent-" + std::to_string(round) + "-" + std::to_string(i), 2);
        if (agent.ok()) ++won;
        if (agent.status().code() == StatusCode::kNotFound) ++not_found;
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(won == 1);
    CHECK(not_found == kThreads - 1);
  }
  CHECK(stores[1]->ListAgents()->size() == kRounds);
}

TEST_CASE("agents are listed in the order in which they joined") {
  const Folder folder;
  const auto store = folder.Open();
  const std::pair<const char*, int64_t> joined[] = {{"late", 30}, {"b", 20}, {"a", 20}, {"z", 10}};
  for (const auto& [id, at] : joined) {
    REQUIRE(store->AddJoinToken({id, id, 1, 99}).ok());
    REQUIRE(store->ConsumeJoinToken(id, id, at).ok());
  }
  std::string order;
  const auto agents = store->ListAgents();
  REQUIRE(agents.ok());
  for (const Agent& agent : *agents) order += agent.id + " ";
  CHECK(order == "z a b late ");
}

TEST_CASE("a revoked agent stays revoked since the first time") {
  const Folder folder;
  const auto store = folder.Open();
  for (const char* id : {"one", "two"}) {
    REQUIRE(store->AddJoinToken({id, id, 1, 9}).ok());
    REQUIRE(store->ConsumeJoinToken(id, id, 2).ok());
  }
  CHECK(store->RevokeAgent("three", 5).code() == StatusCode::kNotFound);
  REQUIRE(store->RevokeAgent("one", 5).ok());
  REQUIRE(store->RevokeAgent("one", 7).ok());
  CHECK(store->FindAgent("one")->revoked_us == 5);
  CHECK(store->FindAgent("two")->revoked_us == 0);
  CHECK(store->ListAgents()->size() == 2);
}

TEST_CASE("a certificate is found by its serial number, and issued once") {
  const Folder folder;
  const auto store = folder.Open();
  REQUIRE(store->AddJoinToken({"h", "a", 1, 9}).ok());
  REQUIRE(store->ConsumeJoinToken("h", "agent", 2).ok());
  REQUIRE(store->AddCertificate({"0a", "agent", 10, 20}).ok());
  REQUIRE(store->AddCertificate({"0b", "agent", 15, 25}).ok());
  CHECK(store->AddCertificate({"0a", "agent", 1, 2}).code() == StatusCode::kAlreadyExists);
  const auto found = store->FindCertificate("0a");
  REQUIRE(found.ok());
  CHECK(found->serial == "0a");
  CHECK(found->agent_id == "agent");
  CHECK(found->not_before_us == 10);
  CHECK(found->not_after_us == 20);
  CHECK(store->FindCertificate("0A").status().code() == StatusCode::kNotFound);
  CHECK_FALSE(store->AddCertificate({"0c", "nobody", 1, 2}).ok());
  CHECK(store->FindCertificate("0c").status().code() == StatusCode::kNotFound);
}

TEST_CASE("an agent's certificates are forgotten once they have ended") {
  const Folder folder;
  const auto store = folder.Open();
  for (const char* id : {"one", "two"}) {
    REQUIRE(store->AddJoinToken({id, id, 1, 9}).ok());
    REQUIRE(store->ConsumeJoinToken(id, id, 2).ok());
  }
  REQUIRE(store->AddCertificate({"0a", "one", 0, 99}).ok());
  REQUIRE(store->AddCertificate({"0b", "one", 50, 150}).ok());
  REQUIRE(store->AddCertificate({"0c", "two", 0, 99}).ok());
  REQUIRE(store->AddCertificate({"0d", "one", 100, 200}).ok());
  CHECK(store->FindCertificate("0a").status().code() == StatusCode::kNotFound);
  for (const char* kept : {"0b", "0c", "0d"}) CHECK(store->FindCertificate(kept).ok());
  // Nothing is forgotten for one that is not taken.
  CHECK_FALSE(store->AddCertificate({"0c", "one", 300, 400}).ok());
  CHECK(store->FindCertificate("0b").ok());
}

Lease SomeLease(const std::string& id, int64_t expires_us) {
  return {id, "lease_" + id, "SCRAM-SHA-256$1:c2FsdA==$a:b", "{}", "orders", "read", 10, expires_us,
          0};
}

TEST_CASE(
    "leases are kept until they expire, and a revoked one stays revoked since the first time") {
  const Folder folder;
  {
    const auto store = folder.Open();
    REQUIRE(store->AddLease(SomeLease("a", 100)).ok());
    REQUIRE(store->AddLease(SomeLease("b", 200)).ok());
    CHECK(store->AddLease(SomeLease("a", 100)).code() == StatusCode::kAlreadyExists);
    Lease same_user = SomeLease("c", 100);
    same_user.user = "lease_a";
    CHECK_FALSE(store->AddLease(same_user).ok());
    CHECK(store->RevokeLease("c", 50).code() == StatusCode::kNotFound);
    REQUIRE(store->RevokeLease("b", 50).ok());
    REQUIRE(store->RevokeLease("b", 60).ok());
  }
  const auto store = folder.Open();
  const auto leases = store->ListLeases();
  REQUIRE(leases.ok());
  REQUIRE(leases->size() == 2);
  const Lease& first = leases->front();
  CHECK(first.id == "a");
  CHECK(first.user == "lease_a");
  CHECK(first.verifier == "SCRAM-SHA-256$1:c2FsdA==$a:b");
  CHECK(first.principal == "{}");
  CHECK(first.connection == "orders");
  CHECK(first.grant == "read");
  CHECK(first.created_us == 10);
  CHECK(first.expires_us == 100);
  CHECK(first.revoked_us == 0);
  CHECK(leases->back().revoked_us == 50);
  REQUIRE(store->DeleteLeases(99).ok());
  CHECK(store->ListLeases()->size() == 2);
  REQUIRE(store->DeleteLeases(100).ok());
  REQUIRE(store->ListLeases()->size() == 1);
  CHECK(store->ListLeases()->front().id == "b");
}

TEST_CASE("texts come back byte by byte") {
  const Folder folder;
  const auto store = folder.Open();
  const std::string name("zwei\nZeilen \xc3\xa4 ' \" ; \0 Ende", 28);
  REQUIRE(store->AddJoinToken({"h", name, 1, 9}).ok());
  CHECK(store->ConsumeJoinToken("h", "agent", 2)->name == name);
  CHECK(store->FindAgent("agent")->name == name);
}

TEST_CASE("everything is there after the store has been closed and opened again") {
  const Folder folder;
  {
    const auto store = folder.Open();
    for (const char* hash : {"used", "open"}) REQUIRE(store->AddJoinToken({hash, "n", 1, 9}).ok());
    REQUIRE(store->ConsumeJoinToken("used", "agent", 2).ok());
    REQUIRE(store->AddCertificate({"0a", "agent", 10, 20}).ok());
    REQUIRE(store->RevokeAgent("agent", 5).ok());
  }
  const auto store = folder.Open();
  CHECK(store->ConsumeJoinToken("used", "x", 2).status().code() == StatusCode::kNotFound);
  CHECK(store->FindAgent("agent")->revoked_us == 5);
  CHECK(store->FindCertificate("0a")->not_after_us == 20);
  CHECK(store->ConsumeJoinToken("open", "y", 2).ok());
}

}  // namespace
}  // namespace portreeve::store
