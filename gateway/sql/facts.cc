#include "sql/facts.h"

#include <array>
#include <cstddef>

namespace portreeve::sql {
namespace {

constexpr std::array<std::string_view, 7> kClassNames = {"misc", "read", "function", "write",
                                                         "ddl",  "role", "unknown"};

constexpr std::array<std::string_view, 43> kSubClassNames = {
    "select",        "insert",       "update",       "delete",       "truncate",      "merge",
    "copy_in",       "copy_out",     "copy_file",    "copy_program", "do_block",      "call",
    "set",           "set_role",     "show",         "reset",        "discard",       "transaction",
    "two_phase",     "explain",      "cursor",       "fetch",        "close",         "prepare",
    "execute",       "deallocate",   "listen",       "unlisten",     "notify",        "lock",
    "vacuum",        "checkpoint",   "load",         "replication",  "function_call", "ddl",
    "import_schema", "subscription", "alter_system", "server_code",  "role",          "comment",
    "unknown"};

constexpr std::array<std::string_view, 7> kAccessNames = {"read",   "lock",     "insert", "update",
                                                          "delete", "truncate", "ddl"};

constexpr std::array<std::string_view, 5> kUsageNames = {"output", "predicate", "ordering",
                                                         "grouping", "assigned"};

static_assert(static_cast<size_t>(StatementClass::kUnknown) + 1 == kClassNames.size());
static_assert(static_cast<size_t>(SubClass::kUnknown) + 1 == kSubClassNames.size());
static_assert(static_cast<size_t>(Access::kDdl) + 1 == kAccessNames.size());
static_assert(static_cast<size_t>(ColumnUsage::kAssigned) + 1 == kUsageNames.size());

template <typename T>
size_t HeldBy(const std::vector<T>& values) {
  return values.capacity() * sizeof(T);
}

// Short texts stand in the string itself.
size_t HeldBy(const std::string& text) {
  return text.capacity() > std::string{}.capacity() ? text.capacity() : 0;
}

size_t HeldBy(const StatementFacts& facts) {
  size_t bytes = HeldBy(facts.relations) + HeldBy(facts.levels) + HeldBy(facts.range) +
                 HeldBy(facts.columns) + HeldBy(facts.functions) + HeldBy(facts.fields) +
                 HeldBy(facts.operators) + HeldBy(facts.types) + HeldBy(facts.settings) +
                 HeldBy(facts.makes_relations) + HeldBy(facts.secrets) + HeldBy(facts.parameter) +
                 HeldBy(facts.name) + HeldBy(facts.unknown_reason);
  for (const auto& use : facts.relations) bytes += HeldBy(use.schema) + HeldBy(use.name);
  for (const auto& entry : facts.range) bytes += HeldBy(entry.alias);
  for (const auto& use : facts.columns) {
    bytes += HeldBy(use.schema) + HeldBy(use.qualifier) + HeldBy(use.name);
  }
  for (const auto& use : facts.functions) bytes += HeldBy(use.schema) + HeldBy(use.name);
  for (const std::string& name : facts.fields) bytes += HeldBy(name);
  for (const auto& use : facts.operators) bytes += HeldBy(use.schema) + HeldBy(use.name);
  for (const auto& use : facts.types) bytes += HeldBy(use.schema) + HeldBy(use.name);
  for (const auto& use : facts.makes_relations) bytes += HeldBy(use.schema) + HeldBy(use.name);
  for (const auto& use : facts.settings) {
    bytes += HeldBy(use.name) + (use.value ? HeldBy(*use.value) : 0);
  }
  return bytes;
}

}  // namespace

std::string_view Name(StatementClass statement_class) {
  return kClassNames[static_cast<size_t>(statement_class)];
}

std::string_view Name(Access access) { return kAccessNames[static_cast<size_t>(access)]; }

std::string_view Name(ColumnUsage usage) { return kUsageNames[static_cast<size_t>(usage)]; }

std::string_view Name(SubClass sub_class) { return kSubClassNames[static_cast<size_t>(sub_class)]; }

size_t HeldBytes(const Facts& facts) {
  size_t bytes = HeldBy(facts.statements);
  for (const StatementFacts& statement : facts.statements) bytes += HeldBy(statement);
  if (facts.syntax_error) {
    bytes += HeldBy(facts.syntax_error->message) + HeldBy(facts.syntax_error->detail) +
             HeldBy(facts.syntax_error->hint);
  }
  if (facts.not_examined) bytes += HeldBy(*facts.not_examined);
  return bytes;
}

}  // namespace portreeve::sql
