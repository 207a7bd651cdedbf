#include "introspect/catalog_store.h"

#include "unit/introspect/scene.h"
#include "wire/frontend.h"

namespace portreeve::introspect {
namespace {

TEST_CASE("a catalog is read by a session of its own, and that is on record before it asks") {
  Scene scene;
  std::promise<Scene::Result> done;
  scene.store->Ensure(kKey, scene.Into(done));
  const uint64_t session = scene.OpenReady();
  CHECK(scene.opened.connection() == "orders");
  CHECK(scene.opened.database() == "shop");
  CHECK(scene.opened.role().empty());
  CHECK(scene.asked.find("pg_catalog") != std::string::npos);
  // In pieces, as a server's answer comes.
  const std::string answer = Encoded(SmallAnswer());
  for (size_t at = 0; at < answer.size(); at += 100) scene.Say(session, answer.substr(at, 100));
  const auto result = Wait(done);
  REQUIRE(result.ok());
  CHECK((*result)->FindRelation("public", "orders") != nullptr);
  CHECK(scene.store->Get(kKey) == *result);
  CHECK(scene.lane->Await(link::FRAME_KIND_DATA).payload == std::string("X\0\0\0\x04", 5));
  const fleet::Frame close = scene.lane->Await(link::FRAME_KIND_CLOSE);
  CHECK(close.header.session == session);
  CHECK(close.header.sequence == 4);
  CHECK(scene.Records() == std::vector<std::string>{"began", "ended"});
}

TEST_CASE("nothing is asked if the record cannot be kept") {
  Scene scene;
  scene.world.disk.failing = true;
  std::promise<Scene::Result> done;
  scene.store->Ensure(kKey, scene.Into(done));
  const uint64_t session = scene.Open();
  scene.Deliver(FrameOf(link::FRAME_KIND_READY, session, link::SessionReady().SerializeAsString()));
  CHECK_FALSE(Wait(done).ok());
  CHECK(scene.lane->Count(link::FRAME_KIND_DATA) == 0);
  scene.lane->Await(link::FRAME_KIND_CLOSE);
  scene.world.disk.failing = false;
}

TEST_CASE("a fresh snapshot is given without another reading") {
  Scene scene;
  std::promise<Scene::Result> first;
  std::promise<Scene::Result> second;
  scene.store->Ensure(kKey, scene.Into(first));
  scene.Answer();
  const auto snapshot = Wait(first);
  scene.store->Ensure(kKey, scene.Into(second));
  CHECK(*Wait(second) == *snapshot);
  CHECK(scene.lane->Count(link::FRAME_KIND_OPEN) == 1);
}

TEST_CASE("a refresh waits for a reading that begins after it, and all that wait share one") {
  Scene scene;
  std::promise<Scene::Result> first;
  scene.store->Ensure(kKey, scene.Into(first));
  const uint64_t session = scene.OpenReady();
  std::promise<Scene::Result> refreshed[3];
  for (auto& promise : refreshed) scene.store->Refresh(kKey, scene.Into(promise));
  // One that only wants a snapshot takes that of the reading under way.
  std::promise<Scene::Result> rider;
  scene.store->Ensure(kKey, scene.Into(rider));
  scene.Say(session, Encoded(SmallAnswer()));
  const auto old = Wait(first);
  CHECK(*Wait(rider) == *old);
  scene.Answer(Changed(Part::kRelations, {"16500", "public", "fresh", "r"}));
  for (auto& promise : refreshed) {
    const auto result = Wait(promise);
    REQUIRE(result.ok());
    CHECK((*result)->FindRelation("public", "fresh") != nullptr);
  }
  CHECK(scene.lane->Count(link::FRAME_KIND_OPEN) == 2);
}

TEST_CASE("a feed rises with what is new and stands still with what is not") {
  Scene scene;
  const auto feed = scene.store->Open(kKey);
  CHECK(feed->generation() == 0);
  CHECK(feed->snapshot() == nullptr);
  for (int i = 0; i < 2; ++i) {
    std::promise<Scene::Result> done;
    scene.store->Refresh(kKey, scene.Into(done));
    scene.Answer();
    REQUIRE(Wait(done).ok());
    CHECK(feed->generation() == 1);
  }
  std::promise<Scene::Result> done;
  scene.store->Refresh(kKey, scene.Into(done));
  scene.Answer(Changed(Part::kSchemas, {"other"}));
  REQUIRE(Wait(done).ok());
  CHECK(feed->generation() == 2);
  CHECK(feed->snapshot()->HasSchema("other"));
}

TEST_CASE("a connection without an agent fails at once, and is not tried again at once") {
  Scene scene({}, false);
  for (int i = 0; i < 2; ++i) {
    std::promise<Scene::Result> done;
    scene.store->Ensure(kKey, scene.Into(done));
    CHECK(absl::IsUnavailable(Wait(done).status()));
  }
  scene.Join();
  std::promise<Scene::Result> remembered;
  scene.store->Ensure(kKey, scene.Into(remembered));
  CHECK(absl::IsUnavailable(Wait(remembered).status()));
  std::promise<Scene::Result> refreshed;
  scene.store->Refresh(kKey, scene.Into(refreshed));
  scene.Answer();
  CHECK(Wait(refreshed).ok());
}

TEST_CASE("an error of the server is met by one more try") {
  Scene scene;
  std::promise<Scene::Result> done;
  scene.store->Ensure(kKey, scene.Into(done));
  scene.Say(scene.OpenReady(), ErrorAnswer("XX000", "cache lookup failed"));
  scene.Answer();
  CHECK(Wait(done).ok());

  std::promise<Scene::Result> again;
  scene.store->Refresh(kKey, scene.Into(again));
  scene.Say(scene.OpenReady(), ErrorAnswer("42501", "permission denied"));
  scene.Say(scene.OpenReady(), ErrorAnswer("42501", "permission denied"));
  CHECK(absl::IsAborted(Wait(again).status()));
  // What was read before stays.
  CHECK(scene.store->Get(kKey) != nullptr);
  CHECK(scene.Records() == std::vector<std::string>{"began", "failed", "began", "ended", "began",
                                                    "failed", "began", "failed"});
}

TEST_CASE("a session that fails, closes or loses its link ends the reading") {
  Scene scene;
  std::promise<Scene::Result> failed;
  scene.store->Refresh(kKey, scene.Into(failed));
  link::SessionFailed failure;
  failure.set_sqlstate("3D000");
  failure.set_message("no such database");
  scene.Deliver(FrameOf(link::FRAME_KIND_FAILED, scene.Open(), failure.SerializeAsString()));
  CHECK(Wait(failed).status().message().find("3D000") != absl::string_view::npos);

  std::promise<Scene::Result> closed;
  scene.store->Refresh(kKey, scene.Into(closed));
  const uint64_t session = scene.OpenReady();
  scene.Deliver(FrameOf(link::FRAME_KIND_CLOSE, session, link::CloseSession().SerializeAsString()));
  CHECK(absl::IsUnavailable(Wait(closed).status()));

  std::promise<Scene::Result> lost;
  scene.store->Refresh(kKey, scene.Into(lost));
  scene.OpenReady();
  // An agent that leaves in order.
  scene.handler->OnClosed(absl::OkStatus());
  CHECK(absl::IsUnavailable(Wait(lost).status()));
  scene.handler.reset();
}

TEST_CASE("an answer that never ends is given up after its time") {
  Scene scene({.read_timeout_us = 50'000});
  std::promise<Scene::Result> done;
  scene.store->Ensure(kKey, scene.Into(done));
  const uint64_t session = scene.OpenReady();
  scene.Say(session, "D");
  CHECK(absl::IsUnavailable(Wait(done).status()));
  CHECK(scene.lane->Await(link::FRAME_KIND_CLOSE).header.session == session);
  // What still comes is nobody's.
  scene.Say(session, Encoded(SmallAnswer()));
  CHECK(scene.store->Get(kKey) == nullptr);
}

TEST_CASE("garbage ends the reading and nothing else") {
  Scene scene;
  std::promise<Scene::Result> done;
  scene.store->Ensure(kKey, scene.Into(done));
  scene.Say(scene.OpenReady(), std::string("?\0\0\0\x04", 5));
  CHECK_FALSE(Wait(done).ok());
  std::promise<Scene::Result> next;
  scene.store->Refresh(kKey, scene.Into(next));
  scene.Answer();
  CHECK(Wait(next).ok());
}

TEST_CASE("what sessions hold is read again in time, and what nobody holds is forgotten") {
  Scene scene({.refresh_us = 40'000, .keep_us = 200'000});
  auto feed = scene.store->Open(kKey);
  std::promise<Scene::Result> done;
  scene.store->Ensure(kKey, scene.Into(done));
  scene.Answer();
  REQUIRE(Wait(done).ok());
  scene.Answer();
  scene.Answer();
  feed.reset();
  for (int waits = 0; scene.store->Get(kKey) != nullptr && waits < 1000; ++waits) {
    // A last reading may have been under way.
    if (scene.lane->Count(link::FRAME_KIND_OPEN) > scene.opens) scene.Answer();
    std::this_thread::sleep_for(10ms);
  }
  CHECK(scene.store->Get(kKey) == nullptr);
}

TEST_CASE("there is an end to the databases that are remembered") {
  Scene scene({.databases = 2});
  CHECK(scene.store->Open({"orders", "a"}) != nullptr);
  CHECK(scene.store->Open({"orders", "b"}) != nullptr);
  CHECK(scene.store->Open({"orders", "c"}) == nullptr);
  CHECK(scene.store->Open({"orders", "a"}) != nullptr);
  std::promise<Scene::Result> done;
  scene.store->Ensure({"orders", "c"}, scene.Into(done));
  CHECK(absl::IsResourceExhausted(Wait(done).status()));
}

TEST_CASE("so many readings are under way at once, and the rest wait for their turn") {
  Scene scene({.reads = 1});
  std::promise<Scene::Result> one;
  std::promise<Scene::Result> two;
  scene.store->Ensure({"orders", "a"}, scene.Into(one));
  const uint64_t session = scene.OpenReady();
  scene.store->Ensure({"orders", "b"}, scene.Into(two));
  // The store has heard of the second when it has answered a third question.
  std::promise<Scene::Result> ready;
  scene.store->Ensure({"nowhere", ""}, scene.Into(ready));
  CHECK(scene.lane->Count(link::FRAME_KIND_OPEN) == 1);
  scene.Say(session, Encoded(SmallAnswer()));
  CHECK(Wait(one).ok());
  scene.Answer();
  CHECK(Wait(two).ok());
  CHECK_FALSE(Wait(ready).ok());
}

TEST_CASE("a store that is destroyed aborts what it reads") {
  Scene scene;
  scene.store->Refresh(kKey, [](Scene::Result) { FAIL("it has gone"); });
  const uint64_t session = scene.OpenReady();
  scene.store.reset();
  const fleet::Frame close = scene.lane->Await(link::FRAME_KIND_CLOSE);
  CHECK(close.header.session == session);
  scene.Say(session, Encoded(SmallAnswer()));
}

}  // namespace
}  // namespace portreeve::introspect
