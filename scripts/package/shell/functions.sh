# What the package's scripts, the tarball's installer and the trial of an update share. The version is put in when a
# package is made. Each way to switch between versions is here, and docs/decisions/016-updates-side-by-side.md says why.
base=/usr/lib/fieldlog
version=@VERSION@
home=/var/lib/fieldlog
user=fieldlog
new="$base/versions/$version"

# Makes `current` name another version. One rename: after a power cut it names the old one or the new one.
switch_to() {
  ln -sfn "$1" "$base/current.new"
  mv -T "$base/current.new" "$base/current"
  sync -f "$base"
}

# The folder of the version that is known to work: in a trial the one before; else the one that runs. Empty: none.
good_version() {
  for link in "$base/previous" "$base/current"; do
    if [ -d "$link/" ]; then
      readlink -f "$link"
      return
    fi
  done
}

# Before files are replaced: keeps the good version beside them, as hard links, and lets `current` name the copy. So
# whatever happens while the new files come, a whole version is there to start.
keep_good_version() {
  good=$(good_version)
  [ -n "$good" ] || return 0
  case $good in
    "$base"/kept/*) ;;
    *)
      copy="$base/kept/$(basename "$good")"
      rm -rf "$base/kept"
      mkdir -p "$base/kept"
      cp -al "$good" "$copy"
      good=$copy
      ;;
  esac
  switch_to "$good"
  rm -f "$base/previous"
}

has_systemd() {
  [ -d /run/systemd/system ]
}

make_user() {
  id -u "$user" >/dev/null 2>&1 ||
    useradd --system --user-group --home-dir "$home" --no-create-home --shell /usr/sbin/nologin "$user"
  if getent group dialout >/dev/null; then usermod -aG dialout "$user"; fi
}

# After the new files are there: lets them run. Where an older version runs now, the new one is on trial.
# $1: not empty where Fieldlog was installed before, so that a service that its user has disabled or stopped stays so
begin_new_version() {
  old=$(good_version)
  state=inactive
  if has_systemd; then state=$(systemctl is-active fieldlog.service || true); fi
  rm -f "$base/rolled-back"
  if [ -n "$old" ] && [ "$old" != "$new" ] && [ "$state" = active ]; then ln -sfn "$old" "$base/previous"; fi
  switch_to "$new"
  [ -L "$base/previous" ] || rm -rf "$base/kept"
  if command -v systemctl >/dev/null && [ -z "$1" ]; then
    systemctl --quiet enable fieldlog.service fieldlog-trial.service
  fi
  has_systemd || return 0
  systemctl daemon-reload
  # nobody waits: a start takes a minute on a small machine, and the trial looks at it
  if [ -z "$1" ] || [ "$state" != inactive ]; then
    systemctl --no-block restart fieldlog.service
  fi
  if [ -L "$base/previous" ]; then systemctl --no-block restart fieldlog-trial.service; fi
}

stop_service() {
  has_systemd || return 0
  systemctl --quiet disable --now fieldlog-trial.service fieldlog.service || true
  # versions before have none
  systemctl --quiet disable --now fieldlog-backup.timer 2>/dev/null || true
}

# Everything but what users made: their data and settings.
remove_versions() {
  rm -rf "$base/kept" "$base/current" "$base/current.new" "$base/previous" "$base/rolled-back"
  rmdir "$base/versions" "$base" 2>/dev/null || true
  if has_systemd; then systemctl daemon-reload; fi
}

say_where_data_is() {
  echo "fieldlog: kept: $home (journal, flows, names), /etc/fieldlog (settings), and the user $user" >&2
}
