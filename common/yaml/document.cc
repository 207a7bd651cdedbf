#include "yaml/document.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <exception>
#include <optional>
#include <sstream>
#include <unordered_map>

#include "base/utf8.h"

namespace portreeve::yaml {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

Mark FromYaml(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

// Ends the parse: the library has no other way out of a document that is too large.
class TooLarge final : public std::exception {};

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, Diagnostics& diagnostics)
      : text_(text), diagnostics_(diagnostics) {}

  std::unique_ptr<Node> Take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    NoAnchor(mark, anchor);
    Node node;
    // The library's own mark of a value that is not there is where the next thing begins.
    const bool is_value = !stack_.empty() && stack_.back().key.has_value();
    node.mark = is_value ? stack_.back().key->second : FromYaml(mark);
    Add(std::move(node));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    diagnostics_.Error(FromYaml(mark), "aliases are not allowed: write the value out");
    Add(Node{Node::Kind::kScalar, FromYaml(mark), {}, false, {}, {}});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    NoAnchor(mark, anchor);
    // The library reports "?" for a plain and "!" for a quoted value; the tag "!" itself shows only
    // in the text.
    if (At(mark) == '!' || (tag != "?" && tag != "!")) TagError(mark);
    CheckQuote(mark);
    // The library gives single bytes for \N and \_.
    if (!base::IsUtf8(value)) {
      throw YAML::ParserException(mark, "the escapes \\N and \\_ are not allowed: use \\u");
    }
    Add(Node{Node::Kind::kScalar, FromYaml(mark), value, tag == "!", {}, {}});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, Node::Kind::kList);
  }
  void OnSequenceEnd() override { CloseNode(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, Node::Kind::kMap);
  }
  void OnMapEnd() override { CloseNode(); }

 private:
  struct Frame {
    Node node;
    std::optional<std::pair<std::string, Mark>> key;
    std::unordered_map<std::string, int> lines;  // Of the keys so far.
  };

  void NoAnchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) diagnostics_.Error(FromYaml(mark), "anchors are not allowed");
  }
  void TagError(const YAML::Mark& mark) {
    diagnostics_.Error(FromYaml(mark), "tags are not allowed");
  }
  // The library takes the end of the file for the missing end of a quoted text.
  void CheckQuote(const YAML::Mark& mark) const {
    const char quote = At(mark);
    if (quote != '\'' && quote != '"') return;
    for (size_t at = Offset(mark) + 1; at < text_.size(); ++at) {
      if (quote == '"' && text_[at] == '\\') {
        ++at;
      } else if (text_[at] == quote) {
        if (quote == '"' || !text_.substr(at + 1).starts_with(quote)) return;
        ++at;
      }
    }
    throw YAML::ParserException(mark, "the quote that begins here is never closed");
  }
  static size_t Offset(const YAML::Mark& mark) { return static_cast<size_t>(mark.pos); }
  char At(const YAML::Mark& mark) const {
    return Offset(mark) < text_.size() ? text_[Offset(mark)] : '\0';
  }
  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            Node::Kind kind) {
    NoAnchor(mark, anchor);
    if (tag != "?") TagError(mark);
    if (stack_.size() >= kMaxDepth) throw TooLarge();
    stack_.push_back({Node{kind, FromYaml(mark), {}, false, {}, {}}, std::nullopt, {}});
  }
  void CloseNode() {
    Node node = std::move(stack_.back().node);
    stack_.pop_back();
    Add(std::move(node));
  }
  void Add(Node node) {
    if (++count_ > kMaxNodes) throw TooLarge();
    if (stack_.empty()) {
      root_ = std::make_unique<Node>(std::move(node));
      return;
    }
    Frame& frame = stack_.back();
    if (frame.node.kind == Node::Kind::kList) {
      frame.node.items.push_back(std::move(node));
    } else if (!frame.key) {
      if (node.kind != Node::Kind::kScalar) {
        diagnostics_.Error(node.mark, "a key must be a text");
      }
      frame.key.emplace(node.scalar, node.mark);
    } else {
      AddEntry(frame, std::move(node));
    }
  }
  void AddEntry(Frame& frame, Node value) {
    auto [key, mark] = *std::exchange(frame.key, std::nullopt);
    const auto [first, is_new] = frame.lines.emplace(key, mark.line);
    if (!is_new) {
      diagnostics_.Error(mark, "`" + key + "` stands here twice; the first is in line " +
                                   std::to_string(first->second));
      return;
    }
    frame.node.entries.push_back({std::move(key), mark, std::move(value)});
  }

  const std::string_view text_;
  Diagnostics& diagnostics_;
  std::vector<Frame> stack_;
  std::unique_ptr<Node> root_;
  size_t count_ = 0;
};

// The library guesses at UTF-16, takes the byte 04 for the end of the file and lets the rest
// through: what a person reads would not be what is read here.
bool CheckCharacters(std::string_view text, Diagnostics& diagnostics) {
  Mark mark{1, 1};
  while (!text.empty()) {
    const size_t length = base::Utf8CharacterLength(text);
    const std::string_view character = text.substr(0, length);
    const bool line_end = character == "\n" || text.starts_with("\r\n");
    if (length == 0 || (base::IsControl(character) && !line_end && character != "\t")) {
      diagnostics.Error(mark, "this character may not stand in the file");
      return false;
    }
    mark = character == "\n" ? Mark{mark.line + 1, 1}
                             : Mark{mark.line, mark.column + static_cast<int>(length)};
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

std::string_view Name(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::kScalar:
      return "a text";
    case Node::Kind::kList:
      return "a list";
    case Node::Kind::kMap:
      return "a map";
  }
  return "";
}

std::unique_ptr<Node> Parse(std::string_view text, Diagnostics& diagnostics) {
  if (text.size() > kMaxTextBytes) {
    diagnostics.Error({}, "the file is larger than 1 MiB");
    return nullptr;
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (!CheckCharacters(text, diagnostics)) return nullptr;
  std::istringstream stream{std::string(text)};
  TreeBuilder builder(text, diagnostics);
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      return std::make_unique<Node>(Node{Node::Kind::kMap, {1, 1}, {}, false, {}, {}});
    }
    TreeBuilder second(text, diagnostics);
    if (parser.HandleNextDocument(second)) {
      diagnostics.Error({}, "the file holds more than one document");
    }
  } catch (const YAML::Exception& exception) {
    diagnostics.Error(FromYaml(exception.mark), exception.msg);
    return nullptr;
  } catch (const TooLarge&) {
    diagnostics.Error({}, "the file is nested too deeply or has too many values");
    return nullptr;
  }
  return builder.Take();
}

}  // namespace portreeve::yaml
