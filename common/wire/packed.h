// Counted lists as they stand on the wire: format codes, type OIDs, values. They are validated once
// and read lazily, so that decoding allocates nothing; what they return are views into the body.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "wire/reader.h"
#include "wire/writer.h"

namespace portreeve::wire {

// Int16 count, then so many integers. Counts are unsigned, as the server reads them: up to 65535.
template <typename Int>
class PackedInts {
 public:
  PackedInts() = default;
  // `packed`: the integers in network order, without their count (see Pack).
  explicit PackedInts(std::string_view packed) : packed_(packed) {}

  static PackedInts Read(Reader& reader) {
    const size_t count = reader.Uint16();
    return PackedInts(reader.Bytes(count * sizeof(Int)));
  }
  void Write(Writer& writer) const {
    writer.Int16(static_cast<uint16_t>(size()));
    writer.Bytes(packed_);
  }
  static std::string Pack(std::span<const Int> values) {
    std::string packed;
    for (const Int value : values) {
      for (size_t i = sizeof(Int); i-- > 0;) packed += static_cast<char>(value >> 8 * i);
    }
    return packed;
  }

  size_t size() const { return packed_.size() / sizeof(Int); }
  bool empty() const { return packed_.empty(); }
  Int operator[](size_t index) const {
    Int value = 0;
    for (size_t i = 0; i < sizeof(Int); ++i) {
      value = static_cast<Int>(value << 8 | static_cast<uint8_t>(packed_[index * sizeof(Int) + i]));
    }
    return value;
  }

 private:
  std::string_view packed_;
};

using Oids = PackedInts<uint32_t>;
using FormatCodes = PackedInts<uint16_t>;

inline constexpr uint16_t kTextFormat = 0;
inline constexpr uint16_t kBinaryFormat = 1;

// Format codes that are 0 or 1; anything else fails the reader.
FormatCodes ReadFormatCodes(Reader& reader);

// Int16 count, then so many values, each Int32 length (-1: NULL) and its bytes.
class Values {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = std::optional<std::string_view>;
    using difference_type = std::ptrdiff_t;
    using pointer = const value_type*;
    using reference = value_type;

    explicit Iterator(std::string_view rest, size_t left) : rest_(rest), left_(left) {}
    // nullopt: NULL.
    std::optional<std::string_view> operator*() const;
    Iterator& operator++();
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator& other) const { return left_ == other.left_; }

   private:
    std::string_view rest_;
    size_t left_;
  };

  Values() = default;
  // `packed` must hold exactly `count` values, as Pack makes them.
  Values(uint16_t count, std::string_view packed) : packed_(packed), count_(count) {}

  static Values Read(Reader& reader);
  void Write(Writer& writer) const;
  static std::string Pack(std::span<const std::optional<std::string_view>> values);

  size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  Iterator begin() const { return Iterator(packed_, count_); }
  Iterator end() const { return Iterator({}, 0); }

 private:
  std::string_view packed_;
  uint16_t count_ = 0;
};

}  // namespace portreeve::wire
