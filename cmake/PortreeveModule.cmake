# portreeve_module(name SOURCES ... DEPS ... PRIVATE_DEPS ...)
#
# One folder = one module = one static library `portreeve::name`. Headers are included as
# "module/header.h" from the folder that holds the module.
function(portreeve_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  set(target portreeve_${name})
  if(ARG_SOURCES)
    add_library(${target} STATIC ${ARG_SOURCES})
    target_include_directories(${target} PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}/..")
    target_link_libraries(${target} PUBLIC ${ARG_DEPS}
      PRIVATE ${ARG_PRIVATE_DEPS} $<BUILD_INTERFACE:portreeve_warnings>)
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE "${CMAKE_CURRENT_SOURCE_DIR}/..")
    target_link_libraries(${target} INTERFACE ${ARG_DEPS})
  endif()
  add_library(portreeve::${name} ALIAS ${target})
endfunction()

# portreeve_unit_test(module SOURCES ... DEPS ...): one test binary per module.
function(portreeve_unit_test module)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  set(target ${module}_test)
  add_executable(${target} ${ARG_SOURCES})
  target_compile_definitions(${target} PRIVATE
    PORTREEVE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  target_include_directories(${target} PRIVATE "${CMAKE_SOURCE_DIR}/tests")
  target_link_libraries(${target} PRIVATE
    portreeve::${module} ${ARG_DEPS} portreeve_catch_main portreeve_warnings)
  add_test(NAME unit.${module} COMMAND ${target})
endfunction()
