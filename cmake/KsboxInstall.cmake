# cmake --install: bin/ksbox, the libraries, include/ksbox, the driver kit, and the package file
# that find_package(ksbox) reads. Included last. The package names the modules' archives in one
# group instead of exporting the targets: their private usage requirements (warnings, the shadowed
# Windows headers) are no business of a program that uses Box.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

if(TARGET ksbox)
  install(TARGETS ksbox RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(DIRECTORY ${CMAKE_SOURCE_DIR}/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} OPTIONAL
        FILES_MATCHING PATTERN "*.h")

get_property(_modules GLOBAL PROPERTY KSBOX_MODULES)
set(KSBOX_ARCHIVES)
foreach(_module ${_modules})
  get_target_property(_type ${_module} TYPE)
  if(_type STREQUAL "STATIC_LIBRARY")
    install(TARGETS ${_module} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
    list(APPEND KSBOX_ARCHIVES ${_module})
  endif()
endforeach()

# The driver kit: headers, .def files and sources of its small libraries. KsboxDriver.cmake builds
# those in the tree that uses it.
set(KSBOX_KIT_DIR ${CMAKE_INSTALL_DATADIR}/ksbox/wdk)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/wdk/ DESTINATION ${KSBOX_KIT_DIR})

set(KSBOX_INSTALL_LIBDIR ${CMAKE_INSTALL_LIBDIR})
set(KSBOX_INSTALL_INCLUDEDIR ${CMAKE_INSTALL_INCLUDEDIR})
set(KSBOX_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/ksbox)
configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/ksboxConfig.cmake.in
  ${CMAKE_BINARY_DIR}/ksboxConfig.cmake INSTALL_DESTINATION ${KSBOX_PACKAGE_DIR}
  PATH_VARS KSBOX_INSTALL_LIBDIR KSBOX_INSTALL_INCLUDEDIR KSBOX_KIT_DIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/ksboxConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/ksboxConfig.cmake ${CMAKE_BINARY_DIR}/ksboxConfigVersion.cmake
        DESTINATION ${KSBOX_PACKAGE_DIR})
