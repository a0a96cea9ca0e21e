# Builds Windows drivers on Linux: clang and lld for x86_64-pc-windows-msvc, mingw-w64's headers
# with the supplement in include/, import libraries from def/, and the small libraries in lib/.
#
#   ksbox_add_driver(name SOURCES file… [INCLUDES dir…] [DEFINITIONS NAME[=VALUE]…]
#                    [LIBRARIES file.lib…] [OPTIONS flag…] [CHECKED] [COVERAGE] [GUARD]
#                    [INF file] [SANITIZE address|undefined|thread|none…])
#
# makes the target `name`, which yields ${CMAKE_BINARY_DIR}/drivers/name.sys and name.pdb.
# CHECKED defines DBG=1 and does not optimise. GUARD is Microsoft's /guard:cf: indirect calls go only to
# functions whose address is taken. INF is copied beside the .sys, as name.inf. Without SANITIZE, the list in KSBOX_SANITIZE holds.
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

# toolchain.txt's sections, as KSBOX_KIT_name.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${KSBOX_WDK_DIR}/toolchain.txt)
file(STRINGS ${KSBOX_WDK_DIR}/toolchain.txt _ksbox_lines)
set(_ksbox_sections "")
foreach(_line IN LISTS _ksbox_lines)
  if(_line MATCHES "^section (.+)$")
    set(_ksbox_section ${CMAKE_MATCH_1})
    list(APPEND _ksbox_sections ${_ksbox_section})
    set(_ksbox_section_${_ksbox_section} "")
  elseif(NOT _line MATCHES "^#|^$")
    string(REPLACE "@WDK@" "${KSBOX_WDK_DIR}" _line "${_line}")
    string(REPLACE "@RESOURCES@" "${KSBOX_CLANG_RESOURCES}" _line "${_line}")
    string(REPLACE "@MINGW@" "${KSBOX_MINGW_INCLUDE}" _line "${_line}")
    list(APPEND _ksbox_section_${_ksbox_section} "${_line}")
  endif()
endforeach()
foreach(_section ${_ksbox_sections})
  set(KSBOX_KIT_${_section} "${_ksbox_section_${_section}}" CACHE INTERNAL "")
endforeach()
set(KSBOX_DRIVER_FLAGS ${KSBOX_KIT_target} ${KSBOX_KIT_compile} CACHE INTERNAL "")
set(KSBOX_DRIVER_CXX_FLAGS ${KSBOX_KIT_cxx} CACHE INTERNAL "")

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
    set(flags ${KSBOX_KIT_target})
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
  foreach(module ${KSBOX_KIT_imports})
    set(definition ${KSBOX_WDK_DIR}/def/${module}.def)
    set(library ${directory}/${module}.lib)
    add_custom_command(
      OUTPUT ${library}
      COMMAND ${KSBOX_DLLTOOL} -m i386:x86-64 -d ${definition} -l ${library}
      DEPENDS ${definition} COMMENT "Building import library ${module}.lib" VERBATIM)
    list(APPEND libraries ${library})
  endforeach()
  foreach(library ksguid ksboxwdk stdunk)
    set(objects "")
    foreach(source ${KSBOX_KIT_library_${library}})
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
    if(DEFINED KSBOX_KIT_sanitize_${sanitizer})
      list(APPEND flags ${KSBOX_KIT_sanitize_${sanitizer}})
    elseif(NOT sanitizer STREQUAL "none")
      message(FATAL_ERROR "ksbox_add_driver: unknown sanitizer '${sanitizer}'")
    endif()
  endforeach()
  set(${out} ${flags} PARENT_SCOPE)
endfunction()

function(ksbox_add_driver name)
  cmake_parse_arguments(ARG "CHECKED;COVERAGE;GUARD" "INF"
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

  set(flags ${KSBOX_KIT_warnings})
  if(ARG_CHECKED)
    list(APPEND flags ${KSBOX_KIT_checked})
  else()
    list(APPEND flags ${KSBOX_KIT_free})
  endif()
  _ksbox_sanitizer_flags(sanitizer_flags ${ARG_SANITIZE})
  list(APPEND flags ${sanitizer_flags})
  set(guard no)
  if(ARG_GUARD)
    list(APPEND flags ${KSBOX_KIT_guard})
    set(guard cf)
  endif()
  set(entry GsDriverEntry)
  if(ARG_COVERAGE)
    list(APPEND flags ${KSBOX_KIT_coverage})
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
    COMMAND ${KSBOX_LLD_LINK} ${KSBOX_KIT_link} /entry:${entry} /guard:${guard}
            /pdb:${output}/${name}.pdb
            /out:${output}/${name}.sys ${objects} ${ARG_LIBRARIES} ${libraries}
    DEPENDS ${objects} ${ARG_LIBRARIES} ${libraries} ksbox_wdk
    COMMENT "Linking driver ${name}.sys" VERBATIM)
  set(files ${output}/${name}.sys)
  if(ARG_INF)
    get_filename_component(inf ${ARG_INF} ABSOLUTE)
    add_custom_command(
      OUTPUT ${output}/${name}.inf
      COMMAND ${CMAKE_COMMAND} -E copy ${inf} ${output}/${name}.inf
      DEPENDS ${inf} COMMENT "Copying ${name}.inf" VERBATIM)
    list(APPEND files ${output}/${name}.inf)
  endif()
  add_custom_target(${name} ALL DEPENDS ${files})
  set_target_properties(${name} PROPERTIES KSBOX_DRIVER ${output}/${name}.sys)
endfunction()
