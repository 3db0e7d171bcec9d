# Before CPack packs: as debhelper would, no symbols that nobody links with, no word of the compiler.
foreach(file
    library${CPACK_LINEDB_LIBRARIES}/liblinedb.so.${CPACK_PACKAGE_VERSION}
    development${CPACK_LINEDB_LIBRARIES}/liblinedb.a
    tools/usr/bin/dbtool)
  set(symbols --strip-unneeded)
  if(file MATCHES "\\.a$")
    set(symbols --strip-debug --enable-deterministic-archives)
  endif()
  execute_process(
    COMMAND strip ${symbols} --remove-section=.comment --remove-section=.note
      ${CPACK_TEMPORARY_DIRECTORY}/${file}
    COMMAND_ERROR_IS_FATAL ANY)
endforeach()
