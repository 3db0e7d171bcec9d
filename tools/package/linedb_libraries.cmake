# linedb::zstd and linedb::xxhash: libraries that have files for CMake in some distributions only.
# Read by the build and, installed, by linedb-config.cmake; linedb_libraries_required is REQUIRED or
# empty.
foreach(linedb_library zstd xxhash)
  string(TOUPPER ${linedb_library} linedb_variable)
  find_path(${linedb_variable}_INCLUDE_DIR ${linedb_library}.h ${linedb_libraries_required})
  find_library(${linedb_variable}_LIBRARY ${linedb_library} ${linedb_libraries_required})
  mark_as_advanced(${linedb_variable}_INCLUDE_DIR ${linedb_variable}_LIBRARY)
  if(NOT TARGET linedb::${linedb_library} AND ${linedb_variable}_LIBRARY)
    add_library(linedb::${linedb_library} UNKNOWN IMPORTED)
    set_target_properties(linedb::${linedb_library} PROPERTIES
      IMPORTED_LOCATION ${${linedb_variable}_LIBRARY}
      INTERFACE_INCLUDE_DIRECTORIES ${${linedb_variable}_INCLUDE_DIR})
  endif()
endforeach()
