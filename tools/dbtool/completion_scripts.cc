// The shells' side of completion. All that is known of commands comes from `dbtool complete`, whose
// first line says what follows: words (each with a tab and its description), or that files or
// directories are meant.

#include "tools/dbtool/completion.h"

namespace linedb::dbtool {
namespace {

constexpr char kBash[] =
    R"sh(# bash completion for dbtool                               -*- shell-script -*-
_dbtool() {
  COMPREPLY=()
  # Words as they were typed: readline breaks them at = and :, and leaves their quotes.
  local -a typed=()
  local word glued='' i
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ ${#typed[@]} -gt 0 && ($glued || $word =~ ^[=:]+$) ]]; then
      typed[-1]+=$word
      if [[ $word =~ ^[=:]+$ ]]; then glued=yes; else glued=''; fi
    else
      typed+=("$word")
    fi
  done
  local current=${typed[-1]-}
  for i in "${!typed[@]}"; do
    word=${typed[i]}
    case $word in
      \"*\" | \'*\') word=${word:1:${#word}-2} ;;
      \"* | \'*) word=${word:1} ;;
      *) word=${word//\\/} ;;
    esac
    typed[i]=${word/#\~\//$HOME/}
  done
  local -a answer=()
  mapfile -t answer < <("${COMP_WORDS[0]}" complete -- "${typed[@]}" 2>/dev/null)
  case ${answer[0]-} in
    files | directories)
      local action=-f
      [[ ${answer[0]} == files ]] || action=-d
      [[ $current == --*=* ]] && current=${current#*=}
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen "$action" -- "$current")
      ;;
    words)
      # Readline puts an answer in the place of what stands behind the last break.
      local done_part=''
      if [[ $current == *[=:]* && $COMP_WORDBREAKS == *[=:]* ]]; then
        done_part=${current%"${current##*[=:]}"}
      fi
      for word in "${answer[@]:1}"; do
        word=${word%%$'\t'*}
        COMPREPLY+=("$(printf %q "${word#"$done_part"}")")
      done
      ;;
  esac
}
complete -F _dbtool dbtool
)sh";

constexpr char kZsh[] =
    R"sh(#compdef dbtool
# zsh completion for dbtool
_dbtool() {
  local -a answer described
  local line word
  answer=("${(@f)$(command ${~words[1]} complete -- \
    "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
  case $answer[1] in
    files) [[ $PREFIX == --*=* ]] && compset -P '--*='; _files ;;
    directories) [[ $PREFIX == --*=* ]] && compset -P '--*='; _files -/ ;;
    words)
      for line in "${(@)answer[2,-1]}"; do
        word=${line%%$'\t'*}
        [[ -n $word ]] && described+=("${word//:/\\:}:${line#*$'\t'}")
      done
      (( $#described )) && _describe 'dbtool' described
      ;;
  esac
}
if [ "$funcstack[1]" = _dbtool ]; then
  _dbtool "$@"
else
  compdef _dbtool dbtool
fi
)sh";

constexpr char kFish[] =
    R"sh(# fish completion for dbtool
function __dbtool_complete
  set -l typed (commandline -opc)
  set -l current (commandline -ct)
  set -l program $typed[1]
  set -l answer (command $program complete -- $typed[2..-1] "$current" 2>/dev/null)
  switch "$answer[1]"
    case files
      __fish_complete_path (string replace -r '^--[^=]*=' '' -- "$current")
    case directories
      __fish_complete_directories (string replace -r '^--[^=]*=' '' -- "$current")
    case words
      printf '%s\n' $answer[2..-1]
  end
end
complete -c dbtool -f -a '(__dbtool_complete)'
)sh";

}  // namespace

std::string_view CompletionScript(std::string_view shell) {
  if (shell == "bash") return kBash;
  if (shell == "zsh") return kZsh;
  if (shell == "fish") return kFish;
  return "";
}

std::vector<std::string> ShellNames() { return {"bash", "zsh", "fish"}; }

}  // namespace linedb::dbtool
