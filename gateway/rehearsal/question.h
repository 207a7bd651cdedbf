// What may be done, asked without SQL: by the name of a class, and of a table or function. The
// answer is that of the least that is of this kind; what asks for more is told beside it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "catalog/snapshot.h"
#include "policy/policy.h"

namespace portreeve::rehearsal {

struct Variant {
  std::string text;  // "without a WHERE"
  policy::Decision decision;
};

struct Answer {
  std::string act;  // "delete public.orders"
  policy::Decision decision;
  std::vector<Variant> stricter;  // Where the decision is stricter.
};

// `object`: "schema.table", "schema.function(types)", or empty: none in particular. `write` is
// asked for each way to write. `catalog` null: what is asked about is taken to be there, as a table
// or a function that somebody has written. InvalidArgument: there is no such question; NotFound:
// the catalog has no such object.
absl::StatusOr<std::vector<Answer>> Ask(const policy::Policy& policy, const policy::Grant& grant,
                                        const policy::ConnectionRef& connection,
                                        std::shared_ptr<const catalog::Snapshot> catalog,
                                        std::string_view wanted, std::string_view object);

}  // namespace portreeve::rehearsal
