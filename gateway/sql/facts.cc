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

}  // namespace

std::string_view Name(StatementClass statement_class) {
  return kClassNames[static_cast<size_t>(statement_class)];
}

std::string_view Name(Access access) { return kAccessNames[static_cast<size_t>(access)]; }

std::string_view Name(ColumnUsage usage) { return kUsageNames[static_cast<size_t>(usage)]; }

std::string_view Name(SubClass sub_class) { return kSubClassNames[static_cast<size_t>(sub_class)]; }

}  // namespace portreeve::sql
