# `cpack -G DEB`: sandgrad (the programs) and libsandgrad-dev (the library), for the Debian on which they are
# built. tests/package.sh builds, checks and installs them.
set(SANDGRAD_PACKAGER "The Sandgrad authors <sandgrad@debian.invalid>" CACHE STRING
  "NAME <ADDRESS> of whoever distributes the packages")
set(SANDGRAD_PACKAGE_DATE "Thu, 01 Jan 2026 00:00:00 +0000" CACHE STRING "Date in the packages' changelog")

if(NOT SANDGRAD_PROGRAMS OR NOT SANDGRAD_GZIP)
  return()
endif()

# packed NAME FILE: FILE, with @variables@ filled in, as NAME.gz in the build folder
function(packed name file)
  configure_file(${file} ${CMAKE_BINARY_DIR}/${name} @ONLY)
  execute_process(COMMAND ${SANDGRAD_GZIP} -9nkf ${CMAKE_BINARY_DIR}/${name} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
packed(changelog cmake/debian/changelog.in)
configure_file(LICENSE ${CMAKE_BINARY_DIR}/LICENSE COPYONLY)
file(READ LICENSE license)
string(REGEX REPLACE "\n\n" "\n.\n" license "${license}")
string(REGEX REPLACE "\n" "\n " license "${license}")
string(REGEX REPLACE "[ \n]+$" "" license "${license}")
configure_file(cmake/debian/copyright.in ${CMAKE_BINARY_DIR}/copyright @ONLY)

foreach(component runtime dev)
  set(package sandgrad)
  if(component STREQUAL dev)
    set(package libsandgrad-dev)
  endif()
  install(FILES ${CMAKE_BINARY_DIR}/copyright ${CMAKE_BINARY_DIR}/changelog.gz
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component} EXCLUDE_FROM_ALL)
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "${SANDGRAD_PACKAGER}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/debian/strip_archives.cmake)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL runtime dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME sandgrad)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION science)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_DEV_PACKAGE_NAME libsandgrad-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
  "libeigen3-dev (>= 3.4), nlohmann-json3-dev (>= 3.10), libcsv-dev, libssl-dev (>= 3.0), zlib1g-dev")
set(CPACK_DEBIAN_RUNTIME_DESCRIPTION "Sandgrad trains networks whose examples come from several
domains, such as hospitals or cameras. For each weight, a method decides whether
the domains agree enough to move it: AND-mask, SAND-mask, PCGrad and others.
.
Runs give the same bits for any number of threads, resume after any kill, and
can be verified. This package contains the programs.")
set(CPACK_DEBIAN_DEV_DESCRIPTION "Sandgrad trains networks whose examples come from several
domains, such as hospitals or cameras. For each weight, a method decides whether
the domains agree enough to move it.
.
This package contains the headers, static libraries in single and double
precision, and files for CMake and pkg-config.")
include(CPack)
