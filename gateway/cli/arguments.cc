#include "cli/arguments.h"

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "cli/help.h"
#include "yaml/diagnostics.h"
#include "yaml/map_reader.h"

namespace portreeve::cli {
namespace {

std::optional<uint64_t> ParseCount(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Empty: the value is of the flag's kind.
std::string Complaint(const Flag& flag, const std::string& value) {
  if (value.empty()) return "must not be empty";
  if (flag.kind == Kind::kDuration && !yaml::ParseDurationUs(value)) {
    return "must be a duration such as 30s, 15m, 8h or 2d, not `" + value + "`";
  }
  if (flag.kind == Kind::kCount && !ParseCount(value)) {
    return "must be a whole number, not `" + value + "`";
  }
  return "";
}

bool IsFlag(const std::string& word) { return word.size() > 1 && word[0] == '-'; }

}  // namespace

std::string Arguments::Text(std::string_view flag) const {
  const auto found = values_.find(std::string(flag));
  return found == values_.end() ? "" : found->second;
}

int64_t Arguments::DurationUs(std::string_view flag) const {
  const auto value = yaml::ParseDurationUs(Text(flag));
  PORTREEVE_CHECK(value.has_value());
  return *value;
}

uint64_t Arguments::Count(std::string_view flag) const {
  const auto value = ParseCount(Text(flag));
  PORTREEVE_CHECK(value.has_value());
  return *value;
}

const std::string& Arguments::Operand(size_t index) const {
  PORTREEVE_CHECK(index < operands_.size());
  return operands_[index];
}

class Parser {
 public:
  Parser(const std::vector<Verb>& verbs, const std::vector<std::string>& words,
         const Environment& environment)
      : verbs_(verbs), words_(words), environment_(environment) {}

  Parsed Parse() {
    while (leading_ < words_.size() && !IsFlag(words_[leading_])) ++leading_;
    const auto flags_end = std::find(words_.begin(), words_.end(), "--");
    const bool help = std::find(words_.begin(), flags_end, "--help") != flags_end;
    const Verb* verb = FindVerb();
    if (help) {
      if (verb != nullptr && used_ == leading_) return HelpWanted{VerbText(*verb)};
      return HelpWanted{OverviewText(verbs_, Group())};
    }
    if (!words_.empty() && words_[0] == "--version") return VersionWanted{};
    if (verb == nullptr) return UnknownVerb();
    return ParseVerb(*verb);
  }

 private:
  std::string Joined(size_t count) const {
    std::string joined;
    for (size_t i = 0; i < count; ++i) joined += (i == 0 ? "" : " ") + words_[i];
    return joined;
  }

  // The longest verb that the line begins with; sets used_.
  const Verb* FindVerb() {
    for (size_t count = leading_; count > 0; --count) {
      const std::string joined = Joined(count);
      for (const Verb& verb : verbs_) {
        if (verb.words != joined) continue;
        used_ = count;
        return &verb;
      }
    }
    return nullptr;
  }

  bool IsGroup(const std::string& prefix) const {
    return std::any_of(verbs_.begin(), verbs_.end(), [&prefix](const Verb& verb) {
      return verb.words.starts_with(prefix + " ");
    });
  }

  // The longest beginning of the line that several verbs share; empty: none.
  std::string Group() const {
    for (size_t count = leading_; count > 0; --count) {
      if (IsGroup(Joined(count))) return Joined(count);
    }
    return "";
  }

  std::vector<std::string_view> AllVerbs() const {
    std::vector<std::string_view> all;
    for (const Verb& verb : verbs_) all.push_back(verb.words);
    return all;
  }

  Parsed UnknownVerb() const {
    if (leading_ == 0 && !words_.empty()) {
      return UsageError{"the verb comes first, then " + words_[0] + "; see `portreeve --help`"};
    }
    if (leading_ == 0) return UsageError{"no verb is given; see `portreeve --help`"};
    const std::string whole = Joined(leading_);
    if (IsGroup(whole)) {
      return UsageError{"`" + whole + "` is not the whole verb; see `portreeve " + whole +
                        " --help`"};
    }
    // Operands may stand behind the verb: the best guess may come from a shorter beginning.
    for (size_t count = std::min<size_t>(leading_, 3); count > 0; --count) {
      const std::string guess = yaml::DidYouMean(Joined(count), AllVerbs());
      if (!guess.empty()) return UsageError{"there is no verb `" + Joined(count) + "`" + guess};
    }
    const std::string group = Group();
    return UsageError{"there is no verb `" + whole + "`; see `portreeve " +
                      (group.empty() ? "" : group + " ") + "--help`"};
  }

  Parsed ParseVerb(const Verb& verb) {
    for (size_t at = used_; at < words_.size() && error_.empty(); ++at) at = Take(verb, at);
    if (error_.empty()) FillIn(verb);
    if (error_.empty() && arguments_.operands_.size() < verb.operands.size()) {
      const auto& missing = verb.operands[arguments_.operands_.size()];
      if (!missing.optional) {
        error_ = std::string(missing.name) + " is missing: " + std::string(missing.help);
      }
    }
    if (error_.empty()) return Invocation{&verb, std::move(arguments_)};
    return UsageError{std::string(verb.words) + ": " + error_ + " (see `portreeve " +
                      std::string(verb.words) + " --help`)"};
  }

  // Takes the word at `at` and perhaps the one behind it; gives the place of the last one taken.
  size_t Take(const Verb& verb, size_t at) {
    const std::string& word = words_[at];
    if (only_operands_ || !IsFlag(word)) {
      TakeOperand(verb, word);
      return at;
    }
    if (word == "--") {
      only_operands_ = true;
      return at;
    }
    const size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const auto flag = std::find_if(verb.flags.begin(), verb.flags.end(),
                                   [&name](const Flag& each) { return each.name == name; });
    if (flag == verb.flags.end()) {
      std::vector<std::string_view> names = {"--help"};
      for (const Flag& each : verb.flags) names.push_back(each.name);
      error_ = "there is no option " + name + yaml::DidYouMean(name, names);
      return at;
    }
    if (arguments_.Given(name)) error_ = name + " is given twice";
    std::string value;
    if (flag->kind == Kind::kSwitch) {
      if (equals != std::string::npos) error_ = name + " takes no value";
    } else if (equals != std::string::npos) {
      value = word.substr(equals + 1);
    } else if (at + 1 < words_.size() && !words_[at + 1].starts_with("--")) {
      value = words_[++at];
    } else {
      error_ = name + " needs a value: " + name + " " + std::string(flag->placeholder);
    }
    Keep(*flag, std::move(value), name);
    arguments_.given_.insert(name);
    return at;
  }

  void TakeOperand(const Verb& verb, const std::string& word) {
    const size_t index = arguments_.operands_.size();
    if (index < verb.operands.size()) {
      if (word.empty()) error_ = std::string(verb.operands[index].name) + " must not be empty";
      arguments_.operands_.push_back(word);
      return;
    }
    if (!verb.operands.empty() && verb.operands.back().many) {
      arguments_.operands_.push_back(word);
      return;
    }
    std::vector<std::string_view> longer;
    for (const Verb& each : verbs_) {
      if (each.words.starts_with(std::string(verb.words) + " ")) longer.push_back(each.words);
    }
    error_ = "`" + word + "` is one argument too many" +
             yaml::DidYouMean(std::string(verb.words) + " " + word, longer);
  }

  void FillIn(const Verb& verb) {
    for (const Flag& flag : verb.flags) {
      if (arguments_.On(flag.name)) continue;
      const std::string variable(flag.environment);
      const char* value = variable.empty() ? nullptr : environment_(variable.c_str());
      if (value != nullptr && *value != '\0') {
        Keep(flag, value, variable);
      } else if (!flag.fallback.empty()) {
        Keep(flag, std::string(flag.fallback), std::string(flag.name));
      } else if (flag.required && error_.empty()) {
        error_ = std::string(flag.name) + " " + std::string(flag.placeholder) + " is missing";
      }
    }
  }

  // `origin` is what the user wrote it as.
  void Keep(const Flag& flag, std::string value, const std::string& origin) {
    if (error_.empty() && flag.kind != Kind::kSwitch) {
      const std::string complaint = Complaint(flag, value);
      if (!complaint.empty()) error_ = origin + " " + complaint;
    }
    arguments_.values_[std::string(flag.name)] = std::move(value);
  }

  const std::vector<Verb>& verbs_;
  const std::vector<std::string>& words_;
  const Environment& environment_;
  size_t leading_ = 0;  // Words before the first flag.
  size_t used_ = 0;     // Words of the verb itself.
  bool only_operands_ = false;
  Arguments arguments_;
  std::string error_;
};

Parsed Parse(const std::vector<Verb>& verbs, const std::vector<std::string>& words,
             const Environment& environment) {
  return Parser(verbs, words, environment).Parse();
}

ExitCode Run(const std::vector<Verb>& verbs, const std::vector<std::string>& words,
             const Environment& environment, std::string_view version, Console& console) {
  const Parsed parsed = Parse(verbs, words, environment);
  if (const auto* help = std::get_if<HelpWanted>(&parsed)) {
    console.out << help->text;
    return ExitCode::kOk;
  }
  if (std::holds_alternative<VersionWanted>(parsed)) {
    console.out << "portreeve " << version << "\n";
    return ExitCode::kOk;
  }
  if (const auto* error = std::get_if<UsageError>(&parsed)) {
    console.err << "portreeve: " << error->message << "\n";
    return ExitCode::kUsage;
  }
  const auto& invocation = std::get<Invocation>(parsed);
  return invocation.verb->run(invocation.arguments, console);
}

ExitCode Fail(const absl::Status& status, Console& console) {
  console.err << "portreeve: " << base::FromAbsl(status.message()) << "\n";
  return ExitCodeOf(status);
}

}  // namespace portreeve::cli
