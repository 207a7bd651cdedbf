#include "mask/type_names.h"

#include <catch2/catch.hpp>

namespace portreeve::mask {
namespace {

TEST_CASE("a type is known by the server's name and by those that people use") {
  for (const char* name : {"integer", "int", "int4", "serial"}) CHECK(TypeNamed(name) == 23);
  for (const char* name : {"timestamp with time zone", "timestamptz", "timestamp(3) with time zone",
                           "timestamptz (0)"}) {
    CHECK(TypeNamed(name) == 1184);
  }
  CHECK(TypeNamed("varchar(30)") == 1043);
  CHECK(TypeNamed("numeric(10,2)") == 1700);
  CHECK(TypeName(23) == "integer");
  CHECK(TypeName(1184) == "timestamp with time zone");
}

TEST_CASE("arrays are known by the names of their elements, however many dimensions they have") {
  for (const char* name : {"integer[]", "int4[]", "int[][]"}) CHECK(TypeNamed(name) == 1007);
  CHECK(TypeNamed("varchar(30)[]") == 1015);
}

TEST_CASE("what is no type of PostgreSQL's own is not known") {
  for (const char* name : {"", "app.mood", "Integer", "integer ", "varchar(30", "[]", "mood[]"}) {
    INFO(name);
    CHECK(TypeNamed(name) == 0);
  }
  CHECK(TypeName(0).empty());
  CHECK(TypeName(16'384).empty());
}

}  // namespace
}  // namespace portreeve::mask
