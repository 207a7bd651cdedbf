// Which functions a name in a statement may mean, and which are reached by operators, types and
// views. Its one rule: a function of which it is not certain that it only computes is not harmless.
#pragma once

#include <string_view>

#include "catalog/collector.h"
#include "catalog/visibility.h"

namespace portreeve::catalog {

// PostgreSQL's own and known to do no more than compute, when called with so many arguments.
bool IsHarmless(const Function& function, uint32_t argument_count);
// An extension's and declared to do no more than compute. It is harmless where the statement does
// not ask for it by its own name: as an operator, cast or view, or as one more meaning of a name of
// PostgreSQL's. (With citext installed every `=` and every max() may be one of its functions.)
bool ComputesForExtension(const Function& function, uint32_t argument_count);

void AddFunctionTouches(const sql::FunctionUse& use, const Visibility& names, Collector& found);

// A name that may be a column or, as `row.name`, a function of the row: adds the functions of that
// name, and nothing if there are none. True: there were some.
bool AddRowFunctionTouches(std::string_view name, const Visibility& names, Collector& found);

// The same for a name behind any expression; without a snapshot it is a function that is not known.
void AddFieldTouches(std::string_view name, const Visibility& names, Collector& found);

// A function that something else calls, unless it is harmless. `caller` names it if it is missing.
void AddCall(Oid function, std::string_view caller, const Visibility& names, Collector& found);

void AddOperatorTouches(const sql::NameInSchema& use, const Visibility& names, Collector& found);
void AddTypeTouches(const sql::NameInSchema& use, const Visibility& names, Collector& found);

}  // namespace portreeve::catalog
