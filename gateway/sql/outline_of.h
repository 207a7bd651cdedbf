// From the parser's own tree to the outline that others see. Only within sql.
#pragma once

#include "sql/outline.h"
#include "sql/raw_outline.h"

namespace portreeve::sql {

Outline OutlineOf(const RawTree& tree);

}  // namespace portreeve::sql
