// PostgreSQL's own headers as libpg_query needs them. Only the raw_*.c files include this.
//
// libpg_query keeps some of the server's globals per thread, so the server's declarations of them
// are renamed out of the way and given again as they are in the library.
#pragma once

#define CurrentMemoryContext portreeve_not_per_thread_memory_context
#define PG_exception_stack portreeve_not_per_thread_exception_stack
#define error_context_stack portreeve_not_per_thread_context_stack
#define standard_conforming_strings portreeve_not_per_thread_conforming
#define escape_string_warning portreeve_not_per_thread_warning
// The others need postgres.h before them.
// clang-format off
#include "postgres.h"
#include "nodes/parsenodes.h"
#include "nodes/pg_list.h"
#include "parser/parser.h"
// clang-format on
#undef CurrentMemoryContext
#undef PG_exception_stack
#undef error_context_stack
#undef standard_conforming_strings
#undef escape_string_warning

StaticAssertDecl(PG_VERSION_NUM / 10000 == 15, "libpg_query is PostgreSQL 15's parser");

extern __thread MemoryContext CurrentMemoryContext;
extern __thread sigjmp_buf* PG_exception_stack;
extern __thread ErrorContextCallback* error_context_stack;
extern __thread bool standard_conforming_strings;
extern __thread bool escape_string_warning;

// From libpg_query's pg_query_internal.h, which would drag in the server's headers once more.
extern MemoryContext pg_query_enter_memory_context(void);
extern void pg_query_exit_memory_context(MemoryContext context);
