// Gathers a statement's findings, each once. Its one rule: work is bounded; a statement that would
// take more is said to be unknown, not judged by a part of it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "catalog/findings.h"
#include "sql/facts.h"

namespace portreeve::catalog {

class Collector {
 public:
  // Relations, columns and functions found, before equal ones are made one.
  static constexpr size_t kMaxTouches = 100'000;
  // Looks at one name in one place.
  static constexpr size_t kMaxSteps = 4'000'000;

  explicit Collector(const sql::StatementFacts& facts);

  void Add(RelationTouch touch);
  void AddColumn(std::string_view schema, std::string_view relation, std::string_view column,
                 sql::ColumnUsage usage);
  void Add(FunctionTouch touch);
  // A column of the relation has been found so far; with `reads`, one that is not only written.
  bool Uses(std::string_view schema, std::string_view relation, bool reads);
  void RefuseToKnow(std::string reason);
  // Counts work; false once there is too much of it.
  bool Spend(size_t steps);

  // Raises the class by the functions found.
  Findings Finish();

 private:
  bool HasRoom();

  Findings findings_;
  size_t touches_ = 0;
  size_t steps_ = 0;
};

}  // namespace portreeve::catalog
