#include "sql/raw_parse.h"

#include "sql/raw_postgres.h"
#include "sql/raw_walk.h"

// An SQLSTATE is packed as five groups of six bits (utils/elog.h, MAKE_SQLSTATE).
static void UnpackSqlState(int packed, char* text) {
  for (int i = 0; i < 5; ++i) {
    text[i] = (char)PGUNSIXBIT(packed);
    packed >>= 6;
  }
  text[5] = '\0';
}

static void KeepError(struct RawParse* parse) {
  ErrorData* error = CopyErrorData();
  parse->failed = 1;
  UnpackSqlState(error->sqlerrcode, parse->sqlstate);
  parse->message = error->message;
  parse->detail = error->detail;
  parse->hint = error->hint;
  parse->position = error->cursorpos;
  FlushErrorState();
}

void RawParseBegin(const char* text, const struct RawOptions* options, struct RawParse* parse) {
  sigjmp_buf* const outer_stack = PG_exception_stack;
  ErrorContextCallback* const outer_context = error_context_stack;
  sigjmp_buf here;

  *parse = (struct RawParse){0};
  if (sigsetjmp(here, 0) == 0) {
    PG_exception_stack = &here;
    parse->context = pg_query_enter_memory_context();
    standard_conforming_strings = options->standard_conforming_strings != 0;
    escape_string_warning = false;
    const List* statements = raw_parser(text, RAW_PARSE_DEFAULT);
    RawWalk(statements, options, parse);
    if (options->outlines != 0) RawMakeOutline(statements, options->max_nodes, &parse->tree);
  } else {
    PG_exception_stack = outer_stack;
    error_context_stack = outer_context;
    if (parse->context != NULL) CurrentMemoryContext = (MemoryContext)parse->context;
    KeepError(parse);
  }
  PG_exception_stack = outer_stack;
  error_context_stack = outer_context;
}

void RawParseEnd(struct RawParse* parse) {
  if (parse->context != NULL) pg_query_exit_memory_context((MemoryContext)parse->context);
  parse->context = NULL;
}
