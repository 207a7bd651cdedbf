// Constants of the raw parse tree as text.
#pragma once

#include "sql/raw_postgres.h"

// A constant or the cast of one.
bool RawIsConstant(const Node* node);

// A constant string, perhaps cast to text; NULL for everything else.
const char* RawConstantString(const Node* node);

// The value of SET as the server will read it, elements separated by ", " and quoted where the
// parameter is a list of names; NULL if it is not constant.
const char* RawSettingValue(const char* name, const List* arguments);

// The digits of a constant that is a number of rows; NULL for everything else.
const char* RawConstantCount(const Node* node);

// A constant that is surely false.
bool RawIsFalse(const Node* node);

// False if an option of EXPLAIN, VACUUM and the like is surely off (PostgreSQL's defGetBoolean).
bool RawOptionMayBeOn(const DefElem* option);
