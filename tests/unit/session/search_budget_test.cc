#include "session/search_budget.h"

#include <catch2/catch.hpp>

namespace portreeve::session {
namespace {

using Plans = std::vector<std::shared_ptr<const policy::MaskPlan>>;

policy::Mask MaskOf(const std::string& name, uint32_t searches) {
  policy::Mask mask;
  mask.name = name;
  mask.path = "masks/" + name;
  mask.searches = searches;
  return mask;
}

Plans Searching(const policy::Mask& mask, uint64_t constants) {
  auto plan = std::make_shared<policy::MaskPlan>();
  plan->searches.push_back({&mask, constants});
  return {nullptr, plan};
}

identity::Principal Named(const std::string& subject) {
  identity::Principal principal;
  principal.issuer = "https://id.example.com";
  principal.subject = subject;
  return principal;
}

TEST_CASE("every constant is charged, and what is used up comes back within the hour") {
  Rates rates;
  const auto ann = Named("ann");
  SearchBudget budget(rates, ann);
  const policy::Mask email = MaskOf("email", 60);
  CHECK_FALSE(budget.Charge(Searching(email, 59), 0));
  CHECK_FALSE(budget.Charge(Searching(email, 1), 0));
  const auto objection = budget.Charge(Searching(email, 1), 0);
  REQUIRE(objection);
  CHECK(objection->rule == "masks/email");
  CHECK(objection->refusal.sqlstate == "53400");
  CHECK(objection->refusal.hint == "Try again in 61 s.");
  CHECK_FALSE(budget.Charge(Searching(email, 1), RateMeter::kMinuteUs));
  CHECK(budget.Charge(Searching(email, 1), RateMeter::kMinuteUs));
}

TEST_CASE("more constants than the mask allows are never enough, however many they are") {
  Rates rates;
  const auto ann = Named("ann");
  SearchBudget budget(rates, ann);
  const policy::Mask email = MaskOf("email", 5);
  for (const uint64_t constants : {uint64_t{6}, uint64_t{1} << 40, UINT64_MAX}) {
    const auto objection = budget.Charge(Searching(email, constants), 0);
    REQUIRE(objection);
    CHECK(objection->refusal.hint == "Compare with fewer values.");
  }
  CHECK_FALSE(budget.Charge(Searching(email, 5), 0));
}

TEST_CASE("a principal's sessions share what a mask allows; other masks and principals do not") {
  Rates rates;
  const auto ann = Named("ann");
  const auto bob = Named("bob");
  const policy::Mask email = MaskOf("email", 1);
  const policy::Mask phone = MaskOf("phone", 1);
  CHECK_FALSE(SearchBudget(rates, ann).Charge(Searching(email, 1), 0));
  CHECK(SearchBudget(rates, ann).Charge(Searching(email, 1), 0));
  CHECK_FALSE(SearchBudget(rates, ann).Charge(Searching(phone, 1), 0));
  CHECK_FALSE(SearchBudget(rates, bob).Charge(Searching(email, 1), 0));
}

}  // namespace
}  // namespace portreeve::session
