// Which definitions give the server something to run, or a place to fetch data from, beyond the
// relations that they name.
#pragma once

#include "sql/raw_postgres.h"

// `node` is a statement that defines something. Its one rule: what is not known to do no more than
// shape relations makes code.
bool RawMakesCode(const Node* node);
