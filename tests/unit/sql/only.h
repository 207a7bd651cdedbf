// The facts of a text that is one statement.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "sql/parser.h"

namespace portreeve::sql {

inline StatementFacts Only(const std::string& sql) {
  const Facts facts = Analyse(sql, {}, {});
  INFO(sql);
  REQUIRE(facts.statements.size() == 1);
  return facts.statements[0];
}

}  // namespace portreeve::sql
