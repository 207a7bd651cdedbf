#include "sql/raw_code.h"

static bool IsOfRelation(ObjectType type) {
  switch (type) {
    case OBJECT_ATTRIBUTE:
    case OBJECT_COLUMN:
    case OBJECT_DOMCONSTRAINT:
    case OBJECT_INDEX:
    case OBJECT_MATVIEW:
    case OBJECT_SEQUENCE:
    case OBJECT_STATISTIC_EXT:
    case OBJECT_TABCONSTRAINT:
    case OBJECT_TABLE:
    case OBJECT_VIEW:
      return true;
    default:
      return false;
  }
}

// The options of a foreign table say which relation of another server it is.
static bool TellsElsewhere(const AlterTableStmt* alter) {
  ListCell* cell;
  if (alter->objtype == OBJECT_FOREIGN_TABLE) return true;
  foreach (cell, alter->cmds) {
    const AlterTableCmd* command = lfirst(cell);
    switch (command->subtype) {
      case AT_AlterColumnGenericOptions:
      case AT_GenericOptions:
        return true;
      default:
        break;
    }
  }
  return false;
}

bool RawMakesCode(const Node* node) {
  switch (nodeTag(node)) {
    case T_AlterCollationStmt:
    case T_AlterDatabaseRefreshCollStmt:
    case T_AlterDatabaseSetStmt:
    case T_AlterDatabaseStmt:
    case T_AlterDomainStmt:
    case T_AlterEnumStmt:
    case T_AlterOwnerStmt:
    case T_AlterSeqStmt:
    case T_AlterStatsStmt:
    case T_AlterTableMoveAllStmt:
    case T_AlterTableSpaceOptionsStmt:
    case T_ClusterStmt:
    case T_CompositeTypeStmt:
    case T_CreateDomainStmt:
    case T_CreateEnumStmt:
    case T_CreateSchemaStmt:
    case T_CreateSeqStmt:
    case T_CreateStatsStmt:
    case T_CreateStmt:
    case T_CreateTableAsStmt:
    case T_CreateTableSpaceStmt:
    case T_CreatedbStmt:
    case T_DropOwnedStmt:
    case T_DropStmt:
    case T_DropTableSpaceStmt:
    case T_DropUserMappingStmt:
    case T_DropdbStmt:
    case T_IndexStmt:
    case T_ReassignOwnedStmt:
    case T_RefreshMatViewStmt:
    case T_ReindexStmt:
    case T_SecLabelStmt:
    case T_SelectStmt:
    case T_ViewStmt:
      return false;
    case T_AlterTableStmt:
      return TellsElsewhere((const AlterTableStmt*)node);
    case T_AlterObjectSchemaStmt:
      return !IsOfRelation(((const AlterObjectSchemaStmt*)node)->objectType);
    case T_RenameStmt:
      return !IsOfRelation(((const RenameStmt*)node)->renameType);
    default:
      return true;
  }
}
