#!/bin/sh
# What the service runs: the gateway, with a heap that fits the machine. Node.js by itself takes what suits a PC, and a
# machine of 512 MB begins to swap before V8 collects its garbage.
# Arguments: Node.js, and what it runs.
set -eu

# MB: the machine's, or the least that a control group above this process allows
memory() {
  least=$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)
  for limit in $(limits); do
    # of version 1 "no limit" is a number near 2^63
    case $limit in
      '' | max | ????????????????*) continue ;;
    esac
    mb=$((limit / 1048576))
    [ "$mb" -ge "$least" ] || least=$mb
  done
  echo "$least"
}

limits() {
  root=/sys/fs/cgroup
  group=$(sed -n 's/^0:://p' /proc/self/cgroup)
  while [ -n "$group" ] && [ "$group" != / ]; do
    cat "$root$group/memory.max" 2>/dev/null || true
    group=${group%/*}
  done
  group=$(sed -n 's/^[0-9]*:[^:]*memory[^:]*://p' /proc/self/cgroup)
  cat "$root/memory$group/memory.limit_in_bytes" 2>/dev/null || true
}

mb=$(memory)
# long-lived objects: a quarter, but so much at least as a gateway with a full day of work needs
heap=$((mb / 4))
[ $heap -ge 112 ] || heap=112
[ $heap -le 1024 ] || heap=1024
# short-lived ones: up to three times as much as this; and by how much the heap grows, in percent, before old ones are looked through
young=32
growth=50
if [ "$mb" -lt 1024 ]; then
  young=8
  growth=20
  # a pool of memory for each thread would hold what nobody uses
  export MALLOC_ARENA_MAX=2
fi
# 512 MB: without the compilers that optimize, 20 MB of the program itself are never read into memory. The CPU that it costs is there:
# a hundred lines a second take 8 % of a core instead of 4. And the heap gives back what a burst has taken.
frugal=
if [ "$mb" -lt 640 ]; then
  young=2
  frugal='--no-turbofan --no-maglev --optimize-for-size'
fi

node=$1
shift
# shellcheck disable=SC2086 # several words, or none
exec "$node" --max-old-space-size=$heap --max-semi-space-size=$young --heap-growing-percent=$growth $frugal "$@"
