#include "identity/strict_json.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace portreeve::identity {
namespace {

using nlohmann::json;

// Builds the value itself: the library's own builder lets the last of two equal members win.
class Builder final : public nlohmann::json_sax<json> {
 public:
  explicit Builder(const JsonLimits& limits) : limits_(limits) {}

  bool null() override { return Add(nullptr) != nullptr; }
  bool boolean(bool value) override { return Add(value) != nullptr; }
  bool number_integer(json::number_integer_t value) override { return Add(value) != nullptr; }
  bool number_unsigned(json::number_unsigned_t value) override { return Add(value) != nullptr; }
  bool number_float(json::number_float_t value, const std::string& text) override {
    return Add(value) != nullptr;
  }
  bool string(std::string& value) override { return Add(std::move(value)) != nullptr; }
  bool binary(json::binary_t& value) override { return Fail("it is not JSON"); }
  bool start_object(size_t count) override { return Open(json::object()); }
  bool start_array(size_t count) override { return Open(json::array()); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }
  bool key(std::string& name) override {
    key_ = std::move(name);
    return true;
  }
  bool parse_error(size_t position, const std::string& token,
                   const nlohmann::detail::exception& error) override {
    return Fail("it is not JSON");
  }

  const char* failure() const { return failure_; }
  json Take() { return std::move(root_); }

 private:
  bool Fail(const char* what) {
    if (failure_ == nullptr) failure_ = what;
    return false;
  }

  // Null after a failure. What it returns stays where it is until its container gets the next
  // value.
  json* Add(json value) {
    if (++values_ > limits_.values) {
      Fail("it holds too many values");
      return nullptr;
    }
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    json& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    const auto [member, fresh] = parent.emplace(std::move(key_), std::move(value));
    if (fresh) return &*member;
    Fail("it has a member twice");
    return nullptr;
  }

  bool Open(json container) {
    if (open_.size() >= limits_.depth) return Fail("it is nested too deeply");
    json* added = Add(std::move(container));
    if (added == nullptr) return false;
    open_.push_back(added);
    return true;
  }

  bool Close() {
    open_.pop_back();
    return true;
  }

  const JsonLimits& limits_;
  json root_;
  std::string key_;
  std::vector<json*> open_;
  size_t values_ = 0;
  const char* failure_ = nullptr;
};

}  // namespace

absl::StatusOr<json> ParseStrictObject(std::string_view text, const JsonLimits& limits) {
  // The library skips a byte order mark, and takes a zero byte for the end of the text.
  if (text.starts_with("\xef\xbb\xbf") || text.find('\0') != text.npos) {
    return base::InvalidArgument("it is not JSON");
  }
  Builder builder(limits);
  if (!json::sax_parse(text.begin(), text.end(), &builder)) {
    return base::InvalidArgument(builder.failure());
  }
  json value = builder.Take();
  if (!value.is_object()) return base::InvalidArgument("it is not a JSON object");
  return value;
}

}  // namespace portreeve::identity
