# The shared library: shows what the public headers declare and nothing else.
linedb_library(linedb_shared SHARED)
add_library(linedb::linedb_shared ALIAS linedb_shared)

# Before 1.0 each minor version may change what is compiled into programs, after that each major
# one; a program is never linked at run time with another.
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(so_version ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
else()
  set(so_version ${PROJECT_VERSION_MAJOR})
endif()

set(version_script ${CMAKE_CURRENT_BINARY_DIR}/linedb.map)
set(version_script_maker ${PROJECT_SOURCE_DIR}/tools/package/version_script.py)
add_custom_command(OUTPUT ${version_script}
  COMMAND ${Python3_EXECUTABLE} ${version_script_maker} LINEDB_${so_version} ${version_script}
    ${PROJECT_SOURCE_DIR}/schema/include ${PROJECT_SOURCE_DIR}/engine/include
  DEPENDS ${version_script_maker}
  DEPFILE ${version_script}.d
  COMMENT "Listing what the public headers declare"
  VERBATIM)
add_custom_target(linedb_version_script DEPENDS ${version_script})
add_dependencies(linedb_shared linedb_version_script)
set_target_properties(linedb_shared PROPERTIES
  VERSION ${PROJECT_VERSION} SOVERSION ${so_version} LINK_DEPENDS ${version_script})
# Calls within the library are not looked up by name, and nothing may be missing from it.
target_link_options(linedb_shared PRIVATE -Wl,--version-script=${version_script}
  -Wl,-Bsymbolic-functions -Wl,--no-undefined)
