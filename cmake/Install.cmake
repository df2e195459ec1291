# `cmake --install`: headers, the libraries, the programs, the license, and the files for
# find_package(sandgrad) and pkg-config.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/sandgrad)

install(TARGETS sandgrad sandgrad_f64 EXPORT sandgrad
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
install(DIRECTORY tensor autograd domains nn optim DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/sandgrad
  COMPONENT dev FILES_MATCHING PATTERN "*.h")
if(SANDGRAD_PROGRAMS)
  install(TARGETS sandgrad_program sandgrad64_program
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT runtime)
  install(TARGETS experiments experiments64 EXPORT sandgrad
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
  install(DIRECTORY experiments DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/sandgrad
    COMPONENT dev FILES_MATCHING PATTERN "*.h" REGEX "/(examples|peers|python|results)$" EXCLUDE)
endif()

# The man page and the completion of shells, as the program prints them from its options. Debian's packages
# have pages compressed.
find_program(SANDGRAD_GZIP gzip)
if(SANDGRAD_PROGRAMS AND NOT CMAKE_CROSSCOMPILING)
  set(printed ${CMAKE_BINARY_DIR}/printed)
  file(WRITE ${printed}/sandgrad64.1 ".so man1/sandgrad.1\n")
  set(page ${printed}/sandgrad.1)
  set(pages ${page} ${printed}/sandgrad64.1)
  set(pack ${CMAKE_COMMAND} -E true)
  if(SANDGRAD_GZIP)
    set(pack ${SANDGRAD_GZIP} -9nkf ${pages})
    list(TRANSFORM pages APPEND .gz)
  endif()
  add_custom_command(OUTPUT ${pages} ${printed}/sandgrad.bash ${printed}/_sandgrad ${printed}/sandgrad.fish
    COMMAND sandgrad_program man > ${page}
    COMMAND ${pack}
    COMMAND sandgrad_program completion bash > ${printed}/sandgrad.bash
    COMMAND sandgrad_program completion zsh > ${printed}/_sandgrad
    COMMAND sandgrad_program completion fish > ${printed}/sandgrad.fish
    DEPENDS sandgrad_program VERBATIM)
  add_custom_target(printed ALL DEPENDS ${pages})
  install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1
    COMPONENT runtime)
  install(FILES ${printed}/_sandgrad DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions
    COMPONENT runtime)
  foreach(name sandgrad sandgrad64)
    install(FILES ${printed}/sandgrad.bash RENAME ${name}
      DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT runtime)
    install(FILES ${printed}/sandgrad.fish RENAME ${name}.fish
      DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT runtime)
  endforeach()
endif()

install(EXPORT sandgrad NAMESPACE sandgrad:: FILE sandgrad-targets.cmake DESTINATION ${package_dir}
  COMPONENT dev)
configure_package_config_file(cmake/sandgrad-config.cmake.in sandgrad-config.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(sandgrad-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/sandgrad-config.cmake ${CMAKE_BINARY_DIR}/sandgrad-config-version.cmake
  DESTINATION ${package_dir} COMPONENT dev)

file(RELATIVE_PATH to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
foreach(library sandgrad sandgrad_f64)
  list(JOIN arithmetic_of_users " " flags)
  set(number float)
  set(experiments sandgrad_experiments)
  if(library STREQUAL sandgrad_f64)
    string(APPEND flags " -DSANDGRAD_DOUBLE")
    set(number double)
    set(experiments sandgrad_experiments64)
  endif()
  configure_file(cmake/sandgrad.pc.in ${library}.pc @ONLY)
  set(packages ${library})
  if(SANDGRAD_PROGRAMS)
    configure_file(cmake/sandgrad_experiments.pc.in ${experiments}.pc @ONLY)
    list(APPEND packages ${experiments})
  endif()
  foreach(package ${packages})
    install(FILES ${CMAKE_BINARY_DIR}/${package}.pc
      DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
  endforeach()
endforeach()
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT license)
include(cmake/Package.cmake)
