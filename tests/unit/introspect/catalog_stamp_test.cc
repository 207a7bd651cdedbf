#include "unit/introspect/scene.h"

namespace portreeve::introspect {
namespace {

// The catalog as it is known once the server has answered with these parts.
CatalogStore::Snapshot Refreshed(Scene& scene, const std::vector<Rows>& parts) {
  std::promise<Scene::Result> done;
  scene.store->Refresh(kKey, scene.Into(done));
  scene.Answer(parts);
  const auto result = Wait(done);
  REQUIRE(result.ok());
  return *result;
}

TEST_CASE("a catalog is asked for its stamp first, and read again only if it has another") {
  Scene scene;
  const auto refresh = [&](const std::vector<Rows>& parts) {
    Refreshed(scene, parts);
    return scene.asked.find("pg_get_viewdef") != std::string::npos;
  };
  CHECK(refresh(SmallAnswer()));
  CHECK_FALSE(refresh(SmallAnswer()));
  CHECK(refresh(SmallAnswer("2:2:78")));
  CHECK_FALSE(refresh(SmallAnswer("2:2:78")));
  CHECK(refresh(SmallAnswer()));
}

TEST_CASE("what initdb made is read again only if it has another stamp") {
  Scene scene;
  const auto refresh = [&](const std::vector<Rows>& parts) {
    const auto snapshot = Refreshed(scene, parts);
    CHECK(snapshot->FindFunction(870) != nullptr);
    CHECK(snapshot->FindRelation("public", "orders") != nullptr);
    return scene.asked_of_users;
  };
  CHECK_FALSE(refresh(SmallAnswer()));
  CHECK(refresh(SmallAnswer("2:2:78")));
  CHECK_FALSE(refresh(SmallAnswer("2:2:78", "2:9:98")));
  CHECK(refresh(SmallAnswer("2:1:77", "2:9:98")));
}

TEST_CASE("what initdb made is read whole if it changes between the stamp and the rest") {
  Scene scene;
  std::promise<Scene::Result> first;
  scene.store->Ensure(kKey, scene.Into(first));
  scene.Answer();
  REQUIRE(Wait(first).ok());
  std::promise<Scene::Result> done;
  scene.store->Refresh(kKey, scene.Into(done));
  const uint64_t session = scene.OpenReady();
  scene.Say(session, Encoded(StampOf(SmallAnswer("2:2:78"))));
  scene.lane->Await(link::FRAME_KIND_DATA);
  scene.Say(session, Encoded(OfUsers(SmallAnswer("2:2:78", "2:9:98"))));
  scene.Answer(SmallAnswer("2:2:78", "2:9:98"));
  REQUIRE(Wait(done).ok());
  CHECK_FALSE(scene.asked_of_users);
}

TEST_CASE("an answer that is no stamp ends the reading") {
  Scene scene;
  std::promise<Scene::Result> first;
  scene.store->Ensure(kKey, scene.Into(first));
  scene.Answer();
  REQUIRE(Wait(first).ok());
  std::promise<Scene::Result> done;
  scene.store->Refresh(kKey, scene.Into(done));
  scene.Say(scene.OpenReady(), Encoded(SmallAnswer()));
  CHECK_FALSE(Wait(done).ok());
  CHECK(scene.store->Get(kKey) != nullptr);
}

}  // namespace
}  // namespace portreeve::introspect
