/**
 * The icons' outlines on a grid of 24 by 24, drawn here so that none is loaded from anywhere.
 * `solid` shapes are filled with the verdict's colour and carry their mark in the colour that stands on it.
 */
export const icons = {
  grid: ['M4 4h7v7H4z', 'M13 4h7v7h-7z', 'M4 13h7v7H4z', 'M13 13h7v7h-7z'],
  list: ['M8 6h12', 'M8 12h12', 'M8 18h12', 'M4 6h.01', 'M4 12h.01', 'M4 18h.01'],
  recipe: ['M6 3h9l4 4v14H6z', 'M14 3v5h5', 'M9 13h7', 'M9 17h7'],
  settings: ['M4 7h10', 'M18 7h2', 'M4 17h2', 'M10 17h10', 'M16 5v4', 'M8 15v4'],
  help: [
    'M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4',
    'M12 17.5h.01',
    'M12 2.8a9.2 9.2 0 1 0 0 18.4 9.2 9.2 0 0 0 0-18.4z',
  ],
  image: ['M12 3l9 5-9 5-9-5z', 'M3 12.5l9 5 9-5', 'M3 17l9 5 9-5'],
  machine: ['M3 5h18v12H3z', 'M8 21h8', 'M12 17v4', 'M6.5 11h3l1.5-3 2.5 5 1.2-2h2.8'],
  flash: ['M13 2.5 5 13.5h6l-1 8 8-11h-6z'],
  retry: ['M4 12a8 8 0 1 0 2.6-5.9', 'M4 4v5h5'],
  stop: ['M6 6h12v12H6z'],
  open: ['M9 5l7 7-7 7'],
  back: ['M15 5l-7 7 7 7'],
  next: ['M9 5l7 7-7 7'],
  up: ['M5 15l7-7 7 7'],
  down: ['M5 9l7 7 7-7'],
  follow: ['M12 4v12', 'M6 11l6 6 6-6', 'M5 20.5h14'],
  copy: ['M9 9h11v11H9z', 'M15 9V4H4v11h5'],
  search: ['M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z', 'M15.5 15.5 20 20'],
  close: ['M6 6l12 12', 'M18 6 6 18'],
  warning: ['M12 3.5 22 20.5H2z', 'M12 10v4.5', 'M12 17.5h.01'],
  info: ['M12 2.8a9.2 9.2 0 1 0 0 18.4 9.2 9.2 0 0 0 0-18.4z', 'M12 11v6', 'M12 7.5h.01'],
  plug: ['M9 3v5', 'M15 3v5', 'M6 8h12v3a6 6 0 0 1-12 0z', 'M12 17v4.5'],
  power: ['M12 3v9', 'M6.5 7a8 8 0 1 0 11 0'],
  folder: ['M3 6h6l2 2.5h10V19H3z'],
  file: ['M6 3h8l4 4v14H6z', 'M13 3v5h5'],
  link: ['M4 20v-6a5 5 0 0 1 5-5h10', 'M14 4l5 5-5 5'],
  download: ['M12 3v12', 'M7 10.5l5 5 5-5', 'M4 20h16'],
  upload: ['M12 16V4', 'M7 8.5l5-5 5 5', 'M4 20h16'],
  goto: ['M3 12h12', 'M10.5 7.5 15 12l-4.5 4.5', 'M20 4v16'],
  clock: ['M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z', 'M12 7v5.5l3.5 2'],
  disk: [
    'M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3z',
    'M4 6v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6',
    'M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3',
  ],
  dots: ['M5 12h.01', 'M12 12h.01', 'M19 12h.01'],
  check: ['M5 12.5l4.5 4.5L19 7.5'],
  terminal: ['M3 4h18v16H3z', 'M7 9l3.5 3L7 15', 'M13 15.5h4'],
  box: ['M12 3l9 4.5v9L12 21l-9-4.5v-9z', 'M3 7.5l9 4.5 9-4.5', 'M12 12v9'],
  announce: ['M4 10v4h3l5 4V6l-5 4z', 'M15.5 9a4 4 0 0 1 0 6', 'M18 6.5a8 8 0 0 1 0 11'],
} as const;

export type IconName = keyof typeof icons;

/** A verdict's own shape: none looks like another even without colour. */
export const verdictShapes = {
  pass: { body: 'M12 1a11 11 0 1 0 0 22 11 11 0 0 0 0-22z', mark: 'M6.5 12.5l3.8 3.8 7.2-8' },
  fail: { body: 'M7.4 1h9.2L23 7.4v9.2L16.6 23H7.4L1 16.6V7.4z', mark: 'M8 8l8 8M16 8l-8 8' },
  error: { body: 'M12 1.5 23.5 22H.5z', mark: 'M12 9v6M12 18.4v.1' },
  timeout: { body: 'M4 1h16v5l-6 6 6 6v5H4v-5l6-6-6-6z', mark: 'M8.5 5.2h7M8.5 19h7' },
  aborted: { body: 'M12 1a11 11 0 1 0 0 22 11 11 0 0 0 0-22z', mark: 'M6 18 18 6' },
} as const;

export type VerdictTone = keyof typeof verdictShapes;
