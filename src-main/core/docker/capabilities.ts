/**
 * What a container keeps of root's rights when its recipe names none. Everything else is dropped. Each was
 * found to be missed by an ordinary start script of a flasher that runs as root, with all dropped:
 *
 * - CHOWN, SETUID, SETGID: a service that changes to its own user at its start (`su`, `start-stop-daemon
 *   --chuid`, an init script of Redis) ends with "can't set groups: Operation not permitted".
 * - KILL: and could then not be stopped again by the script that started it.
 * - DAC_OVERRIDE: a pseudo-terminal or a workspace that belongs to the person at the station, not to root,
 *   ends with "Permission denied".
 * - NET_BIND_SERVICE: port 80. Engines from 20.10 on allow it without, older ones and hardened ones do not.
 *
 * Of Docker's own default set these are left out: AUDIT_WRITE, FOWNER, FSETID, MKNOD, NET_RAW, SETFCAP,
 * SETPCAP, SYS_CHROOT. MKNOD and NET_RAW are the ones that matter: with them a container could make itself
 * other devices' nodes and forge packets in its network.
 */
export const defaultCapabilities: readonly string[] = [
  'CHOWN',
  'DAC_OVERRIDE',
  'KILL',
  'NET_BIND_SERVICE',
  'SETGID',
  'SETUID',
];
