# Language level, warnings, hardening and sanitizers for every target of the project.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

add_library(portreeve_warnings INTERFACE)
target_compile_options(portreeve_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wno-unused-parameter
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
  $<$<COMPILE_LANGUAGE:CXX>:-Woverloaded-virtual>
  $<$<BOOL:${PORTREEVE_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports overlaps inside std::string that cannot happen (-O3), and uninitialised
  # values inside std::optional and std::variant when a sanitizer is on.
  target_compile_options(portreeve_warnings INTERFACE -Wno-restrict)
  if(PORTREEVE_SANITIZE)
    target_compile_options(portreeve_warnings INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS
    -fstack-protector-strong -fstack-clash-protection -fcf-protection)
  add_link_options(-Wl,-z,relro,-z,now -Wl,-z,noexecstack -pie)
endif()
if(PORTREEVE_SANITIZE)
  add_compile_options(-fsanitize=${PORTREEVE_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${PORTREEVE_SANITIZE})
endif()
if(PORTREEVE_FUZZ)
  # Every module reports its coverage to the fuzzer, not only the target's own file.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
