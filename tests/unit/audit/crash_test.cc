// kill -9 (invariant 10).

#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "fixture.h"

namespace portreeve::audit {
namespace {

// In the child: commits for ever and tells the number of each committed statement.
[[noreturn]] void CommitForEver(const Fixture& fixture, int tell) {
  auto journal = Journal::Open(fixture.options);
  if (!journal.ok()) _exit(1);
  LaneWriter& lane = (*journal)->lane(0);
  for (uint64_t i = 1;; ++i) {
    lane.Stage(Query(i, "update t set a = a + 1"));
    lane.QueueOutcome(Done(i));
    if (!lane.Commit().ok()) _exit(2);
    if (write(tell, &i, sizeof i) != sizeof i) _exit(3);
  }
}

TEST_CASE("kill -9 loses nothing that was committed") {
  for (const Durability durability : {Durability::kStrict, Durability::kRelaxed}) {
    Fixture fixture;
    fixture.options.durability = durability;
    fixture.options.segment_bytes = 64 << 10;
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) CommitForEver(fixture, ends[1]);
    close(ends[1]);
    uint64_t told = 0;
    while (told < 5000 && read(ends[0], &told, sizeof told) == sizeof told) {
    }
    REQUIRE(kill(child, SIGKILL) == 0);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    while (read(ends[0], &told, sizeof told) == sizeof told) {
    }
    close(ends[0]);

    auto journal = fixture.Open();
    uint64_t found = 0;
    for (const auto& record : fixture.Lane(1)) {
      if (record.has_statement()) REQUIRE(record.statement().statement() == ++found);
    }
    CHECK(found >= told);
    CHECK(told >= 5000);
    journal->lane(0).Stage(Query(found + 1, "select 1"));
    CHECK(journal->lane(0).Commit().ok());
    CHECK(fixture.ReadAll().ok());
  }
}

}  // namespace
}  // namespace portreeve::audit
