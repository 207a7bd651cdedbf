#include "catalog/version.h"

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/check.h"
#include "base/encoding.h"
#include "base/openssl.h"

namespace portreeve::catalog {
namespace {

constexpr size_t kDigestBytesKept = 16;
constexpr size_t kBufferBytes = 16 * 1024;

// Lengths stand before what they count, so that no two different snapshots give the same bytes.
class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new()) {
    PORTREEVE_CHECK(context_ != nullptr &&
                    EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
    buffer_.reserve(2 * kBufferBytes);
  }

  template <typename T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void Add(T value) {
    auto number = static_cast<uint64_t>(value);
    for (size_t i = 0; i < sizeof number; ++i, number >>= 8) {
      buffer_.push_back(static_cast<char>(number & 0xff));
    }
    if (buffer_.size() >= kBufferBytes) Flush();
  }
  void Add(std::string_view text) {
    Add(text.size());
    buffer_.append(text);
    if (buffer_.size() >= kBufferBytes) Flush();
  }
  void Add(const std::string& text) { Add(std::string_view(text)); }
  void Add(const Column& column) {
    AddAll(column.number, column.name, column.type, column.generated);
  }
  void Add(const Relation& relation) {
    AddAll(relation.oid, relation.schema, relation.name, relation.kind, relation.columns,
           relation.parents, relation.reaches, relation.calls, relation.view_definition);
  }
  void Add(const Function& function) {
    AddAll(function.oid, function.schema, function.name, function.arguments, function.min_arguments,
           function.max_arguments, function.kind, function.volatility, function.language,
           function.security_definer, function.of_extension, function.body_hash);
  }
  void Add(const Operator& value) { AddAll(value.schema, value.name, value.function); }
  void Add(const Type& type) { AddAll(type.oid, type.schema, type.name, type.calls); }
  void Add(const SchemaUsage& usage) { AddAll(usage.schema, usage.role); }
  template <typename T>
  void Add(const std::vector<T>& values) {
    Add(values.size());
    for (const T& value : values) Add(value);
  }
  template <typename... T>
  void AddAll(const T&... values) {
    (Add(values), ...);
  }

  std::string Hex() {
    Flush();
    unsigned char digest[EVP_MAX_MD_SIZE];
    PORTREEVE_CHECK(EVP_DigestFinal_ex(context_.get(), digest, nullptr) == 1);
    return base::HexEncode({reinterpret_cast<const char*>(digest), kDigestBytesKept});
  }

 private:
  void Flush() {
    PORTREEVE_CHECK(EVP_DigestUpdate(context_.get(), buffer_.data(), buffer_.size()) == 1);
    buffer_.clear();
  }

  base::MdCtxPtr context_;
  std::string buffer_;
};

}  // namespace

std::string VersionOf(const SnapshotParts& parts) {
  Digest digest;
  digest.AddAll(parts.server_version, parts.login_role, parts.default_search_path, parts.schemas,
                parts.relations, parts.functions, parts.operators, parts.types, parts.usages);
  return digest.Hex();
}

}  // namespace portreeve::catalog
