case $1 in
  remove | deconfigure) stop_service ;;
esac
