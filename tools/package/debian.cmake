# `cpack -G DEB`: liblinedb0.1, linedb-dev and linedb-tools. The shared library is a package of its
# own, as in Debian: programs built with linedb-dev need it alone, and two versions of it can be
# installed beside each other. dbtool has the library in it, so linedb-tools needs no other.
set(LINEDB_MAINTAINER "linedb maintainers <linedb@localhost>" CACHE STRING
  "Who stands as maintainer in the Debian packages")
set(LINEDB_CHANGED 0 CACHE STRING
  "When the sources last changed, in seconds since 1970: the only time in the Debian packages")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME linedb)
set(CPACK_PACKAGE_CONTACT "${LINEDB_MAINTAINER}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL library development tools)
set(CPACK_LINEDB_LIBRARIES ${CMAKE_INSTALL_FULL_LIBDIR})
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_SOURCE_DIR}/debian_strip.cmake)
set(CPACK_POST_BUILD_SCRIPTS ${CMAKE_CURRENT_SOURCE_DIR}/debian_finish.cmake)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ
  GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_BINARY_DIR}/debian_time.cmake)
file(WRITE ${CPACK_PROJECT_CONFIG_FILE} "set(ENV{SOURCE_DATE_EPOCH} ${LINEDB_CHANGED})\n")
set(debian_version ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})

get_target_property(so_version linedb_shared SOVERSION)
set(library_package liblinedb${so_version})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME ${library_package})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME linedb-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "${library_package} (= ${debian_version}), \
libabsl-dev, libsimdjson-dev, libxxhash-dev, libzstd-dev, nlohmann-json3-dev")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS "cmake, pkg-config")
set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME linedb-tools)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SECTION database)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SHLIBDEPS ON)

set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # the first line of each description
set(about "linedb is an embedded database engine. Every table is a schema file and an
append-only file of JSON lines, which cat, grep and jq read; all tables share
one write-ahead log of JSON lines. What was acknowledged survives a crash, and
damage is named by file, line and byte.
")
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "embedded database of JSON lines (shared library)
${about}
This package has the library that programs built with linedb need.")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "embedded database of JSON lines (files for building)
${about}
This package has the headers, for C++20 and for C, and the static library.")
set(CPACK_DEBIAN_TOOLS_DESCRIPTION "embedded database of JSON lines (command line)
${about}
This package has dbtool, which makes, reads, changes, checks and repairs
databases.")

# debian_document(package component source name): installed compressed, the same at each build.
find_program(GZIP gzip REQUIRED)
function(debian_document package component source name)
  set(file ${CMAKE_CURRENT_BINARY_DIR}/${package}/${name})
  file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/${package})
  execute_process(COMMAND ${GZIP} -9nc INPUT_FILE ${source} OUTPUT_FILE ${file}
    COMMAND_ERROR_IS_FATAL ANY)
  install(FILES ${file} DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package}
    COMPONENT ${component})
endfunction()

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/CHANGELOG.md)
set(ENV{SOURCE_DATE_EPOCH} ${LINEDB_CHANGED})
string(TIMESTAMP day "%a, %d %b %Y %H:%M:%S +0000" UTC)
unset(ENV{SOURCE_DATE_EPOCH})
configure_file(debian_changelog.in debian_changelog @ONLY)
foreach(pair library:${library_package} development:linedb-dev tools:linedb-tools)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 component)
  list(GET pair 1 package)
  debian_document(${package} ${component} ${CMAKE_CURRENT_BINARY_DIR}/debian_changelog
    changelog.Debian.gz)
  debian_document(${package} ${component} ${PROJECT_SOURCE_DIR}/CHANGELOG.md changelog.gz)
  install(FILES ${CMAKE_CURRENT_SOURCE_DIR}/copyright
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component})
endforeach()
include(CPack)
