# dbtool's manual page and completions, which dbtool itself writes when it is built: its commands
# are described in one place, its own.
set(texts ${CMAKE_CURRENT_BINARY_DIR}/texts)
set(manual ${CMAKE_INSTALL_MANDIR}/man1)
set(shells ${CMAKE_INSTALL_DATADIR})

# dbtool_text(words file directory): what `dbtool words` prints is installed in the directory;
# compressed if the file's name ends so, as manual pages are in Debian.
function(dbtool_text words file directory)
  separate_arguments(arguments UNIX_COMMAND "${words}")
  set(text ${texts}/${file})
  string(REGEX REPLACE "\\.gz$" "" plain ${text})
  set(compress)
  if(NOT plain STREQUAL text)
    set(compress COMMAND gzip -9nf ${plain})
  endif()
  file(MAKE_DIRECTORY ${texts})
  add_custom_command(OUTPUT ${text}
    COMMAND dbtool ${arguments} > ${plain}
    ${compress}
    DEPENDS dbtool VERBATIM)
  install(FILES ${text} DESTINATION ${directory} COMPONENT tools)
  set_property(TARGET linedb_texts APPEND PROPERTY SOURCES ${text})
endfunction()

add_custom_target(linedb_texts ALL)
dbtool_text("man" dbtool.1.gz ${manual})
dbtool_text("completion bash" dbtool ${shells}/bash-completion/completions)
dbtool_text("completion zsh" _dbtool ${shells}/zsh/vendor-completions)
dbtool_text("completion fish" dbtool.fish ${shells}/fish/vendor_completions.d)
