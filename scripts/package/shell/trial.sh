#!/bin/sh
# Looks whether an update comes up, and goes back to the version before where it does not. Run by
# fieldlog-trial.service, after an update and, where the power failed meanwhile, at the next boot.
set -e
@FUNCTIONS@
# seconds: by then the gateway must run, and for so long without a restart it must have run
limit=120
steady=30

seconds() {
  cut -d. -f1 /proc/uptime
}

# Sets `state` to systemd's word, and `process` to the process that is the gateway now.
look() {
  state=$(systemctl show --value --property=ActiveState fieldlog.service)
  process=$(systemctl show --value --property=MainPID fieldlog.service)
}

# Returns 0 for a version that is healthy, 1 for one that is not; ends the trial where somebody has stopped the service.
is_healthy() {
  begin=$(seconds)
  first= since=0
  while :; do
    look
    now=$(seconds)
    if [ "$state" = active ] && [ "$process" = "$first" ]; then
      [ $((now - since)) -lt $steady ] || return 0
    elif [ "$state" = active ]; then
      first=$process since=$now
    else
      first=
    fi
    # stopped by hand: that says nothing about the version, which is looked at again at its next start
    [ "$state" != inactive ] || [ $((now - begin)) -lt 10 ] || exit 0
    # one that has come up just before the limit gets the rest of its time
    [ $((now - begin)) -lt $limit ] || [ -n "$first" ] || return 1
    [ $((now - begin)) -lt $((limit + steady + 10)) ] || return 1
    sleep 2
  done
}

go_back() {
  failed=$(basename "$current")
  works=$(basename "$previous")
  echo "<3>version $failed did not come up within $limit seconds: going back to $works; why it failed: journalctl -u fieldlog"
  # a full disk, which may be why it failed, must not keep us from going back
  echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) version $failed did not come up healthy; $works runs in its place" >"$base/rolled-back" ||
    echo "<4>that an update was taken back could not be noted in $base/rolled-back"
  switch_to "$previous"
  rm -f "$base/previous"
  systemctl reset-failed fieldlog.service || true
  systemctl --no-block restart fieldlog.service
}

[ -L "$base/previous" ] || exit 0
previous=$(readlink -f "$base/previous")
current=$(readlink -f "$base/current")
if [ ! -d "$previous" ] || [ "$previous" = "$current" ]; then
  rm -f "$base/previous"
elif is_healthy; then
  rm -f "$base/previous"
  rm -rf "$base/kept"
  echo "version $(basename "$current") is healthy"
else
  go_back
fi
