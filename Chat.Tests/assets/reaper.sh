#!/bin/sh
# Reads process ids, one a line. When the test process is gone its end of the pipe closes: kills those processes with all
# their descendants, then whatever carries the run's mark in its environment, and removes the run's folder.
mark=$1
folder=$2
pids=
while read -r pid; do pids="$pids $pid"; done

children() {
  for stat in /proc/[0-9]*/stat; do
    # The name in parentheses may hold spaces: what follows the last one is "state ppid …".
    { read -r line <"$stat"; } 2>/dev/null || continue
    rest=${line##*) }
    rest=${rest#* }
    [ "${rest%% *}" = "$1" ] && echo "${line%% *}"
  done
}

kill_tree() {
  # Stopped first, so that it makes no new children meanwhile.
  kill -STOP "$1" 2>/dev/null
  for child in $(children "$1"); do kill_tree "$child"; done
  kill -KILL "$1" 2>/dev/null
}

for pid in $pids; do
  # A pid may have been given to somebody else since: only what started from this run is ours.
  [ -d "/proc/$pid" ] && grep -qs "CHAT_TEST_RUN=$mark" "/proc/$pid/environ" && kill_tree "$pid"
done
for environment in $(grep -ls "CHAT_TEST_RUN=$mark" /proc/[0-9]*/environ); do
  pid=${environment#/proc/}
  kill -KILL "${pid%/environ}" 2>/dev/null
done
rm -rf "$folder"
