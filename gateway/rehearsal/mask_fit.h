// What a policy's masks would make of the columns of a catalog, before anybody asks for them. Its
// one rule: of a column whose type is not known nothing is said.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "catalog/snapshot.h"
#include "policy/policy.h"

namespace portreeve::rehearsal {

// Columns that a mask makes NULL because it does not fit their type, and patterns that fit no
// column; one line for each, in the order of the policy.
std::vector<std::string> MaskWarnings(const std::shared_ptr<const policy::Policy>& policy,
                                      const std::shared_ptr<const catalog::Snapshot>& snapshot);

}  // namespace portreeve::rehearsal
