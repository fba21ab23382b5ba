#!/bin/sh
# What runs on a target: starts a step once, in a session of its own, and can always say how it ended.
# Plain POSIX sh with flock, setsid, tail, tar and /proc. Called as: sh run.sh COMMAND WORK_DIRECTORY ARGUMENT…
# Answers begin after the mark NUL "LL" NUL on standard output; protocol lines begin with "LL1 " on standard error.
set -u
umask 077

say() { printf 'LL1 %s\n' "$*" >&2; }
mark() { printf '\000LL\000'; }

# Answers stand in variables and not on a pipe: a step should not wait for processes that only look.
# The first line of a small file, in $content; empty when there is none.
content_of() {
  content=
  [ ! -e "$1" ] || read -r content <"$1" || :
}

# What /proc says of a process, in $state, $session and $start; all empty when it is gone.
look_at_process() {
  state='' session='' start=''
  [ -r "/proc/$1/stat" ] || return 0
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 0
  set -- ${line##*) }
  state=$1 session=$4 start=${20}
}

# True while the machine has not been restarted since the marker was made.
same_boot() {
  content_of "$1/boot"
  read -r boot </proc/sys/kernel/random/boot_id
  [ "$content" = "$boot" ]
}

# What lives in the session of $leader.
members() {
  for stat in /proc/[0-9]*/stat; do
    pid=${stat#/proc/} && pid=${pid%/stat}
    look_at_process "$pid"
    [ "$session" = "$leader" ] || continue
    case "$state" in '' | Z | X) ;; *) printf '%s ' "$pid" ;; esac
  done
}

# True while the very process that the marker names still runs: same boot, same start, no zombie. Where it was killed
# alone, what it had started works on: a session keeps its number from being given to others.
alive() {
  [ -e "$1/pid" ] && same_boot "$1" || return 1
  content_of "$1/pid"
  leader=$content
  look_at_process "$leader"
  case "$state" in '' | Z | X) [ -n "$(members)" ]; return ;; esac
  content_of "$1/started"
  [ "$start" = "$content" ]
}

# How many seconds it has run, in $age: counted since the machine started, so that no clock that is set makes it older.
age_of() {
  content_of "$1/started"
  read -r age _ </proc/uptime
  age=$((${age%%.*} - content / 100))
}

# never-started | ended CODE | running AGE | lost REASON, in $seen. Called with the fence's lock held, or after the end.
look() {
  if [ -e "$1/exit" ]; then
    content_of "$1/exit"
    seen="ended $content"
  elif [ ! -d "$1" ]; then
    seen=never-started
  elif [ ! -e "$1/pid" ]; then
    rm -rf "$1"
    seen=never-started
  elif alive "$1"; then
    age_of "$1"
    seen="running $age"
  elif [ -e "$1/exit" ]; then
    content_of "$1/exit"
    seen="ended $content"
  elif same_boot "$1"; then
    seen='lost its process is gone and left no exit code'
  else
    seen='lost the machine was restarted meanwhile'
  fi
}

# Takes the lock of a fence on descriptor 9, and raises the fence to TOKEN; fails when it stands higher.
raise() {
  [ -d "${1%/*}" ] || mkdir -p "${1%/*}" || exit 74
  exec 9>>"$1.lock" || exit 74
  flock -w 10 9 || { say "busy"; exit 75; }
  content_of "$1"
  highest=${content:-0}
  [ "$2" -ge "$highest" ] || return 1
  [ "$2" -eq "$highest" ] || { printf '%s\n' "$2" >"$1.new" && mv "$1.new" "$1"; }
}

# Sends output from OFFSET on until the run has ended and the other side has everything.
follow() {
  trap '' PIPE
  mark
  tail -c "+$(($2 + 1))" -f "$1/output" 2>/dev/null &
  tail=$!
  [ -z "${3:-}" ] || wait "$3"
  while [ ! -e "$1/exit" ] && alive "$1"; do sleep 0.2; done
  look "$1"
  bytes=$(wc -c <"$1/output")
  say "$seen|$((bytes))"
  read -r _
  kill "$tail" 2>/dev/null
}

command=$1
work=$2
shift 2

case "$command" in
check)
  mark
  for tool in flock setsid tar tail head stat wc; do
    command -v "$tool" >/dev/null 2>&1 || { printf 'it has no %s, which the runner needs' "$tool"; exit 0; }
  done
  [ -r /proc/self/stat ] || { printf 'it has no /proc, which the runner needs'; exit 0; }
  mkdir -p "$work" && : >"$work/.writable" || { printf 'its work directory %s cannot be written' "$work"; exit 0; }
  printf 'ready'
  ;;

start) # MARKER FENCE TOKEN KIND BYTES DIRECTORY [WORD…]
  marker=$work/runs/$1 fence=$work/fence/$2 token=$3 kind=$4 bytes=$5 directory=$6
  shift 6
  text=
  [ "$bytes" -eq 0 ] || { text=$(head -c "$bytes" && printf x) && text=${text%x}; }
  raise "$fence" "$token" || { mark; say "fenced $highest"; exit 0; }
  [ -d "${marker%/*}" ] || mkdir -p "${marker%/*}" || exit 74
  mkdir "$marker" 2>/dev/null || { mark; say "already-started"; exit 0; }
  [ "$bytes" -eq 0 ] || printf '%s' "$text" >"$marker/step"
  : >"$marker/output"
  setsid sh "$0" wrap "$work" "$marker" "$kind" "$directory" "$@" </dev/null >>"$marker/output" 2>&1 &
  child=$!
  exec 9>&-
  say "started"
  follow "$marker" 0 "$child"
  ;;

wrap) # MARKER KIND DIRECTORY [WORD…]: the leader of the step's session. Holds the lock until it has left its name.
  marker=$1 kind=$2 directory=$3
  shift 3
  read -r boot </proc/sys/kernel/random/boot_id
  look_at_process $$
  printf '%s\n' "$boot" >"$marker/boot"
  printf '%s\n' "$start" >"$marker/started"
  printf '%s\n' $$ >"$marker/pid"
  exec 9>&-
  if ! cd "$directory"; then
    code=126
  elif [ "$kind" = line ]; then
    /bin/sh "$marker/step"
    code=$?
  else
    "$@"
    code=$?
  fi
  printf '%s\n' "$code" >"$marker/exit.new" && mv "$marker/exit.new" "$marker/exit"
  ;;

follow) # MARKER OFFSET
  [ -e "$work/runs/$1/output" ] || { mark; say "never-started|0"; exit 0; }
  follow "$work/runs/$1" "$2"
  ;;

seal) # MARKER FENCE TOKEN
  raise "$work/fence/$2" "$3" || { mark; printf 'fenced %s' "$highest"; exit 0; }
  look "$work/runs/$1"
  mark
  printf '%s' "$seen"
  ;;

end) # MARKER GRACE_SECONDS
  marker=$work/runs/$1
  if [ -e "$marker/pid" ] && same_boot "$marker"; then
    content_of "$marker/pid"
    leader=$content
    kill -TERM $(members) 2>/dev/null
    left=$(($2 * 10))
    while [ -n "$(members)" ] && [ "$left" -gt 0 ]; do
      sleep 0.1
      left=$((left - 1))
    done
    kill -KILL $(members) 2>/dev/null
    while [ -n "$(members)" ]; do sleep 0.05; done
  fi
  look "$marker"
  mark
  printf '%s' "$seen"
  ;;

has) # DIRECTORY_NAME
  mark
  [ -d "$work/revisions/$1" ] && cd "$work/revisions/$1" && pwd -P
  ;;

lend) # NAME, a tar on standard input: a directory for one look. What was never taken back goes after an hour.
  lent=$work/lent/$1.$$
  mkdir -p "$lent" && tar -xf - -C "$lent" || { rm -rf "$lent"; exit 74; }
  find "$work/lent" -mindepth 1 -maxdepth 1 -mmin +60 -exec rm -rf {} + 2>/dev/null
  mark
  printf '%s' "${lent##*/}"
  ;;

look-in) # NAME SECONDS, a line on standard input: runs it in a session of its own, which ends after SECONDS at the latest
  lent=$work/lent/$1
  text=$(cat && printf x) && text=${text%x}
  cd "$lent" || exit 126
  printf '%s' "$text" >"$lent.step"
  setsid sh "$lent.step" </dev/null 2>&1 &
  leader=$!
  printf '%s\n' "$leader" >"$lent.pid"
  # Whoever asked may be gone by then.
  {
    left=$2
    while [ "$left" -gt 0 ]; do
      sleep 1
      left=$((left - 1))
    done
    kill -KILL $(members)
  } </dev/null >/dev/null 2>&1 &
  watch=$!
  wait "$leader"
  code=$?
  kill "$watch" 2>/dev/null
  exit "$code"
  ;;

take-back) # NAME: with what still runs there
  lent=$work/lent/$1
  content_of "$lent.pid"
  leader=$content
  [ -z "$leader" ] || kill -KILL $(members) 2>/dev/null
  rm -rf "$lent" "$lent.step" "$lent.pid"
  mark
  ;;

unpack) # DIRECTORY_NAME NAME KEEP, a tar on standard input
  revisions=$work/revisions
  new=$revisions/.$1.$$
  if [ -d "$revisions/$1" ]; then
    cat >/dev/null
  else
    mkdir -p "$new" && tar -xf - -C "$new" || { rm -rf "$new"; exit 74; }
    # Moved into a directory that somebody else put there meanwhile, it would be one file too many.
    { [ ! -d "$revisions/$1" ] && mv "$new" "$revisions/$1" 2>/dev/null; } || rm -rf "$new"
  fi
  touch "$revisions/$1"
  kept=0
  for old in $(cd "$revisions" && ls -1dt "$2"@*-* 2>/dev/null); do
    kept=$((kept + 1))
    [ "$kept" -le "$3" ] || [ "$old" = "$1" ] || rm -rf "${revisions:?}/$old"
  done
  mark
  cd "$revisions/$1" && pwd -P
  ;;
esac
