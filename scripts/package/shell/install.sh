#!/bin/sh
# Installs Fieldlog from the folder that this file lies in, or updates it: sudo ./install.sh
# Takes it away again, and keeps data and settings: sudo ./install.sh --remove
set -e
@FUNCTIONS@
here=$(cd "$(dirname "$0")" && pwd)
units="fieldlog.service fieldlog-trial.service fieldlog-backup.service fieldlog-backup.timer"
files="usr/bin/fieldlog"
for unit in $units; do files="$files usr/lib/systemd/system/$unit"; done

fail() {
  echo "install.sh: $1" >&2
  exit 1
}

copy_files() {
  mkdir -p "$base/versions"
  rm -rf "$new.new"
  cp -a "$here/root$new" "$new.new"
  chown -R root:root "$new.new"
  sync -f "$base"
  rm -rf "$new"
  mv -T "$new.new" "$new"
  for file in $files usr/lib/fieldlog/trial.sh; do
    install -D -p -o root -g root -m "$(stat -c %a "$here/root/$file")" "$here/root/$file" "/$file"
  done
  install -d -m 755 /etc/fieldlog
  install -d -m 700 /etc/fieldlog/secrets
  settings=/etc/fieldlog/fieldlog.env
  if [ -e $settings ]; then
    cmp -s "$here/root$settings" $settings || install -m 640 "$here/root$settings" $settings.new
  else
    install -m 640 "$here/root$settings" $settings
  fi
}

# The versions that are neither the new one nor kept.
remove_older_files() {
  for folder in "$base"/versions/*; do
    [ "$folder" = "$new" ] || rm -rf "$folder"
  done
}

[ "$(id -u)" = 0 ] || fail 'only root can do that: sudo ./install.sh'
if command -v dpkg-query >/dev/null && dpkg-query -W -f '${db:Status-Status}' fieldlog 2>/dev/null | grep -q '^installed'; then
  fail 'Fieldlog is installed as a Debian package: update it by sudo apt install ./fieldlog_….deb'
fi
if [ "$1" = --remove ]; then
  stop_service
  (cd / && rm -f $files)
  rm -rf "$base"
  remove_versions
  say_where_data_is
  exit 0
fi
before=$(good_version)
keep_good_version
copy_files
remove_older_files
make_user
begin_new_version "$before"
echo "Fieldlog $version is installed. Settings: /etc/fieldlog/fieldlog.env. What it says: journalctl -u fieldlog"
