#include "sql/parser.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <variant>

#include "sql/classify.h"
#include "sql/guards.h"
#include "sql/outline.h"
#include "sql/outline_of.h"
#include "sql/raw_parse.h"

namespace portreeve::sql {
namespace {

// Frees the parse when it leaves the scope.
class ScopedParse {
 public:
  ScopedParse(const char* text, const RawOptions& options) {
    RawParseBegin(text, &options, &parse_);
  }
  ~ScopedParse() { RawParseEnd(&parse_); }
  ScopedParse(const ScopedParse&) = delete;
  ScopedParse& operator=(const ScopedParse&) = delete;

  const RawParse& operator*() const { return parse_; }

 private:
  RawParse parse_;
};

std::string Text(const char* text) { return text == nullptr ? std::string{} : std::string{text}; }

SyntaxError ErrorOf(const RawParse& parse, std::string_view sql, const ParserText& prepared) {
  const auto position = static_cast<uint32_t>(std::max(parse.position, 0));
  return {.sqlstate = parse.sqlstate,
          .message = Text(parse.message),
          .detail = Text(parse.detail),
          .hint = Text(parse.hint),
          .position = position == 0 ? 0 : OriginalPosition(sql, prepared, position)};
}

}  // namespace

namespace {

Facts AnalyseText(std::string_view sql, const Limits& limits, const LexerMode& mode,
                  Outline* outline) {
  Facts facts;
  auto guarded = PrepareForParser(sql, limits, mode);
  if (auto* refused = std::get_if<NotExamined>(&guarded)) {
    facts.not_examined = std::move(refused->reason);
    return facts;
  }
  const ParserText& prepared = std::get<ParserText>(guarded);
  const RawOptions options = {.standard_conforming_strings = mode.standard_conforming_strings,
                              .max_depth = limits.max_depth,
                              .max_nodes = limits.max_nodes,
                              .outlines = outline != nullptr ? 1 : 0};
  const ScopedParse scoped(prepared.text.c_str(), options);
  const RawParse& parse = *scoped;
  if (parse.failed != 0) {
    facts.syntax_error = ErrorOf(parse, sql, prepared);
    return facts;
  }
  facts.statements = Classify(sql, mode, std::span(parse.events, parse.event_count));
  if (facts.statements.size() > limits.max_statements) {
    facts.statements.clear();
    facts.not_examined =
        "the text has more than " + std::to_string(limits.max_statements) + " statements";
  } else if (outline != nullptr) {
    *outline = OutlineOf(parse.tree);
  }
  return facts;
}

}  // namespace

Facts Analyse(std::string_view sql, const Limits& limits, const LexerMode& mode) {
  return AnalyseText(sql, limits, mode, nullptr);
}

Outlined AnalyseAndOutline(std::string_view sql, const Limits& limits, const LexerMode& mode) {
  Outlined outlined;
  outlined.facts = AnalyseText(sql, limits, mode, &outlined.outline);
  return outlined;
}

}  // namespace portreeve::sql
