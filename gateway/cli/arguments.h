// The table of verbs and the one parser that reads a command line by it. Its one rule: what the
// table does not name is an error, with a suggestion; help is printed from the same table.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/exit_code.h"

namespace portreeve::cli {

// Where a verb's words go. Both outlive the call.
struct Console {
  std::ostream& out;
  std::ostream& err;
};

enum class Kind {
  kSwitch,    // Takes no value.
  kText,      // Not empty.
  kDuration,  // "30s", "15m", "8h", "2d".
  kCount,     // A whole number, zero or more.
};

struct Flag {
  std::string_view name;  // "--expires"
  Kind kind = Kind::kText;
  std::string_view placeholder;  // "DURATION"; empty for a switch.
  std::string_view help;
  std::string_view fallback = {};     // The value if nothing gives one.
  std::string_view environment = {};  // The variable that gives one if the command line does not.
  bool required = false;
};

struct Operand {
  std::string_view name;  // "ID"
  std::string_view help;
  bool optional = false;  // Then all behind it are as well.
  bool many = false;      // It, the last one, stands for any number.
};

class Arguments;

struct Verb {
  std::string_view words;  // "agent token create"
  std::string_view summary;
  std::vector<Operand> operands;
  std::vector<Flag> flags;
  std::function<ExitCode(const Arguments&, Console&)> run;
};

using Environment = std::function<const char*(const char* name)>;

// Values of one verb, checked against its flags: a value that is there is of its kind.
class Arguments {
 public:
  bool On(std::string_view flag) const { return values_.count(std::string(flag)) != 0; }
  // From the command line, not from the environment or the table.
  bool Given(std::string_view flag) const { return given_.count(std::string(flag)) != 0; }
  // Empty if nothing gives a value.
  std::string Text(std::string_view flag) const;
  // The flag must have a value.
  int64_t DurationUs(std::string_view flag) const;
  uint64_t Count(std::string_view flag) const;
  bool HasOperand(size_t index) const { return index < operands_.size(); }
  const std::string& Operand(size_t index) const;
  size_t operand_count() const { return operands_.size(); }

 private:
  friend class Parser;

  std::map<std::string, std::string> values_;
  std::set<std::string> given_;
  std::vector<std::string> operands_;
};

struct Invocation {
  const Verb* verb;
  Arguments arguments;
};
struct HelpWanted {
  std::string text;
};
struct VersionWanted {};
// A whole sentence, with what to do.
struct UsageError {
  std::string message;
};
using Parsed = std::variant<Invocation, HelpWanted, VersionWanted, UsageError>;

// `words` is the command line without the program's name. `verbs` must outlive the result.
Parsed Parse(const std::vector<Verb>& verbs, const std::vector<std::string>& words,
             const Environment& environment);

// Parses and runs; says what is wrong on `console.err`.
ExitCode Run(const std::vector<Verb>& verbs, const std::vector<std::string>& words,
             const Environment& environment, std::string_view version, Console& console);

// Says why on `console.err`, as one line, and gives the code to end with.
ExitCode Fail(const absl::Status& status, Console& console);

}  // namespace portreeve::cli
