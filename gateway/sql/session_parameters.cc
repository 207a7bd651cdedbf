#include "sql/session_parameters.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "sql/characters.h"

namespace portreeve::sql {
namespace {

constexpr size_t kMaxNameBytes = 63;  // NAMEDATALEN - 1.

constexpr auto kAllowedParameters = std::to_array<std::string_view>({
    "application_name",
    "array_nulls",
    "backend_flush_after",
    "backslash_quote",
    "bytea_output",
    "check_function_bodies",
    "client_encoding",
    "client_min_messages",
    "constraint_exclusion",
    "cpu_index_tuple_cost",
    "cpu_operator_cost",
    "cpu_tuple_cost",
    "cursor_tuple_fraction",
    "datestyle",
    "default_statistics_target",
    "default_table_access_method",
    "default_tablespace",
    "default_text_search_config",
    "default_toast_compression",
    "default_transaction_deferrable",
    "default_transaction_isolation",
    "default_transaction_read_only",
    "default_with_oids",
    "effective_cache_size",
    "effective_io_concurrency",
    "enable_async_append",
    "enable_bitmapscan",
    "enable_distinct_reordering",
    "enable_gathermerge",
    "enable_group_by_reordering",
    "enable_hashagg",
    "enable_hashjoin",
    "enable_incremental_sort",
    "enable_indexonlyscan",
    "enable_indexscan",
    "enable_material",
    "enable_memoize",
    "enable_mergejoin",
    "enable_nestloop",
    "enable_parallel_append",
    "enable_parallel_hash",
    "enable_partition_pruning",
    "enable_partitionwise_aggregate",
    "enable_partitionwise_join",
    "enable_presorted_aggregate",
    "enable_self_join_elimination",
    "enable_seqscan",
    "enable_sort",
    "enable_tidscan",
    "escape_string_warning",
    "extra_float_digits",
    "force_parallel_mode",
    "from_collapse_limit",
    "geqo",
    "geqo_effort",
    "geqo_generations",
    "geqo_pool_size",
    "geqo_seed",
    "geqo_selection_bias",
    "geqo_threshold",
    "gin_fuzzy_search_limit",
    "gin_pending_list_limit",
    "hash_mem_multiplier",
    "icu_validation_level",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "intervalstyle",
    "jit",
    "jit_above_cost",
    "jit_inline_above_cost",
    "jit_optimize_above_cost",
    "join_collapse_limit",
    "lc_monetary",
    "lc_numeric",
    "lc_time",
    "lock_timeout",
    "maintenance_io_concurrency",
    "maintenance_work_mem",
    "max_parallel_maintenance_workers",
    "max_parallel_workers",
    "max_parallel_workers_per_gather",
    "min_parallel_index_scan_size",
    "min_parallel_table_scan_size",
    "parallel_leader_participation",
    "parallel_setup_cost",
    "parallel_tuple_cost",
    "plan_cache_mode",
    "quote_all_identifiers",
    "random_page_cost",
    "recursive_worktable_factor",
    "restrict_nonsystem_relation_kind",
    "row_security",
    "search_path",
    "seed",
    "seq_page_cost",
    "standard_conforming_strings",
    "statement_timeout",
    "synchronize_seqscans",
    "synchronous_commit",
    "tcp_keepalives_count",
    "tcp_keepalives_idle",
    "tcp_keepalives_interval",
    "tcp_user_timeout",
    "temp_buffers",
    "temp_tablespaces",
    "timezone",
    "timezone_abbreviations",
    "transaction_deferrable",
    "transaction_isolation",
    "transaction_read_only",
    "transaction_timeout",
    "vacuum_buffer_usage_limit",
    "vacuum_cost_delay",
    "vacuum_cost_limit",
    "vacuum_cost_page_dirty",
    "vacuum_cost_page_hit",
    "vacuum_cost_page_miss",
    "vacuum_failsafe_age",
    "vacuum_freeze_min_age",
    "vacuum_freeze_table_age",
    "vacuum_multixact_failsafe_age",
    "vacuum_multixact_freeze_min_age",
    "vacuum_multixact_freeze_table_age",
    "work_mem",
    "xmlbinary",
    "xmloption",
});

static_assert(std::ranges::is_sorted(kAllowedParameters));

// As PostgreSQL's clean_encoding_name does: letters and digits, in lower case.
std::string CleanEncodingName(std::string_view value) {
  std::string cleaned;
  for (const char c : LowerCase(value)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) cleaned += c;
  }
  return cleaned;
}

bool IsUtf8(std::string_view value) {
  const std::string cleaned = CleanEncodingName(value);
  return cleaned == "utf8" || cleaned == "unicode";
}

// PostgreSQL's parse_bool takes every prefix of a word that is not ambiguous.
bool MeansTrue(std::string_view value) {
  const std::string lower = LowerCase(value);
  if (lower.empty()) return false;
  return std::string_view{"true"}.starts_with(lower) ||
         std::string_view{"yes"}.starts_with(lower) || lower == "on" || lower == "1";
}

bool MeansFalse(std::string_view value) {
  const std::string lower = LowerCase(value);
  if (lower.empty()) return false;
  return std::string_view{"false"}.starts_with(lower) ||
         std::string_view{"no"}.starts_with(lower) || lower == "of" || lower == "off" ||
         lower == "0";
}

bool ValueAllowed(std::string_view name, std::string_view value) {
  if (name == "client_encoding") return IsUtf8(value);
  if (name == "standard_conforming_strings") return MeansTrue(value);
  if (name == "default_with_oids") return MeansFalse(value);
  return true;
}

}  // namespace

ParameterVerdict CheckParameter(std::string_view name, std::string_view value) {
  if (!IsListedParameter(name)) return ParameterVerdict::kNotListed;
  return ValueAllowed(LowerCase(name), value) ? ParameterVerdict::kAllowed
                                              : ParameterVerdict::kForbiddenValue;
}

bool IsListedParameter(std::string_view name) {
  if (name.size() > kMaxNameBytes) return false;
  return std::ranges::binary_search(kAllowedParameters, std::string_view{LowerCase(name)});
}

std::string_view StartupValue(std::string_view name, std::string_view value) {
  if (name.size() > kMaxNameBytes || LowerCase(name) != "client_encoding") return value;
  return CleanEncodingName(value) == "sqlascii" ? "UTF8" : value;
}

bool ChangesRole(std::string_view name) {
  if (name.size() > kMaxNameBytes) return false;
  const std::string lower = LowerCase(name);
  return lower == "role" || lower == "session_authorization";
}

}  // namespace portreeve::sql
