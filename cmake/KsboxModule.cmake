# ksbox_module(NAME DEPENDS …): a static library from every source below the current folder,
# and, where x_test.cpp files stand beside the code, the executable NAME_test run by ctest.
function(ksbox_module name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LIBRARIES;TEST_DEPENDS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cpp *.S)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  if(sources)
    add_library(ksbox_${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(ksbox_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(ksbox::${name} ALIAS ksbox_${name})
  set_property(GLOBAL APPEND PROPERTY KSBOX_MODULES ksbox_${name})
  target_include_directories(ksbox_${name} ${scope} ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/include)
  target_link_libraries(ksbox_${name} ${scope} ksbox_options ${ARG_LIBRARIES})
  foreach(dependency ${ARG_DEPENDS})
    target_link_libraries(ksbox_${name} ${scope} ksbox::${dependency})
  endforeach()
  if(tests)
    ksbox_test(${name}_test SOURCES ${tests} DEPENDS ${name} ${ARG_TEST_DEPENDS})
  endif()
endfunction()

# Where the built drivers and programs are: test_paths.h in this folder says it.
set(KSBOX_TEST_PATHS ${CMAKE_BINARY_DIR}/test_paths)
configure_file(${CMAKE_CURRENT_LIST_DIR}/../tests/support/test_paths.h.in
               ${KSBOX_TEST_PATHS}/test_paths.h @ONLY)

# ksbox_test(NAME SOURCES … DEPENDS modules … DRIVERS names … LABELS … PROPERTIES of ctest …): a
# GoogleTest executable. Its tests find the built drivers through test_paths.h. LABELS smoke: built
# by the target ksbox_smoke too, and run by ./dev test under the sanitizer presets.
add_custom_target(ksbox_smoke)
function(ksbox_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;DRIVERS;LABELS;PROPERTIES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE GTest::gmock GTest::gtest_main ksbox_options)
  target_compile_options(${name} PRIVATE -O0) # compiles in half the time; what is tested is optimised
  foreach(dependency ${ARG_DEPENDS})
    target_link_libraries(${name} PRIVATE ksbox::${dependency})
  endforeach()
  foreach(driver ${ARG_DRIVERS})
    add_dependencies(${name} ${driver})
  endforeach()
  if("smoke" IN_LIST ARG_LABELS)
    add_dependencies(ksbox_smoke ${name})
  endif()
  target_include_directories(${name} PRIVATE ${KSBOX_TEST_PATHS})
  set(properties TIMEOUT 300 ${ARG_PROPERTIES})
  if(ARG_LABELS) # an empty value would make the next property's name the label
    list(APPEND properties LABELS "${ARG_LABELS}")
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES ${properties})
endfunction()

include(GoogleTest)
find_package(GTest REQUIRED)

# ksbox_bench(NAME DEPENDS modules … DRIVERS names …): bench/NAME/*.cpp as the Google Benchmark
# program bench-NAME. Its --smoke runs every case a few times; ctest does that, and says that it
# skips it where GStreamer or PipeWire is missing.
function(ksbox_bench name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;DRIVERS" ${ARGN})
  if(NOT TARGET ksbox_bench_support)
    add_test(NAME bench.${name}.smoke COMMAND ${CMAKE_COMMAND} -E echo
             "skipped: no GStreamer and PipeWire to compare with (./dev bench installs them)")
    set_tests_properties(bench.${name}.smoke PROPERTIES SKIP_REGULAR_EXPRESSION "^skipped:")
    return()
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bench/${name}/*.cpp)
  add_executable(bench-${name} ${sources})
  target_link_libraries(bench-${name} PRIVATE ksbox_bench_support)
  ksbox_link_optimised(bench-${name})
  foreach(dependency ${ARG_DEPENDS})
    target_link_libraries(bench-${name} PRIVATE ksbox::${dependency})
  endforeach()
  add_dependencies(ksbox_benchmarks bench-${name})
  foreach(driver ${ARG_DRIVERS})
    add_dependencies(bench-${name} ${driver})
  endforeach()
  add_test(NAME bench.${name}.smoke COMMAND bench-${name} --smoke)
endfunction()
