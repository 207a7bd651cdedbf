// Answers of a server to the question about its catalog, right and wrong ones.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "introspect/catalog_query.h"
#include "wire/backend.h"

namespace portreeve::introspect {

using Rows = std::vector<std::vector<std::string>>;

inline void AppendRow(std::string& out, const std::vector<std::string>& values) {
  std::string body;
  const auto number = [&](size_t value, size_t bytes) {
    while (bytes-- > 0) body += static_cast<char>(value >> 8 * bytes & 0xff);
  };
  number(values.size(), 2);
  for (const std::string& value : values) {
    number(value.size(), 4);
    body += value;
  }
  out += wire::DataRow::kTag;
  const size_t length = body.size() + 4;
  for (size_t bytes = 4; bytes-- > 0;) out += static_cast<char>(length >> 8 * bytes & 0xff);
  out += body;
}

inline void AppendResult(std::string& out, const Rows& rows) {
  wire::RowDescription{}.Encode(out);
  for (const auto& row : rows) AppendRow(out, row);
  wire::CommandComplete{"SELECT"}.Encode(out);
}

// One Rows for each Part, in their order.
inline std::vector<Rows> SmallAnswer(const std::string& stamp = "2:1:77",
                                     const std::string& built_in = "2:9:99") {
  return {{{"15.14", "reader", "\"$user\", public"}},
          {{built_in, stamp}},
          {{"pg_catalog"}, {"public"}},
          {{"public", ""}, {"public", "owner"}},
          {{"16400", "public", "orders", "r"},
           {"16401", "public", "recent", "v"},
           {"16402", "public", "orders_pkey", "i"},
           {"16403", "public", "orders_old", "r"}},
          {{"16400", "1", "id", "23", "f"},
           {"16400", "3", "total", "1700", "t"},
           {"16401", "1", "id", "23", "f"}},
          {{"16403", "16400"}},
          {{"16402", "16400"}},
          {{"16401", " SELECT orders.id\n   FROM public.orders;"}},
          {{"16401", "16400"}},
          {{"16401", "16500"}},
          {{"870", "pg_catalog", "lower", "text", "1", "1", "f", "i", "internal", "f", "f", ""},
           {"16500", "public", "f", "integer, VARIADIC text[]", "1", "65535", "f", "v", "plpgsql",
            "t", "t", "ab12"}},
          {{"public", "=", "16500"}},
          {{"16600", "public", "email", "16500"}, {"16600", "public", "email", "870"}}};
}

// The answer to StampQuery().
inline std::vector<Rows> StampOf(const std::vector<Rows>& parts) {
  return {parts.begin(), parts.begin() + kStampParts};
}

// The answer to CatalogQuery(kFirstUserOid).
inline std::vector<Rows> OfUsers(std::vector<Rows> parts) {
  for (const Part part : {Part::kRelations, Part::kFunctions}) {
    std::erase_if(parts[static_cast<size_t>(part)],
                  [](const auto& row) { return std::stoul(row[0]) < catalog::kFirstUserOid; });
  }
  return parts;
}

// A catalog that was changed has another stamp.
inline std::vector<Rows> Changed(Part part, const std::vector<std::string>& row) {
  std::vector<Rows> parts = SmallAnswer("2:2:78");
  parts[static_cast<size_t>(part)].push_back(row);
  return parts;
}

inline std::string Encoded(const std::vector<Rows>& parts) {
  std::string out;
  wire::CommandComplete{"BEGIN"}.Encode(out);
  AppendResult(out, parts[0]);
  wire::CommandComplete{"SET"}.Encode(out);
  for (size_t i = 1; i < parts.size(); ++i) AppendResult(out, parts[i]);
  wire::CommandComplete{"COMMIT"}.Encode(out);
  wire::ReadyForQuery{}.Encode(out);
  return out;
}

inline std::string ErrorAnswer(std::string_view sqlstate, std::string_view message) {
  std::string out;
  wire::ErrorResponse error;
  error.fields = {{'S', "ERROR"}, {'C', sqlstate}, {'M', message}};
  error.Encode(out);
  wire::ReadyForQuery{}.Encode(out);
  return out;
}

}  // namespace portreeve::introspect
