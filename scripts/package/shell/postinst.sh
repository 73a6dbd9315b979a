# its questions are known from now on: purge has one
. /usr/share/debconf/confmodule
case $1 in
  configure)
    make_user
    begin_new_version "$2" >&2
    ;;
esac
