// Constants of the raw parse tree as text.
#pragma once

#include "sql/raw_postgres.h"

// A constant or the cast of one.
bool RawIsConstant(const Node* node);

// A constant string, perhaps cast to text; NULL for everything else.
const char* RawConstantString(const Node* node);

// The value of SET as the server will read it, elements separated by ", "; NULL if it is not
// constant.
const char* RawSettingValue(const List* arguments);

// False if an option of EXPLAIN, VACUUM and the like is surely off (PostgreSQL's defGetBoolean).
bool RawOptionMayBeOn(const DefElem* option);
