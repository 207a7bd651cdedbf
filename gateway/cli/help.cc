#include "cli/help.h"

#include <algorithm>

namespace portreeve::cli {
namespace {

constexpr size_t kColumns = 80;
constexpr size_t kGap = 2;
// Stands for a space at which a line is not folded.
constexpr char kUnbroken = '\x1f';

std::string Padded(std::string_view text, size_t width) {
  std::string padded(text);
  padded.resize(std::max(width, padded.size()), ' ');
  return padded;
}

// "  LEFT  right right right", the right side folded into its own column.
void AppendEntry(std::string& text, std::string_view left, size_t width, std::string_view right) {
  const size_t indent = kGap + width + kGap;
  std::string line = Padded(std::string(kGap, ' ') + std::string(left), indent);
  while (!right.empty()) {
    const size_t end = std::min(right.find(' '), right.size());
    if (line.size() + end > kColumns && line.size() > indent) {
      text.append(line, 0, line.find_last_not_of(' ') + 1);
      text += '\n';
      line.assign(indent, ' ');
    }
    line.append(right.substr(0, end));
    line += ' ';
    right.remove_prefix(std::min(end + 1, right.size()));
  }
  text.append(line, 0, line.find_last_not_of(' ') + 1);
  text += '\n';
}

std::string LeftOf(const Flag& flag) {
  std::string left(flag.name);
  if (flag.kind != Kind::kSwitch) left.append(" ").append(flag.placeholder);
  return left;
}

std::string RightOf(const Flag& flag) {
  std::string right(flag.help);
  if (flag.required) right += "; required";
  if (!flag.fallback.empty()) right.append("; default ").append(flag.fallback);
  if (!flag.environment.empty()) right.append("; or ").append(flag.environment);
  return right;
}

}  // namespace

std::string OverviewText(const std::vector<Verb>& verbs, std::string_view prefix) {
  std::string text = "Usage: portreeve ";
  text.append(prefix).append(prefix.empty() ? "" : " ").append("VERB [OPTION...]\n\n");
  size_t width = 0;
  for (const Verb& verb : verbs) width = std::max(width, verb.words.size());
  for (const Verb& verb : verbs) {
    const bool within =
        prefix.empty() || verb.words == prefix || verb.words.starts_with(std::string(prefix) + " ");
    if (within) AppendEntry(text, verb.words, width, verb.summary);
  }
  text +=
      "\n`portreeve VERB --help` shows what a verb takes, `portreeve --version` the version.\n"
      "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 refused by policy,\n"
      "4 not signed in, 5 approval pending, denied or timed out, 6 not found,\n"
      "7 unavailable, 8 verification failed.\n";
  return text;
}

std::string VerbText(const Verb& verb) {
  std::string text = "Usage: portreeve ";
  text.append(verb.words);
  for (const Operand& operand : verb.operands) {
    text.append(operand.optional ? " [" : " ").append(operand.name);
    if (operand.optional) text += ']';
  }
  for (const Flag& flag : verb.flags) {
    std::string left = LeftOf(flag);
    std::replace(left.begin(), left.end(), ' ', kUnbroken);
    text.append(flag.required ? " " : " [").append(left).append(flag.required ? "" : "]");
  }
  std::string folded;
  AppendEntry(folded, "", 0, text);
  std::replace(folded.begin(), folded.end(), kUnbroken, ' ');
  text = folded.substr(folded.find_first_not_of(' ')) + "\n";
  text.append(verb.summary).append("\n\n");
  constexpr std::string_view kHelp = "--help";
  size_t width = kHelp.size();
  for (const Operand& operand : verb.operands) width = std::max(width, operand.name.size());
  for (const Flag& flag : verb.flags) width = std::max(width, LeftOf(flag).size());
  for (const Operand& operand : verb.operands) {
    AppendEntry(text, operand.name, width, operand.help);
  }
  for (const Flag& flag : verb.flags) AppendEntry(text, LeftOf(flag), width, RightOf(flag));
  AppendEntry(text, kHelp, width, "print this and exit");
  return text;
}

}  // namespace portreeve::cli
