#include "session/substitute.h"

#include "base/encoding.h"
#include "base/random.h"
#include "wire/frontend.h"

namespace portreeve::session {
namespace {

// No statement of PostgreSQL begins with an identifier.
std::string Unparsable(uint64_t statement) {
  return "portreeve_refused statement " + std::to_string(statement);
}

// Nobody can have made a statement or portal of a name that did not exist before this moment.
std::string UnknownName() {
  return "portreeve_refused_" + base::HexEncode(base::SecureRandomBytes(8));
}

}  // namespace

std::string SubstituteQuery(uint64_t statement) {
  const std::string text = Unparsable(statement);
  std::string out;
  wire::Query{text}.Encode(out);
  return out;
}

std::string SubstituteParse(uint64_t statement, bool named) {
  const std::string text = Unparsable(statement);
  const std::string name = named ? UnknownName() : "";
  wire::Parse parse;
  parse.name = name;
  parse.text = text;
  std::string out;
  parse.Encode(out);
  return out;
}

std::string SubstituteBind() {
  const std::string name = UnknownName();
  wire::Bind bind;
  bind.statement = name;
  std::string out;
  bind.Encode(out);
  return out;
}

std::string SubstituteExecute() {
  const std::string name = UnknownName();
  wire::Execute execute;
  execute.portal = name;
  std::string out;
  execute.Encode(out);
  return out;
}

std::string SubstituteFunctionCall() {
  std::string out;
  wire::FunctionCall{}.Encode(out);
  return out;
}

}  // namespace portreeve::session
