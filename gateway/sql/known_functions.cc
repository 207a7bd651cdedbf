#include "sql/known_functions.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace portreeve::sql {
namespace {

// Files, programs and settings of the server; other sessions; SQL in a text; other servers.
constexpr auto kFunctions = std::to_array<std::string_view>({
    "aws_lambda_invoke",
    "brin_desummarize_range",
    "brin_summarize_new_values",
    "brin_summarize_range",
    "connectby",
    "crosstab",
    "crosstab2",
    "crosstab3",
    "crosstab4",
    "crosstab_hash",
    "cursor_to_xml",
    "cursor_to_xmlschema",
    "database_to_xml",
    "database_to_xml_and_xmlschema",
    "database_to_xmlschema",
    "get_raw_page",
    "gin_clean_pending_list",
    "heap_page_item_attrs",
    "heap_page_items",
    "http",
    "http_delete",
    "http_get",
    "http_patch",
    "http_post",
    "http_put",
    "lo_export",
    "pg_buffercache_evict",
    "pg_cancel_backend",
    "pg_current_logfile",
    "pg_extension_config_dump",
    "pg_file_rename",
    "pg_file_sync",
    "pg_file_unlink",
    "pg_file_write",
    "pg_get_wal_record_info",
    "pg_get_wal_records_info",
    "pg_get_wal_records_info_till_end_of_wal",
    "pg_hba_file_rules",
    "pg_ident_file_mappings",
    "pg_import_system_collations",
    "pg_log_backend_memory_contexts",
    "pg_logdir_ls",
    "pg_ls_archive_statusdir",
    "pg_ls_dir",
    "pg_ls_logdir",
    "pg_ls_logicalmapdir",
    "pg_ls_logicalsnapdir",
    "pg_ls_replslotdir",
    "pg_ls_tmpdir",
    "pg_ls_waldir",
    "pg_prewarm",
    "pg_read_binary_file",
    "pg_read_file",
    "pg_reload_conf",
    "pg_rotate_logfile",
    "pg_rotate_logfile_old",
    "pg_show_all_file_settings",
    "pg_stat_file",
    "pg_stat_get_activity",
    "pg_stat_get_backend_activity",
    "pg_stat_reset",
    "pg_stat_reset_replication_slot",
    "pg_stat_reset_shared",
    "pg_stat_reset_single_function_counters",
    "pg_stat_reset_single_table_counters",
    "pg_stat_reset_slru",
    "pg_stat_reset_subscription_stats",
    "pg_stat_statements_reset",
    "pg_switch_wal",
    "pg_terminate_backend",
    "plpgsql_check_function",
    "plpgsql_check_function_tb",
    "postgres_fdw_disconnect",
    "postgres_fdw_disconnect_all",
    "query_export_to_s3",
    "query_to_xml",
    "query_to_xml_and_xmlschema",
    "query_to_xmlschema",
    "schedule",
    "schedule_in_database",
    "schema_to_xml",
    "schema_to_xml_and_xmlschema",
    "schema_to_xmlschema",
    "table_import_from_s3",
    "table_to_xml",
    "table_to_xml_and_xmlschema",
    "table_to_xmlschema",
    "ts_stat",
    "xpath_table",
    "xslt_process",
});

// Replication, write-ahead log and backup.
constexpr auto kReplicationFunctions = std::to_array<std::string_view>({
    "pg_backup_start",
    "pg_backup_stop",
    "pg_copy_logical_replication_slot",
    "pg_copy_physical_replication_slot",
    "pg_create_logical_replication_slot",
    "pg_create_physical_replication_slot",
    "pg_create_restore_point",
    "pg_drop_replication_slot",
    "pg_logical_emit_message",
    "pg_logical_slot_get_binary_changes",
    "pg_logical_slot_get_changes",
    "pg_logical_slot_peek_binary_changes",
    "pg_logical_slot_peek_changes",
    "pg_promote",
    "pg_replication_origin_advance",
    "pg_replication_origin_create",
    "pg_replication_origin_drop",
    "pg_replication_origin_session_reset",
    "pg_replication_origin_session_setup",
    "pg_replication_origin_xact_reset",
    "pg_replication_origin_xact_setup",
    "pg_replication_slot_advance",
    "pg_start_backup",
    "pg_stop_backup",
    "pg_wal_replay_pause",
    "pg_wal_replay_resume",
});

// They change data: sequences, large objects, pages.
constexpr auto kWriteFunctions = std::to_array<std::string_view>({
    "heap_force_freeze",
    "heap_force_kill",
    "lo_creat",
    "lo_create",
    "lo_from_bytea",
    "lo_import",
    "lo_put",
    "lo_truncate",
    "lo_truncate64",
    "lo_unlink",
    "lowrite",
    "pg_truncate_visibility_map",
    "setval",
});

constexpr auto kFunctionPrefixes = std::to_array<std::string_view>({"binary_upgrade_", "dblink"});

static_assert(std::ranges::is_sorted(kFunctions));
static_assert(std::ranges::is_sorted(kReplicationFunctions));
static_assert(std::ranges::is_sorted(kWriteFunctions));

}  // namespace

RawEffect EffectOfFunction(std::string_view name, uint32_t argument_count) {
  // ts_rewrite(query, text) runs the text; with three arguments it only computes.
  if (name == "ts_rewrite") return argument_count == 3 ? kRawNothing : kRawFunction;
  if (name == "pg_notify") return kRawNotify;
  if (std::ranges::binary_search(kWriteFunctions, name)) return kRawWriteFunction;
  if (std::ranges::binary_search(kReplicationFunctions, name)) return kRawReplicationFunction;
  if (std::ranges::binary_search(kFunctions, name)) return kRawFunction;
  const bool prefixed = std::ranges::any_of(
      kFunctionPrefixes, [&](std::string_view prefix) { return name.starts_with(prefix); });
  return prefixed ? kRawFunction : kRawNothing;
}

}  // namespace portreeve::sql
