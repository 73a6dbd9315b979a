case $1 in
  install | upgrade) keep_good_version ;;
esac
