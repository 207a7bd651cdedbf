// The list of PostgreSQL's volatile functions that do no harm.

#include <algorithm>
#include <array>
#include <string_view>

#include "catalog/function_names.h"
#include "catalog/search_path.h"
#include "sql/known_functions.h"

namespace portreeve::catalog {
namespace {

// They tell the time, chance, the session's own state or the server's; nextval, the advisory locks
// and an exported snapshot change what no other statement reads as data. set_config is judged by
// its arguments, which the facts hold. bernoulli and system take samples of tables.
constexpr auto kHarmlessVolatile = std::to_array<std::string_view>({
    "array_sample",
    "array_shuffle",
    "bernoulli",
    "clock_timestamp",
    "current_query",
    "currval",
    "gen_random_uuid",
    "lastval",
    "nextval",
    "pg_advisory_lock",
    "pg_advisory_lock_shared",
    "pg_advisory_unlock",
    "pg_advisory_unlock_all",
    "pg_advisory_unlock_shared",
    "pg_advisory_xact_lock",
    "pg_advisory_xact_lock_shared",
    "pg_blocking_pids",
    "pg_collation_actual_version",
    "pg_current_wal_flush_lsn",
    "pg_current_wal_insert_lsn",
    "pg_current_wal_lsn",
    "pg_database_collation_actual_version",
    "pg_database_size",
    "pg_export_snapshot",
    "pg_get_sequence_data",
    "pg_get_wait_events",
    "pg_get_wal_replay_pause_state",
    "pg_indexes_size",
    "pg_is_in_recovery",
    "pg_is_wal_replay_paused",
    "pg_isolation_test_session_is_blocked",
    "pg_jit_available",
    "pg_last_wal_receive_lsn",
    "pg_last_wal_replay_lsn",
    "pg_last_xact_replay_timestamp",
    "pg_notification_queue_usage",
    "pg_partition_ancestors",
    "pg_partition_tree",
    "pg_relation_size",
    "pg_safe_snapshot_blocking_pids",
    "pg_sequence_last_value",
    "pg_stat_clear_snapshot",
    "pg_table_size",
    "pg_tablespace_size",
    "pg_total_relation_size",
    "pg_try_advisory_lock",
    "pg_try_advisory_lock_shared",
    "pg_try_advisory_xact_lock",
    "pg_try_advisory_xact_lock_shared",
    "pg_xact_status",
    "random",
    "random_normal",
    "set_config",
    "setseed",
    "system",
    "timeofday",
    "txid_status",
    "uuidv4",
    "uuidv7",
});

static_assert(std::ranges::is_sorted(kHarmlessVolatile));

}  // namespace

bool IsHarmless(const Function& function, uint32_t argument_count) {
  const bool own = function.schema == kCatalogSchema ||
                   (function.schema == "information_schema" && function.oid < kFirstUserOid);
  if (!own) return false;
  if (sql::EffectOfFunction(function.name, argument_count) != kRawNothing) return false;
  if (function.kind == 'a' || function.kind == 'w') return true;
  if (function.kind != 'f') return false;
  return function.volatility != Volatility::kVolatile ||
         std::ranges::binary_search(kHarmlessVolatile, std::string_view(function.name));
}

bool ComputesForExtension(const Function& function, uint32_t argument_count) {
  return function.of_extension && function.kind != 'p' &&
         function.volatility != Volatility::kVolatile && !function.security_definer &&
         sql::EffectOfFunction(function.name, argument_count) == kRawNothing;
}

}  // namespace portreeve::catalog
