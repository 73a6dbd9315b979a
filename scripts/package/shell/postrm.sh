case $1 in
  remove)
    remove_versions
    say_where_data_is
    ;;
  purge)
    remove_versions
    answer=false
    if [ -e /usr/share/debconf/confmodule ]; then
      . /usr/share/debconf/confmodule
      # asked anew each time: an answer of years ago is none
      db_fset fieldlog/remove-data seen false || true
      db_input high fieldlog/remove-data || true
      db_go || true
      if db_get fieldlog/remove-data; then answer=$RET; fi
      db_purge
    fi
    rm -rf /etc/fieldlog/secrets
    if [ "$answer" = true ]; then
      rm -rf "$home"
      userdel "$user" || true
    else
      echo "fieldlog: $home was kept, with the journal; remove it by: rm -r $home && userdel $user" >&2
    fi
    ;;
esac
