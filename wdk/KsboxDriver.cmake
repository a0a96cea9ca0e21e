# Builds Windows drivers on Linux: clang and lld for x86_64-pc-windows-msvc, mingw-w64's headers
# with the supplement in include/, import libraries from def/, and the small libraries in lib/.
#
#   ksbox_add_driver(name SOURCES file… [INCLUDES dir…] [DEFINITIONS NAME[=VALUE]…]
#                    [LIBRARIES file.lib…] [OPTIONS flag…] [CHECKED] [COVERAGE] [GUARD]
#                    [SANITIZE address|undefined|thread|none…])
#
# makes the target `name`, which yields ${CMAKE_BINARY_DIR}/drivers/name.sys and name.pdb.
# CHECKED defines DBG=1 and does not optimise. GUARD is Microsoft's /guard:cf: indirect calls go only to
# functions whose address is taken. Without SANITIZE, the list in KSBOX_SANITIZE holds.
# Used by ksbox's own tree and, installed, by find_package(ksbox).
include_guard(GLOBAL)

set(KSBOX_WDK_DIR ${CMAKE_CURRENT_LIST_DIR} CACHE INTERNAL "")

find_program(KSBOX_CLANG NAMES clang-19 clang REQUIRED)
find_program(KSBOX_CLANGXX NAMES clang++-19 clang++ REQUIRED)
find_program(KSBOX_LLD_LINK NAMES lld-link-19 lld-link REQUIRED)
find_program(KSBOX_DLLTOOL NAMES llvm-dlltool-19 llvm-dlltool REQUIRED)
find_program(KSBOX_LLVM_LIB NAMES llvm-lib-19 llvm-lib REQUIRED)
find_path(KSBOX_MINGW_INCLUDE NAMES ddk/wdm.h PATHS /usr/share/mingw-w64/include
          /usr/x86_64-w64-mingw32/include REQUIRED
          DOC "mingw-w64's headers (Debian: mingw-w64-common)")

if(NOT DEFINED CACHE{KSBOX_CLANG_RESOURCES})
  execute_process(COMMAND ${KSBOX_CLANG} -print-resource-dir OUTPUT_VARIABLE _resources
                  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(KSBOX_CLANG_RESOURCES ${_resources} CACHE INTERNAL "")
endif()

set(_ksbox_target --target=x86_64-pc-windows-msvc -fgnuc-version=4.2.1)
# Our supplement comes first, then the compiler's intrinsics, then mingw-w64.
set(_ksbox_includes -nostdinc -isystem ${KSBOX_WDK_DIR}/include
    -isystem ${KSBOX_CLANG_RESOURCES}/include -isystem ${KSBOX_MINGW_INCLUDE}/ddk
    -isystem ${KSBOX_MINGW_INCLUDE})
set(KSBOX_DRIVER_FLAGS
    ${_ksbox_target} ${_ksbox_includes}
    -D_WIN64 -D_AMD64_ -DAMD64 -DUNICODE -D_UNICODE -DDEPRECATE_DDK_FUNCTIONS=1
    # What Microsoft's compiler takes for granted.
    -mcx16 -fms-volatile -fno-strict-aliasing -fno-delete-null-pointer-checks
    -fno-exceptions -Xclang -fasync-exceptions
    # The stack cookie of /GS, and CodeView for the PDB.
    -fstack-protector-strong -g -gcodeview -gno-codeview-command-line
    -fno-ident CACHE INTERNAL "")
set(KSBOX_DRIVER_CXX_FLAGS -std=c++17 -fno-rtti -fno-threadsafe-statics -fno-aligned-allocation
    -fno-sized-deallocation CACHE INTERNAL "")

# _ksbox_object(OUT source FLAGS …): one compilation, with the headers it read as dependencies.
function(_ksbox_object out directory source)
  cmake_parse_arguments(ARG "" "" "FLAGS;DEPENDS" ${ARGN})
  get_filename_component(source ${source} ABSOLUTE)
  cmake_path(IS_PREFIX KSBOX_WDK_DIR ${source} is_wdk)
  if(is_wdk)
    file(RELATIVE_PATH relative ${KSBOX_WDK_DIR} ${source})
  else()
    file(RELATIVE_PATH relative ${CMAKE_CURRENT_SOURCE_DIR} ${source})
    string(REPLACE ".." "__" relative ${relative})
  endif()
  set(object ${directory}/${relative}.obj)
  get_filename_component(folder ${object} DIRECTORY)
  file(MAKE_DIRECTORY ${folder})
  set(compiler ${KSBOX_CLANG})
  set(flags ${KSBOX_DRIVER_FLAGS})
  if(source MATCHES "\\.S$")
    set(flags ${_ksbox_target})
  elseif(NOT source MATCHES "\\.c$")
    set(compiler ${KSBOX_CLANGXX})
    list(APPEND flags ${KSBOX_DRIVER_CXX_FLAGS})
  endif()
  add_custom_command(
    OUTPUT ${object}
    COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} ${compiler} ${flags} ${ARG_FLAGS} -MD -MF ${object}.d
            -MT ${object} -c ${source} -o ${object}
    DEPENDS ${source} ${ARG_DEPENDS}
    DEPFILE ${object}.d
    COMMENT "Building driver object ${relative}" VERBATIM)
  set(${out} ${object} PARENT_SCOPE)
endfunction()

# The libraries every driver links: once per build tree, in the target ksbox_wdk.
function(_ksbox_wdk_libraries)
  set(directory ${CMAKE_BINARY_DIR}/wdk)
  file(MAKE_DIRECTORY ${directory})
  set(libraries "")
  foreach(module ntoskrnl hal ks portcls drmk ksecdd usbd netio ksbox_sanitizer)
    set(definition ${KSBOX_WDK_DIR}/def/${module}.def)
    set(library ${directory}/${module}.lib)
    add_custom_command(
      OUTPUT ${library}
      COMMAND ${KSBOX_DLLTOOL} -m i386:x86-64 -d ${definition} -l ${library}
      DEPENDS ${definition} COMMENT "Building import library ${module}.lib" VERBATIM)
    list(APPEND libraries ${library})
  endforeach()
  set(ksguid_sources ksguid.c portcls_guid.cpp)
  set(ksboxwdk_sources security_cookie.c load_config.S gs_driver_entry.c instrumented_driver_entry.c
      coverage_sections.c irql_register.S stack_probe.S compiler_support.c math.c)
  set(stdunk_sources stdunk.cpp)
  foreach(library ksguid ksboxwdk stdunk)
    set(objects "")
    foreach(source ${${library}_sources})
      _ksbox_object(object ${directory}/${library}.dir ${KSBOX_WDK_DIR}/lib/${source}
                    FLAGS -O2 -Wall)
      list(APPEND objects ${object})
    endforeach()
    set(archive ${directory}/${library}.lib)
    add_custom_command(
      OUTPUT ${archive}
      COMMAND ${KSBOX_LLVM_LIB} /nologo /out:${archive} ${objects}
      DEPENDS ${objects} COMMENT "Building ${library}.lib" VERBATIM)
    list(APPEND libraries ${archive})
  endforeach()
  add_custom_target(ksbox_wdk ALL DEPENDS ${libraries})
  set_property(GLOBAL PROPERTY KSBOX_WDK_LIBRARIES ${libraries})
endfunction()

# Compiler flags for a list of sanitizers; the loader supplies what they import.
function(_ksbox_sanitizer_flags out)
  set(flags "")
  foreach(sanitizer ${ARGN})
    if(sanitizer STREQUAL "address")
      # The host process's shadow; no fake stacks, since drivers leave frames by SEH; no realigned
      # frames, in which clang has SEH filters miss the locals of their function.
      list(APPEND flags -fsanitize=address -mllvm -asan-mapping-offset=0x7fff8000
           -mllvm -asan-use-after-return=never -mllvm -asan-realign-stack=16)
    elseif(sanitizer STREQUAL "undefined")
      # Not null, nor object-size: CONTAINING_RECORD is written with a null pointer, and a real
      # access of one faults with its line anyway, or is taken by the driver's __except.
      list(APPEND flags -fsanitize=undefined -fno-sanitize=vptr,function,null,object-size)
    elseif(sanitizer STREQUAL "thread")
      # clang's driver knows no ThreadSanitizer for Windows; its code generator does, except for
      # clean-ups on the way of an exception.
      list(APPEND flags -Xclang -fsanitize=thread -mllvm -tsan-handle-cxx-exceptions=0)
    elseif(NOT sanitizer STREQUAL "none")
      message(FATAL_ERROR "ksbox_add_driver: unknown sanitizer '${sanitizer}'")
    endif()
  endforeach()
  set(${out} ${flags} PARENT_SCOPE)
endfunction()

function(ksbox_add_driver name)
  cmake_parse_arguments(ARG "CHECKED;COVERAGE;GUARD" ""
                        "SOURCES;INCLUDES;DEFINITIONS;LIBRARIES;OPTIONS;SANITIZE" ${ARGN})
  if(ARG_UNPARSED_ARGUMENTS OR NOT ARG_SOURCES)
    message(FATAL_ERROR "ksbox_add_driver(${name}): SOURCES expected; not understood: "
                        "'${ARG_UNPARSED_ARGUMENTS}'")
  endif()
  if(NOT TARGET ksbox_wdk)
    _ksbox_wdk_libraries()
  endif()
  if(NOT DEFINED ARG_SANITIZE)
    set(ARG_SANITIZE ${KSBOX_SANITIZE})
  endif()

  set(flags -Wall -Wextra -Wglobal-constructors -Wno-unused-parameter
      -Wno-missing-field-initializers -Wno-unknown-pragmas -Wno-multichar
      # STATICGUIDOF() gives a GUID as a flat list.
      -Wno-missing-braces)
  if(ARG_CHECKED)
    list(APPEND flags -DDBG=1 -O0)
  else()
    list(APPEND flags -DNDEBUG -DDBG=0 -O2)
  endif()
  _ksbox_sanitizer_flags(sanitizer_flags ${ARG_SANITIZE})
  list(APPEND flags ${sanitizer_flags})
  set(guard no)
  if(ARG_GUARD)
    list(APPEND flags -Xclang -cfguard)
    set(guard cf)
  endif()
  set(entry GsDriverEntry)
  if(ARG_COVERAGE)
    # Counters for libFuzzer, and execution counts for reports by line.
    list(APPEND flags -fsanitize-coverage=inline-8bit-counters,pc-table,trace-cmp
         -fprofile-instr-generate -fcoverage-mapping -fprofile-update=atomic)
    set(entry InstrumentedDriverEntry)
  endif()
  foreach(include ${ARG_INCLUDES})
    get_filename_component(include ${include} ABSOLUTE)
    list(APPEND flags -I${include})
  endforeach()
  list(TRANSFORM ARG_DEFINITIONS PREPEND -D)
  list(APPEND flags ${ARG_DEFINITIONS} ${ARG_OPTIONS})

  set(objects "")
  foreach(source ${ARG_SOURCES})
    _ksbox_object(object ${CMAKE_CURRENT_BINARY_DIR}/${name}.dir ${source} FLAGS ${flags})
    list(APPEND objects ${object})
  endforeach()

  set_property(DIRECTORY APPEND PROPERTY KSBOX_DRIVERS ${name}) # those of one folder, by name
  get_property(libraries GLOBAL PROPERTY KSBOX_WDK_LIBRARIES)
  set(output ${CMAKE_BINARY_DIR}/drivers)
  file(MAKE_DIRECTORY ${output})
  add_custom_command(
    OUTPUT ${output}/${name}.sys ${output}/${name}.pdb
    COMMAND ${KSBOX_LLD_LINK} /nologo /driver /machine:x64 /subsystem:native,10.00 /nodefaultlib
            /entry:${entry} /dynamicbase /nxcompat /section:INIT,ERD /opt:ref,noicf /guard:${guard}
            /Brepro /debug /pdb:${output}/${name}.pdb /pdbaltpath:%_PDB%
            /out:${output}/${name}.sys ${objects} ${ARG_LIBRARIES} ${libraries}
    DEPENDS ${objects} ${ARG_LIBRARIES} ${libraries} ksbox_wdk
    COMMENT "Linking driver ${name}.sys" VERBATIM)
  add_custom_target(${name} ALL DEPENDS ${output}/${name}.sys)
  set_target_properties(${name} PROPERTIES KSBOX_DRIVER ${output}/${name}.sys)
endfunction()
