# After CPack has packed: what CPack 3.25 cannot say. The library asks for ldconfig by a trigger, as
# Debian's policy has it, and not by scripts; and all tell how they stand beside other architectures.
foreach(package IN LISTS CPACK_PACKAGE_FILES)
  set(unpacked ${CPACK_TEMPORARY_DIRECTORY}/finish)
  file(REMOVE_RECURSE ${unpacked})
  execute_process(COMMAND dpkg-deb --raw-extract ${package} ${unpacked}
    COMMAND_ERROR_IS_FATAL ANY)
  set(multi_arch same)
  if(package MATCHES "/linedb-tools_[^/]*$")
    set(multi_arch foreign)
  endif()
  file(READ ${unpacked}/DEBIAN/control control)
  string(STRIP "${control}" control)
  file(WRITE ${unpacked}/DEBIAN/control "${control}\nMulti-Arch: ${multi_arch}\n")
  if(EXISTS ${unpacked}/DEBIAN/shlibs)
    file(REMOVE ${unpacked}/DEBIAN/postinst ${unpacked}/DEBIAN/postrm)
    file(WRITE ${unpacked}/DEBIAN/triggers "activate-noawait ldconfig\n")
  endif()
  execute_process(COMMAND dpkg-deb --root-owner-group --build ${unpacked} ${package}
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  file(REMOVE_RECURSE ${unpacked})
endforeach()
