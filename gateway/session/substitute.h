// What the server gets in place of a refused message: one that it must reject, so that it keeps the
// state of transaction and pipeline right by itself (docs/adr: refusal by substitution).
#pragma once

#include <cstdint>
#include <string>

namespace portreeve::session {

// Text that no grammar accepts. It names the gateway and the statement, for whoever reads the
// server's log.
std::string SubstituteQuery(uint64_t statement);
// `named`: the refused Parse had a name, so the server's unnamed statement stays as it is.
std::string SubstituteParse(uint64_t statement, bool named);
// Name a statement or portal that cannot exist.
std::string SubstituteBind();
std::string SubstituteExecute();
std::string SubstituteFunctionCall();

}  // namespace portreeve::session
