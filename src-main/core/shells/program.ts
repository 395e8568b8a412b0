/**
 * Bash, or else sh: what the image has. In UTF-8 where the image can and nothing else was chosen: `C.UTF-8` needs no
 * language, and is in every Debian since 2010, in glibc since 2.35 and in all of musl.
 */
const script = `
if [ -z "$LC_ALL$LANG" ]; then
  for place in /usr/lib/locale/C.utf8 /usr/lib/locale/C.UTF-8 /lib/ld-musl-*; do
    if [ -e "$place" ]; then LANG=C.UTF-8; export LANG; fi
  done
  if [ -z "$LANG" ] && [ "$(LC_ALL=C.UTF-8 locale charmap 2>/dev/null)" = UTF-8 ]; then LANG=C.UTF-8; export LANG; fi
fi
SHELL=$(command -v bash || command -v sh)
case $SHELL in /*) ;; *) SHELL=/bin/sh ;; esac
export SHELL
exec "$SHELL"
`;

export const shellCommand: readonly string[] = ['sh', '-c', script];

/** What xterm.js is. */
export const shellEnvironment: Readonly<Record<string, string>> = { TERM: 'xterm-256color' };
