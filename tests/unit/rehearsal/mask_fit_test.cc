#include "rehearsal/mask_fit.h"

#include "files.h"

namespace portreeve::rehearsal {
namespace {

Lines Warnings(std::string_view masks, std::string_view catalog) {
  const auto policy = PolicyOf(
      "version: 1\ngroups:\n"
      "  staff: { claim: groups, any_of: [staff] }\n"
      "  owners: { claim: groups, any_of: [owners] }\n"
      "grants: [{ name: g, who: [staff], on: { connections: [\"*\"] }, "
      "rules: [{ class: read, action: allow }] }]\nmasks:\n" +
      std::string(masks));
  return MaskWarnings(policy, CatalogOf(catalog));
}

constexpr std::string_view kPeople = R"yaml(
tables:
  app.people: [id: integer, mail: text, born: date, mood: app.mood, note]
)yaml";

TEST_CASE("a column whose type a mask does not fit is warned of, and no other") {
  CHECK(Warnings("- { name: m, columns: [\"app.people.*\"], with: redact }\n", kPeople) ==
        Lines{"mask m: column app.people.id of type integer becomes NULL",
              "mask m: column app.people.born of type date becomes NULL"});
  CHECK(Warnings("- { name: m, columns: [\"app.people.born\"], with: { date_trunc: year } }\n",
                 kPeople)
            .empty());
  CHECK(
      Warnings("- { name: m, columns: [\"app.people.*\"], with: null_value }\n", kPeople).empty());
}

TEST_CASE("a pattern that fits no column of the catalog is warned of") {
  CHECK(Warnings("- { name: m, columns: [\"app.people.mial\", \"*.people.mail\"], with: redact }\n",
                 kPeople) == Lines{"mask m: no column is named `app.people.mial`"});
}

TEST_CASE("a constant is tried against each column's type") {
  CHECK(Warnings("- { name: m, columns: [\"app.people.*\"], with: { constant: \"7\" } }\n",
                 kPeople) == Lines{"mask m: column app.people.born of type date becomes NULL"});
}

TEST_CASE("a column that an earlier mask takes for everybody is none of a later one's") {
  constexpr std::string_view kLater =
      "- { name: rest, columns: [\"app.people.*\"], with: redact, unmask: [owners] }\n";
  const Lines born = {"mask rest: column app.people.born of type date becomes NULL"};
  const Lines both = {"mask rest: column app.people.id of type integer becomes NULL", born[0]};
  const auto with = [&](const std::string& more) {
    return Warnings("- { name: id, columns: [\"app.people.id\"], with: hash" + more + " }\n" +
                        std::string(kLater),
                    kPeople);
  };
  CHECK(with("") == born);
  CHECK(with(", unmask: [owners]") == born);
  CHECK(with(", unmask: [staff]") == both);
  CHECK(with(", connections: [\"prod-*\"]") == both);
  CHECK(with(", databases: [orders]") == both);
}

TEST_CASE("a partition's column and a view's are warned of with the one that the mask names") {
  CHECK(Warnings("- { name: m, columns: [\"app.log.who\"], with: { keep_last: 4 } }\n", R"yaml(
tables:
  app.log: [who: text]
  app.log_1: { columns: [who: inet], partition_of: app.log }
views:
  app.sizes: { columns: [size: integer], as: "SELECT length(who) FROM app.log" }
)yaml") == Lines{"mask m: column app.log_1.who of type inet becomes NULL",
                 "mask m: column app.sizes.size of type integer becomes NULL"});
}

TEST_CASE("a policy without masks of columns gives no warnings") {
  CHECK(Warnings("- { name: m, detect: [email], with: redact }\n", kPeople).empty());
}

}  // namespace
}  // namespace portreeve::rehearsal
