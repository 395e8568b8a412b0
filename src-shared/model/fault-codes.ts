/**
 * Every expected failure of the station. Each has an entry in the message catalogues
 * (`faults.<code>.what` and `faults.<code>.remedy`); a test holds the two lists together.
 */
export const faultCodes = [
  // The engine
  'engine-absent',
  'engine-refused',
  'engine-lost',
  'engine-too-old',
  'engine-error',
  // Images
  'image-missing',
  'image-support-too-low',
  'image-digest-mismatch',
  // Containers
  'container-option-refused',
  'container-port-taken',
  'container-device-gone',
  'container-device-refused',
  'container-mount-missing',
  'container-no-space',
  'container-out-of-memory',
  'container-killed',
  'container-command-failed',
  'container-command-missing',
  'container-network-exhausted',
  'container-gone',
  // The flash
  'panel-not-ready',
  'flash-not-started',
  'flash-failed',
  'flash-failed-exit',
  'flash-ended-without-sign',
  'flash-timeout',
  'flash-stalled',
  // The run
  'unplugged',
  'unplugged-while-away',
  'aborted-by-operator',
  'aborted-by-quit',
  'run-interrupted',
  // Tests
  'test-failed',
  'test-error',
  'test-timeout',
  // Records
  'records-unwritable',
  'records-corrupt',
  'records-newer',
  'record-pending',
  'run-unknown',
  'log-missing',
  // Recipes
  'recipe-none-matches',
  'recipe-several-match',
  'recipe-invalid',
  'recipe-unknown',
  'recipe-file-missing',
  'recipe-name-taken',
  // Bays and ports
  'bay-unknown',
  'bay-disabled',
  'bay-busy',
  'bay-empty',
  'bay-not-running',
  'bay-number-taken',
  'port-unknown',
  'port-watch-failed',
  'port-permission',
  'port-busy',
  'port-held-by-container',
  // The station
  'secret-missing',
  'secrets-unreadable',
  'config-invalid',
  'config-unwritable',
  'workspace-missing',
  'home-in-use',
  'home-unwritable',
  'station-stopping',
  'waiting-for-operator',
  // The contract
  'call-unknown',
  'call-input-invalid',
  'call-refused',
] as const;
