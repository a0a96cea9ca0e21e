# Makes fixed-up copies of installed mingw-w64 headers for host code. Each fix names the
# lines it matches and how many there must be: another version of the package fails here, loudly,
# instead of giving a callback the wrong calling convention.
set(KSBOX_MINGW_INCLUDE /usr/share/mingw-w64/include CACHE PATH "mingw-w64's headers")
set(KSBOX_FIXED_HEADERS ${CMAKE_BINARY_DIR}/windows-headers)

# ksbox_copy_header(PATH): starts a fixed-up copy of PATH (relative to KSBOX_MINGW_INCLUDE).
function(ksbox_copy_header path)
  set(from ${KSBOX_MINGW_INCLUDE}/${path})
  if(NOT EXISTS ${from})
    message(FATAL_ERROR "${from} is missing: install mingw-w64-common (./dev setup does)")
  endif()
  get_filename_component(name ${path} NAME)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${from})
  configure_file(${from} ${KSBOX_FIXED_HEADERS}/${name}.new COPYONLY)
endfunction()

# ksbox_fix_header(NAME COUNT PATTERN REPLACEMENT): one sed -E substitution in the copy of NAME, on
# exactly COUNT lines.
function(ksbox_fix_header name count pattern replacement)
  set(copy ${KSBOX_FIXED_HEADERS}/${name}.new)
  execute_process(COMMAND grep -cE "${pattern}" ${copy} OUTPUT_VARIABLE found
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT found EQUAL count)
    message(FATAL_ERROR "${name}: ${found} lines match ${pattern}, ${count} expected. "
                        "The installed mingw-w64 headers are another version than the one known.")
  endif()
  execute_process(COMMAND sed -i -E "s@${pattern}@${replacement}@" ${copy}
                  COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# ksbox_finish_header(NAME): puts the copy in place; an unchanged one keeps its time stamp.
function(ksbox_finish_header name)
  configure_file(${KSBOX_FIXED_HEADERS}/${name}.new ${KSBOX_FIXED_HEADERS}/${name} COPYONLY)
  file(REMOVE ${KSBOX_FIXED_HEADERS}/${name}.new)
endfunction()

# FASTCALL is empty on x64 there; host code needs the convention spelled out.
ksbox_copy_header(ntdef.h)
ksbox_fix_header(ntdef.h 1 "^#define FASTCALL$" "#define FASTCALL __attribute__((ms_abi))")
ksbox_fix_header(ntdef.h 1 "^#define NTAPI __stdcall$" "#define NTAPI __attribute__((ms_abi))")
ksbox_finish_header(ntdef.h)

ksbox_copy_header(ks.h)
ksbox_fix_header(ks.h 52 "\\(\\*PFN" "(NTAPI *PFN")
# ks_supplement.h has the current one.
ksbox_fix_header(ks.h 1 "^struct _KSDEVICE_DESCRIPTOR \\{" "struct ksbox_old_KSDEVICE_DESCRIPTOR {")
ksbox_finish_header(ks.h)

ksbox_copy_header(ksmedia.h)
# wdk/include/ksbox/ks_video.h has the current one, with lSurfacePitch.
ksbox_fix_header(ksmedia.h 1 "^typedef struct tagKS_FRAME_INFO \\{" "typedef struct ksbox_old_KS_FRAME_INFO {")
ksbox_fix_header(ksmedia.h 1 "^\\} KS_FRAME_INFO,\\*PKS_FRAME_INFO;" "} ksbox_old_KS_FRAME_INFO;")
# ks_audio.h has them all.
ksbox_fix_header(ksmedia.h 1 "^  KSPROPERTY_RTAUDIO_GETPOSITIONFUNCTION$" "  ksbox_old_RTAUDIO_GETPOSITIONFUNCTION")
ksbox_fix_header(ksmedia.h 1 "^\\} KSPROPERTY_RTAUDIO;" "} ksbox_old_KSPROPERTY_RTAUDIO;")
ksbox_finish_header(ksmedia.h)

ksbox_copy_header(ddk/wdm.h)
ksbox_fix_header(wdm.h 1 "^IoIs32bitProcess\\(" "NTAPI IoIs32bitProcess(")
ksbox_fix_header(wdm.h 3 "^\\(\\*P" "(NTAPI *P")
ksbox_fix_header(wdm.h 6 "^typedef (PVOID|void|VOID|NTSTATUS) \\(\\*(P?CLFS)" "typedef \\1 (NTAPI *\\2")
# DECLSPEC_ALIGN(MEMORY_ALLOCATION_ALIGNMENT) in Microsoft's header: 336 bytes, not 328.
ksbox_fix_header(wdm.h 1 "^typedef struct _DEVICE_OBJECT \\{" "typedef struct DECLSPEC_ALIGN(16) _DEVICE_OBJECT {")
# Members appended since: version 3 of both.
ksbox_fix_header(wdm.h 1 "^  PBUILD_MDL_FROM_SCATTER_GATHER_LIST BuildMdlFromScatterGatherList;"
  "& PVOID KsboxVersion2And3[24];")
ksbox_fix_header(wdm.h 1 "^  ULONG DmaPort;"
  "  ULONG DmaPort; ULONG DmaAddressWidth; ULONG DmaControllerInstance; ULONG DmaRequestLine; PHYSICAL_ADDRESS DeviceAddress;")
ksbox_finish_header(wdm.h)

ksbox_copy_header(ddk/ntddk.h)
ksbox_fix_header(ntddk.h 5 "^\\(\\*(pHal|HAL)" "(NTAPI *\\1")
ksbox_finish_header(ntddk.h)

ksbox_copy_header(ddk/ntifs.h)
ksbox_fix_header(ntifs.h 2 "^\\(\\*PF" "(NTAPI *PF")
ksbox_finish_header(ntifs.h)

# 00000000-0000-0000-C000-000000000046, whose C0 is two bytes late there.
ksbox_copy_header(ddk/punknown.h)
ksbox_fix_header(punknown.h 1 "^    0x00000000, 0x0000, 0x0000, 0x00, 0x00, 0xC0, 0x00, 0x00, 0x00, 0x00, 0x46\\);"
  "    0x00000000, 0x0000, 0x0000, 0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46);")
ksbox_finish_header(punknown.h)

ksbox_copy_header(ddk/portcls.h)
# Since Vista for port drivers only: host code is one.
ksbox_fix_header(portcls.h 1 "^#if \\(NTDDI_VERSION < NTDDI_LONGHORN\\)" "#if 1")
ksbox_fix_header(portcls.h 1 "\\(\\*PDRIVER_ADD_DEVICE" "(NTAPI *PDRIVER_ADD_DEVICE")
# Microsoft's compilers return a structure from a method, of whatever size, where its first
# argument says.
ksbox_fix_header(portcls.h 1 "STDMETHOD_\\(PHYSICAL_ADDRESS, PhysicalAddress\\)\\( THIS \\)"
  "STDMETHOD_(PPHYSICAL_ADDRESS, PhysicalAddress)( THIS_ PPHYSICAL_ADDRESS Result )")
ksbox_fix_header(portcls.h 1 "STDMETHODIMP_\\(PHYSICAL_ADDRESS\\) PhysicalAddress\\(void\\)"
  "STDMETHODIMP_(PPHYSICAL_ADDRESS) PhysicalAddress(PPHYSICAL_ADDRESS Result)")
ksbox_fix_header(portcls.h 1 "STDMETHOD_\\(PHYSICAL_ADDRESS, GetPhysicalPageAddress\\)"
  "STDMETHOD_(PPHYSICAL_ADDRESS, GetPhysicalPageAddress)")
ksbox_fix_header(portcls.h 1 "^        IN      PMDL    MemoryDescriptorList,$"
  "        PPHYSICAL_ADDRESS Result, IN PMDL MemoryDescriptorList,")
ksbox_finish_header(portcls.h)

# The P of PCDRMFORWARD points to a constant.
ksbox_copy_header(ddk/drmk.h)
ksbox_fix_header(drmk.h 1 "^\\} DRMFORWARD, \\*PDRMFORWARD, \\*PCDRMFORWARD;"
  "} DRMFORWARD, *PDRMFORWARD; typedef const DRMFORWARD *PCDRMFORWARD;")
ksbox_finish_header(drmk.h)

# guid_list.inc: KSBOX_GUID_STRUCT("text", NAME) for each GUID that ks.h and ksmedia.h name, and
# KSBOX_GUID_NAME(NAME) for each plain DEFINE_GUID of the headers that the umbrella includes.
set(_list ${KSBOX_FIXED_HEADERS}/guid_list.inc)
execute_process(
  COMMAND sed -nE "s@^DEFINE_GUIDSTRUCT *\\((\"[-0-9A-Fa-f]+\"), *([A-Za-z0-9_]+)\\).*@KSBOX_GUID_STRUCT(\\1, \\2)@p"
          ${KSBOX_MINGW_INCLUDE}/ks.h ${KSBOX_MINGW_INCLUDE}/ksmedia.h
          ${KSBOX_MINGW_INCLUDE}/ddk/dmusicks.h
  COMMAND sort -u
  OUTPUT_VARIABLE _structs COMMAND_ERROR_IS_FATAL ANY)
execute_process(
  COMMAND cat ${KSBOX_MINGW_INCLUDE}/ddk/portcls.h ${KSBOX_MINGW_INCLUDE}/ddk/wdmguid.h
          ${KSBOX_MINGW_INCLUDE}/ddk/drmk.h ${KSBOX_MINGW_INCLUDE}/ddk/punknown.h
          ${KSBOX_MINGW_INCLUDE}/ks.h ${KSBOX_MINGW_INCLUDE}/ddk/dmusicks.h
          ${CMAKE_SOURCE_DIR}/wdk/include/ksbox/portcls_power.h
          ${CMAKE_SOURCE_DIR}/wdk/include/ksbox/portcls_wavert.h
  COMMAND tr "\\n" " "
  COMMAND grep -oE "DEFINE_GUID *\\( *[A-Za-z0-9_]+"
  COMMAND sed -E "s@.*[( ]([A-Za-z0-9_]+)$@KSBOX_GUID_NAME(\\1)@"
  COMMAND sort -u
  OUTPUT_VARIABLE _names COMMAND_ERROR_IS_FATAL ANY)
file(CONFIGURE OUTPUT ${_list} CONTENT "${_structs}${_names}" @ONLY)
