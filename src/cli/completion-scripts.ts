/** The shells that completions are made for. */
export const shells = ['bash', 'zsh', 'fish'] as const;

type Shell = (typeof shells)[number];

/** What the program says instead of words where a file's name fits. */
export const filesMark = ':files';

/*
 * Each script asks the very program that stands on the line, with the words as they were typed: nothing of the line is
 * ever evaluated, so that Tab runs no command that is still being written.
 */
const scripts: Record<Shell, string> = {
  bash: `# Completions of lamplighter for bash. In ~/.bashrc:  source <(lamplighter completion bash)
_lamplighter() {
  local line=\${COMP_LINE:0:COMP_POINT} current words found
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  current=\${words[\${#words[@]}-1]}
  mapfile -t found < <("\${words[0]}" __complete -- "\${words[@]:1}" 2>/dev/null)
  COMPREPLY=()
  if [[ \${found[0]-} == '${filesMark}' ]]; then
    compopt -o default
    return
  fi
  # bash takes NAME@VERSION and --flag=value for several words, and replaces only the last, which is $2.
  COMPREPLY=("\${found[@]#"\${current%"$2"}"}")
}
complete -F _lamplighter lamplighter
`,
  zsh: `#compdef lamplighter
# Completions of lamplighter for zsh. In ~/.zshrc, after compinit:  source <(lamplighter completion zsh)
_lamplighter() {
  local -a found
  found=("\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ \${found[1]} == '${filesMark}' ]]; then
    _files
  else
    compadd -- "\${(@)found:#}"
  fi
}
compdef _lamplighter lamplighter
`,
  fish: `# Completions of lamplighter for fish:  lamplighter completion fish > ~/.config/fish/completions/lamplighter.fish
function __lamplighter_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l found ($words[1] __complete -- $words[2..-1] "$current" 2>/dev/null)
  if test "$found[1]" = '${filesMark}'
    __fish_complete_path "$current"
  else
    printf "%s\\n" $found
  end
end
complete -c lamplighter -f -a '(__lamplighter_complete)'
`,
};

/** The script that a shell reads to complete our command lines. */
export function completionScript(shell: Shell): string {
  return scripts[shell];
}
