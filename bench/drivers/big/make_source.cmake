# Writes the source of a driver with as many imports, relocations and bytes as its user wants:
#   cmake -D OUT=big.c -D DEF=ntoskrnl.def -D EXPORTS="a_exports.cpp;…" \
#     -D IMPORTS=300 -D FIXUPS=4000 -D BYTES=262144 -P …
# The imports are functions of the kernel that ksbox has, the first in the alphabet.
cmake_minimum_required(VERSION 3.25)
file(STRINGS ${DEF} known)
list(TRANSFORM known STRIP)
set(names "")
foreach(file ${EXPORTS})
  file(STRINGS ${file} lines REGEX "done<&?[A-Z][A-Za-z0-9]+>")
  foreach(line ${lines})
    string(REGEX REPLACE ".*done<&?([A-Za-z0-9]+)>.*" "\\1" name "${line}")
    if(name IN_LIST known)
      list(APPEND names ${name})
    endif()
  endforeach()
endforeach()
list(REMOVE_DUPLICATES names)
list(SORT names)
list(SUBLIST names 0 ${IMPORTS} names)
list(LENGTH names found)
if(NOT found EQUAL IMPORTS)
  message(FATAL_ERROR "ksbox has ${found} plain functions of the kernel, not ${IMPORTS}")
endif()

set(text "// Generated: ${IMPORTS} imports, ${FIXUPS} relocated pointers, ${BYTES} bytes.\n")
string(APPEND text "#include <ntddk.h>\n\n")
foreach(name ${names})
  string(APPEND text "extern char Import${name} __asm__(\"${name}\");\n")
endforeach()
string(APPEND text "\n__attribute__((used)) static const void *const Imports[] = {\n")
foreach(name ${names})
  string(APPEND text "    &Import${name},\n")
endforeach()
math(EXPR pointers "${FIXUPS} - ${IMPORTS}")
math(EXPR padding "${BYTES} - 8 * ${FIXUPS} - 32768")
string(APPEND text "};\n\n#define P(n) Padding + (n), Padding + (n) + 3,\n")
string(APPEND text "__attribute__((used)) static const char Padding[${padding}] = {1};\n")
string(APPEND text "__attribute__((used)) static const void *const Pointers[${pointers}] = {\n")
math(EXPR pairs "${pointers} / 2 - 1")
foreach(i RANGE ${pairs})
  string(APPEND text "P(${i} * 7)\n")
endforeach()
string(APPEND text "};\n
DRIVER_INITIALIZE DriverEntry;

static VOID NTAPI Unload(PDRIVER_OBJECT Driver) {
    UNREFERENCED_PARAMETER(Driver);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING RegistryPath) {
    UNREFERENCED_PARAMETER(RegistryPath);
    Driver->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
")
file(WRITE ${OUT} "${text}")
