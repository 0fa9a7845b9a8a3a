#!/bin/sh
# Backups of the database and of the uploaded files. The connection comes from the usual PG* variables.
#   backup.sh every-night      one each night at BACKUP_HOUR (UTC), kept BACKUP_KEEP_DAYS days
#   backup.sh now              one at once; prints its name
#   backup.sh restore NAME     replaces the whole database, and the uploaded files, by this backup
#   backup.sh check            fails when the newest backup is older than 26 hours
set -eu
folder="${BACKUP_FOLDER:-/backups}"
media="${MEDIA_FOLDER:-/media-files}"

now() {
    name="openflex-$(date -u +%Y%m%d-%H%M%S)"
    draft="$folder/.$name"
    rm -rf "$draft"
    mkdir -p "$draft"
    pg_dump --format=custom --file="$draft/database.dump"
    # A dump that cannot be listed cannot be restored: better to know tonight.
    pg_restore --list "$draft/database.dump" >/dev/null
    tar -C "$media" -cf "$draft/media.tar" .
    (cd "$draft" && sha256sum database.dump media.tar >SHA256SUMS)
    mv "$draft" "$folder/$name" # complete or absent
    echo "$name"
}

restore() {
    backup="$folder/$1"
    (cd "$backup" && sha256sum --check --quiet SHA256SUMS)
    # Written out first, because a pipe would hide a dump that cannot be read to its end. Then one transaction:
    # a restore that fails leaves the database as it was.
    statements="$(mktemp "$folder/.restore.XXXXXX")"
    trap 'rm -f "$statements"' EXIT
    echo 'DROP SCHEMA public CASCADE; CREATE SCHEMA public;' >"$statements"
    pg_restore --no-owner --file=- "$backup/database.dump" >>"$statements"
    psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --single-transaction --output=/dev/null --file="$statements"
    find "$media" -mindepth 1 -delete
    tar -C "$media" -xf "$backup/media.tar"
    echo "$1 is restored."
}

forget_old() {
    find "$folder" -maxdepth 1 -name 'openflex-*' -mtime "+${BACKUP_KEEP_DAYS:-14}" -exec rm -rf {} +
    find "$folder" -maxdepth 1 -name '.openflex-*' -mtime +1 -exec rm -rf {} +
}

every_night() {
    while :; do
        if [ "$(date -u +%H)" = "${BACKUP_HOUR:-02}" ] || [ -z "$(find "$folder" -maxdepth 1 -name 'openflex-*')" ]; then
            "$0" now && forget_old # a process of its own: `&&` would switch its `set -e` off
            sleep 3600
        fi
        sleep 60
    done
}

case "${1:-}" in
every-night) every_night ;;
now) now ;;
restore) restore "$2" ;;
check) [ -n "$(find "$folder" -maxdepth 1 -name 'openflex-*' -mmin -1560)" ] ;;
*) sed -n '2,6p' "$0" && exit 2 ;;
esac
