#include "sql/raw_definitions.h"

#include <strings.h>

enum { kTemporary = 't' };  // RELPERSISTENCE_TEMP of catalog/pg_class.h.

// How many parts of the name of such an object do not belong to the relation; -1: it names no
// relation.
static int PartsBesideRelation(ObjectType type) {
  switch (type) {
    case OBJECT_TABLE:
    case OBJECT_VIEW:
    case OBJECT_MATVIEW:
    case OBJECT_FOREIGN_TABLE:
    case OBJECT_SEQUENCE:
    case OBJECT_INDEX:
      return 0;
    case OBJECT_COLUMN:
    case OBJECT_TABCONSTRAINT:
    case OBJECT_TRIGGER:
    case OBJECT_RULE:
    case OBJECT_POLICY:
      return 1;
    default:
      return -1;
  }
}

static void EmitObject(struct RawWalkState* walk, ObjectType type, const Node* object) {
  const int dropped = PartsBesideRelation(type);
  if (dropped < 0 || object == NULL || !IsA(object, List)) return;
  RawEmitQualifiedName(walk, kRawRelation, kRawAccessDdlIndex, (const List*)object, dropped);
}

void RawEmitMade(struct RawWalkState* walk, const struct RawItem* item, const RangeVar* relation,
                 const char* schema) {
  if (relation == NULL || item->explained) return;
  const char* written = relation->schemaname;
  const bool temporary = relation->relpersistence == kTemporary ||
                         (written != NULL && strncmp(written, "pg_temp", strlen("pg_temp")) == 0);
  RawEmitNames(walk, kRawMakesRelation, temporary, written != NULL ? written : schema,
               relation->relname);
}

// What CREATE SCHEMA makes is made in that schema.
static void EmitSchemaElements(struct RawWalkState* walk, const struct RawItem* item) {
  const CreateSchemaStmt* create = item->node;
  ListCell* cell;
  foreach (cell, create->schemaElts) {
    const Node* element = lfirst(cell);
    const RangeVar* made = NULL;
    if (IsA(element, CreateStmt)) made = ((const CreateStmt*)element)->relation;
    if (IsA(element, ViewStmt)) made = ((const ViewStmt*)element)->view;
    if (IsA(element, CreateSeqStmt)) made = ((const CreateSeqStmt*)element)->sequence;
    RawEmitMade(walk, item, made, create->schemaname);
  }
}

static void EmitRename(struct RawWalkState* walk, const struct RawItem* item) {
  const RenameStmt* rename = item->node;
  if (rename->renameType == OBJECT_ROLE) RawEmitEffect(walk, item, kRawRole);
  if (rename->relation == NULL) return;
  if (rename->renameType == OBJECT_COLUMN) {
    RawEmitColumn(walk, item, kRawUsageAssigned | kRawColumnMayMiss, NULL, NULL, rename->subname);
  } else if (PartsBesideRelation(rename->renameType) == 0) {
    RangeVar made = *rename->relation;
    made.relname = rename->newname;
    RawEmitMade(walk, item, &made, NULL);
  }
}

static void EmitMove(struct RawWalkState* walk, const struct RawItem* item) {
  const AlterObjectSchemaStmt* move = item->node;
  if (move->relation == NULL) return;
  RangeVar made = *move->relation;
  made.schemaname = move->newschema;
  RawEmitMade(walk, item, &made, NULL);
}

static void EmitSecretAfter(struct RawWalkState* walk, int location) {
  RawEmit(walk, kRawSecret, 0)->location = location;
}

static bool Contains(const char* text, const char* part) {
  const size_t length = strlen(part);
  for (; *text != '\0'; ++text) {
    if (strncasecmp(text, part, length) == 0) return true;
  }
  return false;
}

// By its name, or since it is a connection string with a password in it.
static bool IsSecret(const DefElem* option) {
  static const char* const kNames[] = {"pass", "pwd", "secret", "token", "credential", "key"};
  static const char* const kValues[] = {"passw", "pwd=", "secret", "://"};
  if (option->arg == NULL || !IsA(option->arg, String)) return false;
  for (size_t i = 0; i < lengthof(kNames); ++i) {
    if (Contains(option->defname, kNames[i])) return true;
  }
  for (size_t i = 0; i < lengthof(kValues); ++i) {
    if (Contains(strVal(option->arg), kValues[i])) return true;
  }
  return false;
}

static void EmitSecrets(struct RawWalkState* walk, const List* options) {
  ListCell* cell;
  foreach (cell, options) {
    const DefElem* option = lfirst(cell);
    if (IsSecret(option)) EmitSecretAfter(walk, option->location);
  }
}

// The columns that exist before, each of which may also be missing. Those of a definition are the
// new ones.
static void EmitAlteration(struct RawWalkState* walk, const struct RawItem* item) {
  const AlterTableCmd* command = item->node;
  const int usage = kRawUsageAssigned | kRawColumnMayMiss;
  switch (command->subtype) {
    case AT_ChangeOwner:
      RawEmitEffect(walk, item, kRawRole);
      return;
    case AT_ColumnDefault:
    case AT_DropNotNull:
    case AT_SetNotNull:
    case AT_DropExpression:
    case AT_SetStatistics:
    case AT_SetOptions:
    case AT_ResetOptions:
    case AT_SetStorage:
    case AT_SetCompression:
    case AT_DropColumn:
    case AT_AlterColumnType:
    case AT_AlterColumnGenericOptions:
    case AT_AddIdentity:
    case AT_SetIdentity:
    case AT_DropIdentity:
      if (command->name != NULL) RawEmitTargetColumn(walk, item, usage, command->name);
      return;
    case AT_GenericOptions:
      EmitSecrets(walk, (const List*)command->def);
      return;
    default:
      return;
  }
}

static void EmitPrivilege(struct RawWalkState* walk, const struct RawItem* item) {
  const AccessPriv* privilege = item->node;
  ListCell* cell;
  foreach (cell, privilege->cols) {
    RawEmitColumn(walk, item, kRawUsageOutput | kRawColumnMayMiss, NULL, NULL,
                  strVal(lfirst(cell)));
  }
}

// Functions in C and in the server itself run what they like.
static void EmitFunction(struct RawWalkState* walk, const struct RawItem* item) {
  const CreateFunctionStmt* create = item->node;
  ListCell* cell;
  const Node* last = create->funcname == NIL ? NULL : llast(create->funcname);
  // The parameters go by their own name or by the function's.
  RawEmitRange(walk, item->level, last != NULL && IsA(last, String) ? strVal(last) : "", NULL, 0);
  foreach (cell, create->options) {
    const DefElem* option = lfirst(cell);
    if (strcmp(option->defname, "language") != 0 || option->arg == NULL) continue;
    if (!IsA(option->arg, String)) continue;
    const char* language = strVal(option->arg);
    if (strcasecmp(language, "c") == 0 || strcasecmp(language, "internal") == 0) {
      RawEmitEffect(walk, item, kRawServerCode);
    }
  }
}

// NULL: it is no statement about roles or other servers, or it has no options.
static const List* OptionsOf(const void* node) {
  switch (nodeTag(node)) {
    case T_CreateRoleStmt:
      return ((const CreateRoleStmt*)node)->options;
    case T_AlterRoleStmt:
      return ((const AlterRoleStmt*)node)->options;
    case T_CreateFdwStmt:
      return ((const CreateFdwStmt*)node)->options;
    case T_AlterFdwStmt:
      return ((const AlterFdwStmt*)node)->options;
    case T_CreateForeignServerStmt:
      return ((const CreateForeignServerStmt*)node)->options;
    case T_AlterForeignServerStmt:
      return ((const AlterForeignServerStmt*)node)->options;
    case T_CreateForeignTableStmt:
      return ((const CreateForeignTableStmt*)node)->options;
    case T_CreateUserMappingStmt:
      return ((const CreateUserMappingStmt*)node)->options;
    case T_AlterUserMappingStmt:
      return ((const AlterUserMappingStmt*)node)->options;
    case T_ImportForeignSchemaStmt:
      return ((const ImportForeignSchemaStmt*)node)->options;
    default:
      return NULL;
  }
}

static void EmitCreated(struct RawWalkState* walk, const struct RawItem* item,
                        const CreateStmt* create) {
  RawEmitMade(walk, item, create->relation, NULL);
  // What it defines are columns of its own.
  RawEmitRange(walk, item->level, create->relation->relname, NULL, 0);
}

bool RawEmitDefinition(struct RawWalkState* walk, const struct RawItem* item) {
  const void* node = item->node;
  ListCell* cell;
  switch (nodeTag(node)) {
    case T_DropStmt:
      foreach (cell, ((const DropStmt*)node)->objects) {
        EmitObject(walk, ((const DropStmt*)node)->removeType, lfirst(cell));
      }
      return true;
    case T_CommentStmt:
      EmitObject(walk, ((const CommentStmt*)node)->objtype, ((const CommentStmt*)node)->object);
      return true;
    case T_SecLabelStmt:
      EmitObject(walk, ((const SecLabelStmt*)node)->objtype, ((const SecLabelStmt*)node)->object);
      return true;
    case T_AlterTableCmd:
      EmitAlteration(walk, item);
      return true;
    case T_RenameStmt:
      EmitRename(walk, item);
      return true;
    case T_AlterObjectSchemaStmt:
      EmitMove(walk, item);
      return true;
    case T_AccessPriv:
      EmitPrivilege(walk, item);
      return true;
    case T_CreateSchemaStmt:
      EmitSchemaElements(walk, item);
      return true;
    case T_CreateFunctionStmt:
      EmitFunction(walk, item);
      return true;
    case T_CreateStmt:
      EmitCreated(walk, item, node);
      return true;
    case T_CreateForeignTableStmt:
      EmitCreated(walk, item, &((const CreateForeignTableStmt*)node)->base);
      EmitSecrets(walk, OptionsOf(node));
      return true;
    case T_IntoClause:
      RawEmitMade(walk, item, ((const IntoClause*)node)->rel, NULL);
      return true;
    case T_ViewStmt:
      RawEmitMade(walk, item, ((const ViewStmt*)node)->view, NULL);
      return true;
    case T_CreateSeqStmt:
      RawEmitMade(walk, item, ((const CreateSeqStmt*)node)->sequence, NULL);
      return true;
    case T_CreateSubscriptionStmt:
      EmitSecretAfter(walk, -1);
      return true;
    case T_AlterSubscriptionStmt:
      if (((const AlterSubscriptionStmt*)node)->conninfo != NULL) EmitSecretAfter(walk, -1);
      return true;
    default:
      EmitSecrets(walk, OptionsOf(node));
      return false;
  }
}
