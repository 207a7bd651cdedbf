#include "yaml/document.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <exception>
#include <optional>
#include <sstream>

namespace portreeve::yaml {
namespace {

Mark FromYaml(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

// Ends the parse: the library has no other way out of a document that is too large.
class TooLarge final : public std::exception {};

class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

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
    NoTag(mark, tag);
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
  };

  void NoAnchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) diagnostics_.Error(FromYaml(mark), "anchors are not allowed");
  }
  // The library reports "?" for a plain and "!" for a quoted value.
  void NoTag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") {
      diagnostics_.Error(FromYaml(mark), "tags are not allowed");
    }
  }
  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            Node::Kind kind) {
    NoAnchor(mark, anchor);
    NoTag(mark, tag);
    if (stack_.size() >= kMaxDepth) throw TooLarge();
    stack_.push_back({Node{kind, FromYaml(mark), {}, false, {}, {}}, std::nullopt});
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
    for (const Node::Entry& entry : frame.node.entries) {
      if (entry.key != key) continue;
      diagnostics_.Error(mark, "`" + key + "` stands here twice; the first is in line " +
                                   std::to_string(entry.mark.line));
      return;
    }
    frame.node.entries.push_back({std::move(key), mark, std::move(value)});
  }

  Diagnostics& diagnostics_;
  std::vector<Frame> stack_;
  std::unique_ptr<Node> root_;
  size_t count_ = 0;
};

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
  std::istringstream stream{std::string(text)};
  TreeBuilder builder(diagnostics);
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      return std::make_unique<Node>(Node{Node::Kind::kMap, {1, 1}, {}, false, {}, {}});
    }
    TreeBuilder second(diagnostics);
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
