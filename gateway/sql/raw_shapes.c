#include "sql/raw_shapes.h"

#include <stddef.h>

// The tables are easier to check against the server's headers in columns of their own.
// clang-format off
#define CHILD(type, field, access, usage, flags) {offsetof(type, field), access, usage, flags}
#define READ(type, field) CHILD(type, field, kRawAccessRead, kRawUsageInherit, 0)
#define DEFINE(type, field) CHILD(type, field, kRawAccessDdl, kRawUsageInherit, 0)
#define TRUNCATED(type, field) CHILD(type, field, kRawAccessTruncate, kRawUsageInherit, 0)
#define USED(type, field, usage) CHILD(type, field, kRawAccessRead, kRawUsage##usage, 0)
#define FROM(type, field) CHILD(type, field, kRawAccessRead, kRawUsageInherit, kRawEntersRange)
#define TARGET(type, field) \
  CHILD(type, field, kRawAccessRead, kRawUsageInherit, kRawEntersRange | kRawIsTarget)
#define ALTERED(type, field) CHILD(type, field, kRawAccessDdl, kRawUsageInherit, kRawEntersRange)
#define RULED(type, field) \
  CHILD(type, field, kRawAccessDdl, kRawUsageInherit, kRawEntersRange | kRawRowsOfRule)
#define ROWS(type, field) CHILD(type, field, kRawAccessRead, kRawUsageInherit, kRawInRangeItself)
#define OUTSIDE(type, field) CHILD(type, field, kRawAccessRead, kRawUsageOutput, kRawOutside)

#define LEAF(type) [T_##type] = {1, kRawNothing, 0, 0, {{0, 0, 0, 0}}}
#define PART(type, ...) [T_##type] = {1, kRawNothing, 0, 0, {__VA_ARGS__}}
#define LEVEL_PART(type, ...) [T_##type] = {1, kRawNothing, 1, 0, {__VA_ARGS__}}
#define LEAF_STATEMENT(type, effect) [T_##type] = {1, effect, 0, 0, {{0, 0, 0, 0}}}
#define STATEMENT(type, effect, ...) [T_##type] = {1, effect, 0, 0, {__VA_ARGS__}}
#define LEVEL_STATEMENT(type, effect, ...) [T_##type] = {1, effect, 1, 0, {__VA_ARGS__}}
#define WITH_STATEMENT(type, effect, ...) \
  [T_##type] = {1, effect, 1, offsetof(type, withClause), {__VA_ARGS__}}

// Names of columns, aliases, operators, collations and roles are no nodes to walk; nor are the
// fields that only parse analysis fills.
static const struct RawShape kShapes[] = {
    // Values (nodes/value.h).
    LEAF(Integer), LEAF(Float), LEAF(Boolean), LEAF(String), LEAF(BitString),

    // Expressions.
    LEAF(ColumnRef), LEAF(ParamRef), LEAF(A_Const), LEAF(A_Star), LEAF(SQLValueFunction),
    LEAF(CurrentOfExpr), LEAF(SetToDefault), LEAF(RoleSpec),
    PART(A_Expr, READ(A_Expr, lexpr), READ(A_Expr, rexpr)),
    PART(TypeCast, READ(TypeCast, arg), READ(TypeCast, typeName)),
    PART(TypeName, READ(TypeName, typmods), READ(TypeName, arrayBounds)),
    PART(CollateClause, READ(CollateClause, arg)),
    PART(FuncCall, READ(FuncCall, args), USED(FuncCall, agg_order, Ordering),
         USED(FuncCall, agg_filter, Predicate), USED(FuncCall, over, Ordering)),
    PART(A_Indices, READ(A_Indices, lidx), READ(A_Indices, uidx)),
    PART(A_Indirection, READ(A_Indirection, arg), READ(A_Indirection, indirection)),
    PART(A_ArrayExpr, READ(A_ArrayExpr, elements)),
    PART(ResTarget, READ(ResTarget, indirection), READ(ResTarget, val)),
    LEAF(MultiAssignRef),
    PART(SortBy, READ(SortBy, node)),
    PART(WindowDef, READ(WindowDef, partitionClause), READ(WindowDef, orderClause),
         READ(WindowDef, startOffset), READ(WindowDef, endOffset)),
    PART(GroupingFunc, READ(GroupingFunc, args)), PART(GroupingSet, READ(GroupingSet, content)),
    PART(NamedArgExpr, READ(NamedArgExpr, arg)), PART(BoolExpr, READ(BoolExpr, args)),
    PART(SubLink, READ(SubLink, testexpr), READ(SubLink, subselect)),
    PART(CaseExpr, READ(CaseExpr, arg), READ(CaseExpr, args), READ(CaseExpr, defresult)),
    PART(CaseWhen, READ(CaseWhen, expr), READ(CaseWhen, result)),
    PART(RowExpr, READ(RowExpr, args)), PART(CoalesceExpr, READ(CoalesceExpr, args)),
    PART(MinMaxExpr, READ(MinMaxExpr, args)),
    PART(XmlExpr, READ(XmlExpr, named_args), READ(XmlExpr, args)),
    PART(XmlSerialize, READ(XmlSerialize, expr), READ(XmlSerialize, typeName)),
    PART(NullTest, READ(NullTest, arg)), PART(BooleanTest, READ(BooleanTest, arg)),

    // FROM, WITH and the other clauses of queries.
    LEAF(CTESearchClause), LEAF(TriggerTransition),
    PART(JoinExpr, FROM(JoinExpr, larg), FROM(JoinExpr, rarg), USED(JoinExpr, quals, Predicate)),
    PART(RangeSubselect, READ(RangeSubselect, subquery)),
    PART(RangeFunction, ROWS(RangeFunction, functions), READ(RangeFunction, coldeflist)),
    PART(RangeTableSample, FROM(RangeTableSample, relation),
         USED(RangeTableSample, args, Predicate), USED(RangeTableSample, repeatable, Predicate)),
    PART(RangeTableFunc, READ(RangeTableFunc, docexpr), READ(RangeTableFunc, rowexpr),
         READ(RangeTableFunc, namespaces), READ(RangeTableFunc, columns)),
    PART(RangeTableFuncCol, READ(RangeTableFuncCol, typeName), READ(RangeTableFuncCol, colexpr),
         READ(RangeTableFuncCol, coldefexpr)),
    PART(CommonTableExpr, READ(CommonTableExpr, ctequery), READ(CommonTableExpr, search_clause),
         READ(CommonTableExpr, cycle_clause)),
    PART(CTECycleClause, READ(CTECycleClause, cycle_mark_value),
         READ(CTECycleClause, cycle_mark_default)),
    PART(IntoClause, DEFINE(IntoClause, rel), READ(IntoClause, options),
         READ(IntoClause, viewQuery)),
    PART(InferClause, USED(InferClause, indexElems, Predicate),
         USED(InferClause, whereClause, Predicate)),
    PART(OnConflictClause, READ(OnConflictClause, infer),
         USED(OnConflictClause, targetList, Assigned),
         USED(OnConflictClause, whereClause, Predicate)),
    PART(MergeWhenClause, USED(MergeWhenClause, condition, Predicate),
         USED(MergeWhenClause, targetList, Assigned), USED(MergeWhenClause, values, Output)),

    // Parts of definitions.
    LEAF(ReplicaIdentityStmt),
    PART(ColumnDef, READ(ColumnDef, typeName), READ(ColumnDef, raw_default),
         READ(ColumnDef, cooked_default), DEFINE(ColumnDef, identitySequence),
         READ(ColumnDef, collClause), READ(ColumnDef, constraints), READ(ColumnDef, fdwoptions)),
    PART(TableLikeClause, READ(TableLikeClause, relation)),
    PART(IndexElem, USED(IndexElem, expr, Predicate), READ(IndexElem, opclassopts)),
    PART(StatsElem, READ(StatsElem, expr)),
    PART(Constraint, READ(Constraint, raw_expr), READ(Constraint, exclusions),
         READ(Constraint, options), USED(Constraint, where_clause, Predicate),
         DEFINE(Constraint, pktable)),
    PART(DefElem, DEFINE(DefElem, arg)),
    PART(PartitionElem, READ(PartitionElem, expr)),
    PART(PartitionSpec, READ(PartitionSpec, partParams)),
    // MINVALUE and MAXVALUE look like columns.
    PART(PartitionBoundSpec, USED(PartitionBoundSpec, listdatums, None),
         USED(PartitionBoundSpec, lowerdatums, None), USED(PartitionBoundSpec, upperdatums, None)),
    PART(PartitionRangeDatum, READ(PartitionRangeDatum, value)),
    PART(PartitionCmd, DEFINE(PartitionCmd, name), READ(PartitionCmd, bound)),
    PART(ObjectWithArgs, READ(ObjectWithArgs, objargs), READ(ObjectWithArgs, objfuncargs)),
    PART(AccessPriv, READ(AccessPriv, cols)),
    PART(CreateOpClassItem, READ(CreateOpClassItem, name), READ(CreateOpClassItem, class_args),
         READ(CreateOpClassItem, storedtype)),
    PART(FunctionParameter, READ(FunctionParameter, argType), READ(FunctionParameter, defexpr)),
    PART(ReturnStmt, READ(ReturnStmt, returnval)),
    PART(PublicationObjSpec, READ(PublicationObjSpec, pubtable)),
    LEVEL_PART(PublicationTable, ALTERED(PublicationTable, relation),
               USED(PublicationTable, whereClause, Predicate)),
    PART(AlterTableCmd, READ(AlterTableCmd, newowner), DEFINE(AlterTableCmd, def)),

    // Queries.
    WITH_STATEMENT(SelectStmt, kRawNothing, USED(SelectStmt, distinctClause, Ordering),
                   READ(SelectStmt, targetList), READ(SelectStmt, intoClause),
                   FROM(SelectStmt, fromClause), USED(SelectStmt, whereClause, Predicate),
                   USED(SelectStmt, groupClause, Grouping),
                   USED(SelectStmt, havingClause, Predicate),
                   USED(SelectStmt, windowClause, Ordering), READ(SelectStmt, valuesLists),
                   READ(SelectStmt, larg), READ(SelectStmt, rarg),
                   USED(SelectStmt, sortClause, Ordering),
                   USED(SelectStmt, limitOffset, Predicate),
                   USED(SelectStmt, limitCount, Predicate)),
    WITH_STATEMENT(InsertStmt, kRawInsert, TARGET(InsertStmt, relation),
                   USED(InsertStmt, cols, Assigned), OUTSIDE(InsertStmt, selectStmt),
                   READ(InsertStmt, onConflictClause), USED(InsertStmt, returningList, Output)),
    WITH_STATEMENT(UpdateStmt, kRawUpdate, TARGET(UpdateStmt, relation),
                   USED(UpdateStmt, targetList, Assigned), FROM(UpdateStmt, fromClause),
                   USED(UpdateStmt, whereClause, Predicate),
                   USED(UpdateStmt, returningList, Output)),
    WITH_STATEMENT(DeleteStmt, kRawDelete, TARGET(DeleteStmt, relation),
                   FROM(DeleteStmt, usingClause), USED(DeleteStmt, whereClause, Predicate),
                   USED(DeleteStmt, returningList, Output)),
    WITH_STATEMENT(MergeStmt, kRawMerge, TARGET(MergeStmt, relation),
                   FROM(MergeStmt, sourceRelation), USED(MergeStmt, joinCondition, Predicate),
                   READ(MergeStmt, mergeWhenClauses)),
    STATEMENT(TruncateStmt, kRawTruncate, TRUNCATED(TruncateStmt, relations)),
    LEVEL_STATEMENT(CopyStmt, kRawNothing, TARGET(CopyStmt, relation), OUTSIDE(CopyStmt, query),
                    READ(CopyStmt, options), USED(CopyStmt, whereClause, Predicate)),
    STATEMENT(CallStmt, kRawCall, READ(CallStmt, funccall)),
    STATEMENT(DoStmt, kRawDo, READ(DoStmt, args)),
    STATEMENT(PrepareStmt, kRawPrepare, READ(PrepareStmt, argtypes), READ(PrepareStmt, query)),
    STATEMENT(DeclareCursorStmt, kRawCursor, READ(DeclareCursorStmt, query)),
    STATEMENT(ExplainStmt, kRawNothing, READ(ExplainStmt, query), READ(ExplainStmt, options)),
    STATEMENT(ExecuteStmt, kRawNothing, READ(ExecuteStmt, params)),

    // Session and maintenance.
    LEAF_STATEMENT(VariableSetStmt, kRawNothing), LEAF_STATEMENT(VariableShowStmt, kRawShow),
    LEAF_STATEMENT(TransactionStmt, kRawNothing), LEAF_STATEMENT(DiscardStmt, kRawDiscard),
    LEAF_STATEMENT(ConstraintsSetStmt, kRawTransaction), LEAF_STATEMENT(FetchStmt, kRawFetch),
    LEAF_STATEMENT(ClosePortalStmt, kRawClose), LEAF_STATEMENT(DeallocateStmt, kRawDeallocate),
    LEAF_STATEMENT(ListenStmt, kRawListen), LEAF_STATEMENT(UnlistenStmt, kRawUnlisten),
    LEAF_STATEMENT(NotifyStmt, kRawNotify), LEAF_STATEMENT(CheckPointStmt, kRawCheckpoint),
    LEAF_STATEMENT(LoadStmt, kRawLoad), LEAF_STATEMENT(LockStmt, kRawLock),
    STATEMENT(VacuumStmt, kRawNothing, READ(VacuumStmt, options)),

    // Roles and privileges.
    LEVEL_STATEMENT(GrantStmt, kRawRole, ALTERED(GrantStmt, objects), READ(GrantStmt, privileges)),
    LEAF_STATEMENT(GrantRoleStmt, kRawRole),
    STATEMENT(AlterDefaultPrivilegesStmt, kRawRole, READ(AlterDefaultPrivilegesStmt, options),
              READ(AlterDefaultPrivilegesStmt, action)),
    STATEMENT(CreateRoleStmt, kRawRole, READ(CreateRoleStmt, options)),
    STATEMENT(AlterRoleStmt, kRawRole, READ(AlterRoleStmt, options)),
    LEAF_STATEMENT(AlterRoleSetStmt, kRawRole), LEAF_STATEMENT(DropRoleStmt, kRawRole),
    LEAF_STATEMENT(DropOwnedStmt, kRawRole), LEAF_STATEMENT(ReassignOwnedStmt, kRawRole),
    STATEMENT(AlterOwnerStmt, kRawRole, DEFINE(AlterOwnerStmt, relation)),
    LEAF_STATEMENT(SecLabelStmt, kRawRole),

    // Definitions.
    LEAF_STATEMENT(CommentStmt, kRawComment), LEAF_STATEMENT(DropStmt, kRawDdl),
    STATEMENT(CreateTableAsStmt, kRawDdl, DEFINE(CreateTableAsStmt, into),
              READ(CreateTableAsStmt, query)),
    STATEMENT(ViewStmt, kRawDdl, DEFINE(ViewStmt, view), READ(ViewStmt, query),
              READ(ViewStmt, options)),
    LEVEL_STATEMENT(RuleStmt, kRawDdl, RULED(RuleStmt, relation),
                    USED(RuleStmt, whereClause, Predicate), READ(RuleStmt, actions)),
    LEVEL_STATEMENT(CreateStmt, kRawDdl, DEFINE(CreateStmt, relation), READ(CreateStmt, tableElts),
              DEFINE(CreateStmt, inhRelations), READ(CreateStmt, partbound),
              READ(CreateStmt, partspec), READ(CreateStmt, ofTypename),
              READ(CreateStmt, constraints), READ(CreateStmt, options)),
    LEVEL_STATEMENT(CreateForeignTableStmt, kRawDdl, DEFINE(CreateForeignTableStmt, base.relation),
              READ(CreateForeignTableStmt, base.tableElts),
              DEFINE(CreateForeignTableStmt, base.inhRelations),
              READ(CreateForeignTableStmt, base.partbound),
              READ(CreateForeignTableStmt, base.partspec),
              READ(CreateForeignTableStmt, base.ofTypename),
              READ(CreateForeignTableStmt, base.constraints),
              READ(CreateForeignTableStmt, base.options), READ(CreateForeignTableStmt, options)),
    LEVEL_STATEMENT(AlterTableStmt, kRawDdl, ALTERED(AlterTableStmt, relation),
              READ(AlterTableStmt, cmds)),
    LEVEL_STATEMENT(IndexStmt, kRawDdl, ALTERED(IndexStmt, relation), READ(IndexStmt, indexParams),
              READ(IndexStmt, indexIncludingParams), READ(IndexStmt, options),
              USED(IndexStmt, whereClause, Predicate)),
    LEVEL_STATEMENT(CreateStatsStmt, kRawDdl, READ(CreateStatsStmt, exprs),
                    ALTERED(CreateStatsStmt, relations)),
    STATEMENT(CreateSeqStmt, kRawDdl, DEFINE(CreateSeqStmt, sequence),
              READ(CreateSeqStmt, options)),
    STATEMENT(AlterSeqStmt, kRawDdl, DEFINE(AlterSeqStmt, sequence), READ(AlterSeqStmt, options)),
    LEVEL_STATEMENT(CreateTrigStmt, kRawDdl, RULED(CreateTrigStmt, relation),
              USED(CreateTrigStmt, whenClause, Predicate), READ(CreateTrigStmt, transitionRels),
              DEFINE(CreateTrigStmt, constrrel)),
    LEVEL_STATEMENT(CreatePolicyStmt, kRawDdl, ALTERED(CreatePolicyStmt, table),
                    USED(CreatePolicyStmt, qual, Predicate),
                    USED(CreatePolicyStmt, with_check, Predicate)),
    LEVEL_STATEMENT(AlterPolicyStmt, kRawDdl, ALTERED(AlterPolicyStmt, table),
                    USED(AlterPolicyStmt, qual, Predicate),
                    USED(AlterPolicyStmt, with_check, Predicate)),
    STATEMENT(CreateSchemaStmt, kRawDdl, READ(CreateSchemaStmt, schemaElts)),
    LEVEL_STATEMENT(CreateFunctionStmt, kRawDdl, READ(CreateFunctionStmt, parameters),
              READ(CreateFunctionStmt, returnType), READ(CreateFunctionStmt, options),
              READ(CreateFunctionStmt, sql_body)),
    STATEMENT(AlterFunctionStmt, kRawDdl, READ(AlterFunctionStmt, func),
              READ(AlterFunctionStmt, actions)),
    LEVEL_STATEMENT(RenameStmt, kRawDdl, ALTERED(RenameStmt, relation)),
    STATEMENT(AlterObjectDependsStmt, kRawDdl, DEFINE(AlterObjectDependsStmt, relation)),
    STATEMENT(AlterObjectSchemaStmt, kRawDdl, DEFINE(AlterObjectSchemaStmt, relation)),
    STATEMENT(RefreshMatViewStmt, kRawDdl, DEFINE(RefreshMatViewStmt, relation)),
    STATEMENT(ClusterStmt, kRawDdl, DEFINE(ClusterStmt, relation), READ(ClusterStmt, params)),
    STATEMENT(ReindexStmt, kRawDdl, DEFINE(ReindexStmt, relation), READ(ReindexStmt, params)),
    STATEMENT(CompositeTypeStmt, kRawDdl, DEFINE(CompositeTypeStmt, typevar),
              READ(CompositeTypeStmt, coldeflist)),
    STATEMENT(DefineStmt, kRawDdl, READ(DefineStmt, args), READ(DefineStmt, definition)),
    // VALUE looks like a column.
    STATEMENT(CreateDomainStmt, kRawDdl, READ(CreateDomainStmt, typeName),
              READ(CreateDomainStmt, collClause), USED(CreateDomainStmt, constraints, None)),
    STATEMENT(AlterDomainStmt, kRawDdl, USED(AlterDomainStmt, def, None)),
    STATEMENT(AlterOperatorStmt, kRawDdl, READ(AlterOperatorStmt, opername),
              READ(AlterOperatorStmt, options)),
    STATEMENT(AlterTypeStmt, kRawDdl, READ(AlterTypeStmt, options)),
    STATEMENT(CreateRangeStmt, kRawDdl, READ(CreateRangeStmt, params)),
    LEAF_STATEMENT(CreateEnumStmt, kRawDdl), LEAF_STATEMENT(AlterEnumStmt, kRawDdl),
    LEAF_STATEMENT(AlterStatsStmt, kRawDdl), LEAF_STATEMENT(AlterCollationStmt, kRawDdl),
    STATEMENT(CreateOpClassStmt, kRawDdl, READ(CreateOpClassStmt, datatype),
              READ(CreateOpClassStmt, items)),
    LEAF_STATEMENT(CreateOpFamilyStmt, kRawDdl),
    STATEMENT(AlterOpFamilyStmt, kRawDdl, READ(AlterOpFamilyStmt, items)),
    STATEMENT(CreateCastStmt, kRawDdl, READ(CreateCastStmt, sourcetype),
              READ(CreateCastStmt, targettype), READ(CreateCastStmt, func)),
    STATEMENT(CreateTransformStmt, kRawDdl, READ(CreateTransformStmt, type_name),
              READ(CreateTransformStmt, fromsql), READ(CreateTransformStmt, tosql)),
    LEAF_STATEMENT(CreateConversionStmt, kRawDdl), LEAF_STATEMENT(CreateAmStmt, kRawDdl),
    LEAF_STATEMENT(CreatePLangStmt, kRawServerCode), LEAF_STATEMENT(AlterEventTrigStmt, kRawDdl),
    STATEMENT(CreateEventTrigStmt, kRawDdl, READ(CreateEventTrigStmt, whenclause)),
    STATEMENT(AlterTSDictionaryStmt, kRawDdl, READ(AlterTSDictionaryStmt, options)),
    LEAF_STATEMENT(AlterTSConfigurationStmt, kRawDdl),
    // CREATE LANGUAGE without a handler is CREATE EXTENSION to the parser.
    STATEMENT(CreateExtensionStmt, kRawServerCode, READ(CreateExtensionStmt, options)),
    STATEMENT(AlterExtensionStmt, kRawDdl, READ(AlterExtensionStmt, options)),
    LEAF_STATEMENT(AlterExtensionContentsStmt, kRawDdl),
    STATEMENT(CreateFdwStmt, kRawDdl, READ(CreateFdwStmt, func_options),
              READ(CreateFdwStmt, options)),
    STATEMENT(AlterFdwStmt, kRawDdl, READ(AlterFdwStmt, func_options), READ(AlterFdwStmt, options)),
    STATEMENT(CreateForeignServerStmt, kRawDdl, READ(CreateForeignServerStmt, options)),
    STATEMENT(AlterForeignServerStmt, kRawDdl, READ(AlterForeignServerStmt, options)),
    STATEMENT(CreateUserMappingStmt, kRawDdl, READ(CreateUserMappingStmt, options)),
    STATEMENT(AlterUserMappingStmt, kRawDdl, READ(AlterUserMappingStmt, options)),
    LEAF_STATEMENT(DropUserMappingStmt, kRawDdl),
    STATEMENT(ImportForeignSchemaStmt, kRawImportSchema, READ(ImportForeignSchemaStmt, options)),
    STATEMENT(CreateTableSpaceStmt, kRawDdl, READ(CreateTableSpaceStmt, options)),
    STATEMENT(AlterTableSpaceOptionsStmt, kRawDdl, READ(AlterTableSpaceOptionsStmt, options)),
    LEAF_STATEMENT(AlterTableMoveAllStmt, kRawDdl), LEAF_STATEMENT(DropTableSpaceStmt, kRawDdl),
    STATEMENT(CreatedbStmt, kRawDdl, READ(CreatedbStmt, options)),
    STATEMENT(AlterDatabaseStmt, kRawDdl, READ(AlterDatabaseStmt, options)),
    LEAF_STATEMENT(AlterDatabaseRefreshCollStmt, kRawDdl),
    LEAF_STATEMENT(AlterDatabaseSetStmt, kRawDdl), LEAF_STATEMENT(DropdbStmt, kRawDdl),
    LEAF_STATEMENT(AlterSystemStmt, kRawAlterSystem),
    STATEMENT(CreatePublicationStmt, kRawDdl, READ(CreatePublicationStmt, options),
              READ(CreatePublicationStmt, pubobjects)),
    STATEMENT(AlterPublicationStmt, kRawDdl, READ(AlterPublicationStmt, options),
              READ(AlterPublicationStmt, pubobjects)),
    STATEMENT(CreateSubscriptionStmt, kRawSubscription, READ(CreateSubscriptionStmt, options)),
    STATEMENT(AlterSubscriptionStmt, kRawSubscription, READ(AlterSubscriptionStmt, options)),
    LEAF_STATEMENT(DropSubscriptionStmt, kRawSubscription),
};
// clang-format on

const struct RawShape* RawShapeOf(NodeTag tag) {
  if ((size_t)tag >= sizeof(kShapes) / sizeof(kShapes[0]) || !kShapes[tag].known) return NULL;
  return &kShapes[tag];
}
