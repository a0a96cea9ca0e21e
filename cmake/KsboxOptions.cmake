# Compiler options shared by every host target, and the sanitizer switches the presets set.
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR "ksbox is built with clang 19 (./dev setup installs it); found "
                      "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")
endif()

# ccache where it is installed; nothing depends on it.
find_program(KSBOX_CCACHE ccache)
if(KSBOX_CCACHE)
  foreach(language C CXX)
    if(NOT CMAKE_${language}_COMPILER_LAUNCHER)
      set(CMAKE_${language}_COMPILER_LAUNCHER ${KSBOX_CCACHE})
    endif()
  endforeach()
endif()

set(KSBOX_SANITIZE "" CACHE STRING "Sanitizers of host and drivers: address;undefined or thread")
option(KSBOX_BENCH "Build the benchmarks" OFF)
option(KSBOX_FUZZ "Build the libFuzzer targets" OFF)
option(KSBOX_COVERAGE "Count what of the host code runs (./dev fuzz TARGET --coverage)" OFF)

add_library(ksbox_options INTERFACE)
target_compile_options(ksbox_options INTERFACE
  -Wall -Wextra -Werror -Wno-unused-parameter -Wno-missing-field-initializers
  # Driver and runtime share structures by address under several types.
  -fno-strict-aliasing
  # PE code has no frame pointers to offer; ours make bug check stacks exact.
  -fno-omit-frame-pointer)
if(KSBOX_SANITIZE)
  list(JOIN KSBOX_SANITIZE "," _sanitizers)
  # PE code carries neither RTTI before its vtables nor function type hashes, and passes what it
  # likes where an enumeration is expected.
  add_compile_options(-fsanitize=${_sanitizers} -fno-sanitize=vptr,function,enum)
  add_link_options(-fsanitize=${_sanitizers})
  if("undefined" IN_LIST KSBOX_SANITIZE)
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()
if(KSBOX_COVERAGE)
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
endif()
if(KSBOX_FUZZ)
  # Coverage feedback from every module, not from the fuzzer's own file alone.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# The release preset optimises across files (ThinLTO). Objects are fat, machine code beside the
# bitcode: the installed archives and the tests link with any linker, and only what asks for it
# (ksbox_link_optimised) pays for code generation at link time.
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT KSBOX_SANITIZE)
  set(KSBOX_LTO_FLAGS -flto=thin -ffat-lto-objects)
  add_compile_options($<$<COMPILE_LANGUAGE:C,CXX>:-flto=thin$<SEMICOLON>-ffat-lto-objects>)
  add_compile_options(-fno-plt)
  add_link_options(-fuse-ld=lld)
endif()
function(ksbox_link_optimised target)
  if(KSBOX_LTO_FLAGS)
    target_link_options(${target} PRIVATE ${KSBOX_LTO_FLAGS} -O3
                        -Wl,--thinlto-cache-dir=${CMAKE_BINARY_DIR}/thinlto)
  endif()
endfunction()
