# Every library that the project uses, all from Debian 12's packages.
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(Protobuf REQUIRED)
find_package(absl REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(YAML_CPP REQUIRED IMPORTED_TARGET yaml-cpp)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(LIBXML2 REQUIRED IMPORTED_TARGET libxml-2.0)
pkg_check_modules(XMLSEC REQUIRED IMPORTED_TARGET xmlsec1-openssl)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)

# cpp-httplib is a shared library in Debian: TLS and compression are compiled into it.
find_path(HTTPLIB_INCLUDE_DIR httplib.h REQUIRED)
find_library(HTTPLIB_LIBRARY cpp-httplib REQUIRED)
add_library(portreeve_httplib INTERFACE)
target_include_directories(portreeve_httplib SYSTEM INTERFACE "${HTTPLIB_INCLUDE_DIR}")
target_compile_definitions(portreeve_httplib INTERFACE CPPHTTPLIB_OPENSSL_SUPPORT)
target_link_libraries(portreeve_httplib INTERFACE
  "${HTTPLIB_LIBRARY}" OpenSSL::SSL OpenSSL::Crypto Threads::Threads)

# libpg_query: PostgreSQL 15's own grammar. The server's headers describe its raw parse tree.
find_path(PG_QUERY_INCLUDE_DIR pg_query.h REQUIRED)
find_library(PG_QUERY_LIBRARY pg_query REQUIRED)
set(POSTGRESQL_SERVER_INCLUDE_DIR "/usr/include/postgresql/15/server" CACHE PATH
  "Headers of package postgresql-server-dev-15")
if(NOT EXISTS "${POSTGRESQL_SERVER_INCLUDE_DIR}/postgres.h")
  message(FATAL_ERROR "postgres.h not found: install the package postgresql-server-dev-15")
endif()
