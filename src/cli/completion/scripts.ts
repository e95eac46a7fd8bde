/**
 * What each shell runs at a Tab: it asks the program that is being typed, and offers the lines of its answer, a word and
 * its description apart by a tab. The last line says whether names of files may stand there too.
 */
export const SCRIPTS = {
  bash: `_gemini() {
  local line words=("\${COMP_WORDS[@]:1:COMP_CWORD-1}")
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files) ;;
      :none) compopt +o default 2>/dev/null ;;
      *) printf -v line %q "\${line%%$'\\t'*}"; COMPREPLY+=("$line") ;;
    esac
  done < <("$1" completion bash --current="\${COMP_WORDS[COMP_CWORD]}" -- "\${words[@]}" 2>/dev/null)
}
complete -o default -F _gemini gemini gemini-prompt
`,
  zsh: `#compdef gemini gemini-prompt
_gemini() {
  local line word files tab=$'\\t'
  local -a lines offered before
  before=("\${(@Q)words[2,CURRENT-1]}")
  lines=("\${(@f)$("\${words[1]}" completion zsh --current="\${(Q)words[CURRENT]}" -- "\${before[@]}" 2>/dev/null)}")
  for line in "\${lines[@]}"; do
    case $line in
      :files) files=1 ;;
      :none|'') ;;
      *) word=\${line%%$tab*}; offered+=("\${word//:/\\\\:}:\${line#*$tab}") ;;
    esac
  done
  (( \${#offered} )) && _describe -V gemini offered
  [[ -n $files ]] && _files
}
if [[ \${funcstack[1]} == _gemini ]]; then
  _gemini "$@"
else
  compdef _gemini gemini gemini-prompt
fi
`,
  fish: `function __gemini_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] completion fish --current="$current" -- $words[2..-1] 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path "$current"
            case :none
            case '*'
                echo $line
        end
    end
end
complete -c gemini -f -a '(__gemini_complete)'
complete -c gemini-prompt -f -a '(__gemini_complete)'
`,
  powershell: `Register-ArgumentCompleter -Native -CommandName gemini, gemini-prompt -ScriptBlock {
    param($current, $line, $cursor)
    $elements = @($line.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor -or $_.Extent.EndOffset -eq $cursor -and $current -eq '' })
    $words = @($elements | Select-Object -Skip 1 | ForEach-Object { if ($_.Value -is [string]) { $_.Value } else { "$_" } })
    & "$($line.CommandElements[0])" completion powershell "--current=$current" -- @words 2>$null | ForEach-Object {
        if ($_ -eq ':files') {
            Get-ChildItem "$current*" -ErrorAction SilentlyContinue | ForEach-Object {
                $path = if ($current -match '[\\\\/]') { Join-Path (Split-Path $current) $_.Name } else { $_.Name }
                [System.Management.Automation.CompletionResult]::new($path, $_.Name, 'ProviderItem', $path)
            }
        } elseif ($_ -ne ':none') {
            $word, $about = $_ -split "\`t", 2
            if (-not $about) { $about = $word }
            [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $about)
        }
    }
}
`,
} as const;
