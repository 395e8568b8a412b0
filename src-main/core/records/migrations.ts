/**
 * Each brings a database from the version before (its place in this list) to the next. What has been
 * released is never edited: a change is a new entry at the end. Why the tables are as they are stands in
 * docs/records.md.
 */
export const migrations: readonly string[] = [
  `
  -- Every combination that has occurred of the columns with few values. A search picks combinations first,
  -- then their newest runs: no filter ever walks the runs themselves.
  CREATE TABLE facets (
    id INTEGER PRIMARY KEY,
    bay INTEGER NOT NULL,
    recipe TEXT NOT NULL,
    model TEXT NOT NULL,
    operator TEXT NOT NULL,
    verdict TEXT NOT NULL,      -- '' while the run goes on
    fault_code TEXT NOT NULL,   -- '' without a fault
    UNIQUE (recipe, model, bay, operator, verdict, fault_code)
  ) STRICT;

  CREATE TABLE runs (
    -- Start time in ms times 1000, plus the next free number: unique, and in order of time.
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    facet INTEGER NOT NULL REFERENCES facets (id),
    unit_serial TEXT,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    bay_label TEXT NOT NULL,
    physical_path TEXT NOT NULL,
    port_path TEXT NOT NULL,
    port_identity TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    recipe_hash TEXT NOT NULL,
    image_name TEXT NOT NULL,
    image_id TEXT,
    image_digest TEXT,
    container_id TEXT,
    host_port INTEGER,
    content_hash TEXT,
    host TEXT NOT NULL,
    fault TEXT,                 -- JSON, as are the next two
    phases TEXT NOT NULL,
    tests TEXT NOT NULL
  ) STRICT;
  -- An index of SQLite ends with the primary key by itself: these are (facet, position) and so on.
  CREATE INDEX runs_by_facet ON runs (facet);
  CREATE INDEX runs_by_serial ON runs (unit_serial, facet) WHERE unit_serial IS NOT NULL;

  -- One row a shift, its totals kept as runs end: counting a shift that nobody ever ended must stay quick.
  CREATE TABLE shifts (
    id INTEGER PRIMARY KEY,
    since INTEGER NOT NULL,
    operator TEXT NOT NULL,
    host TEXT NOT NULL,
    runs INTEGER NOT NULL DEFAULT 0,
    units INTEGER NOT NULL DEFAULT 0,
    pass INTEGER NOT NULL DEFAULT 0,
    fail INTEGER NOT NULL DEFAULT 0,
    other INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  -- The units of the present shift, to count each once.
  CREATE TABLE shift_units (
    kind TEXT NOT NULL CHECK (kind IN ('serial', 'attachment')),
    name TEXT NOT NULL,
    -- Of an attachment: the serial that was read on it last, '' while none has been.
    serial TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (kind, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE heartbeat (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL) STRICT;
  `,
  `
  -- Who allowed a run although its image's support was too low; JSON, null for every ordinary run.
  ALTER TABLE runs ADD COLUMN allowance TEXT;
  `,
  `
  -- Who was in which container with a shell, and when; not what was typed.
  CREATE TABLE shells (
    id TEXT PRIMARY KEY,
    bay INTEGER NOT NULL,
    place TEXT NOT NULL,
    recipe TEXT NOT NULL,
    run_id TEXT,
    image_name TEXT NOT NULL,
    image_id TEXT NOT NULL,
    container_id TEXT,
    operator TEXT NOT NULL,
    host TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    ended TEXT                  -- JSON; null while it is open
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX shells_by_time ON shells (opened_at);
  CREATE INDEX shells_by_bay ON shells (bay, opened_at);
  CREATE INDEX shells_by_run ON shells (run_id) WHERE run_id IS NOT NULL;
  CREATE INDEX shells_open ON shells (opened_at) WHERE ended IS NULL;
  `,
  `
  -- The first attempt of a unit's row of attempts, and what is known of the unit; JSON.
  ALTER TABLE runs ADD COLUMN first_run TEXT;
  ALTER TABLE runs ADD COLUMN identity TEXT;

  -- One row a kind of measurement. Short numbers in the rows keep those small.
  CREATE TABLE measurement_series (
    id INTEGER PRIMARY KEY,
    recipe TEXT NOT NULL,
    test TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (recipe, name, test)
  ) STRICT;
  -- What the attempts that count measured, for charts: written with the verdict, as the run itself never changes then.
  CREATE TABLE measurements (
    series INTEGER NOT NULL REFERENCES measurement_series (id),
    run INTEGER NOT NULL REFERENCES runs (position),
    value REAL,
    text TEXT,
    unit TEXT,
    least REAL,
    most REAL,
    verdict TEXT NOT NULL,
    PRIMARY KEY (series, run)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX measurements_by_run ON measurements (run);

  -- Serial numbers that were handed out. A number stands here before anybody hears of it, and stays.
  CREATE TABLE allocations (
    range TEXT NOT NULL,
    number INTEGER NOT NULL,
    run TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (range, number),
    UNIQUE (range, run)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- The seals of the records with a verdict, in the order in which they got it (chain.ts). The run's id is no
  -- foreign key: a record that somebody removes leaves its link, which tells of it.
  CREATE TABLE chain (
    seq INTEGER PRIMARY KEY,
    run TEXT NOT NULL UNIQUE,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;
  -- How long the chain is and how it ends: links that are cut off its end are missed.
  CREATE TABLE chain_head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    count INTEGER NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- What webhooks are still to be told (the outbox). A row is written in the transaction of the record that it tells
  -- of, and goes when the receiver has said that it has it. A smaller seq is delivered first where attachment or unit
  -- are the same.
  CREATE TABLE deliveries (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    hook TEXT NOT NULL,
    event TEXT NOT NULL,
    run TEXT NOT NULL,
    attachment TEXT NOT NULL,
    unit TEXT NOT NULL,         -- '' while no serial number is known
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due INTEGER NOT NULL,
    fault TEXT                  -- JSON: why the last attempt failed
  ) STRICT;
  -- With what a sum needs: the bodies are not read for it.
  CREATE INDEX deliveries_by_hook ON deliveries (hook, seq, at, bytes);
  CREATE INDEX deliveries_by_attachment ON deliveries (hook, attachment);
  CREATE INDEX deliveries_by_unit ON deliveries (hook, unit) WHERE unit <> '';
  -- Only what was tried waits for a time; whatever has not been tried is due.
  CREATE INDEX deliveries_by_due ON deliveries (hook, due) WHERE attempts > 0;
  -- What became of a webhook's deliveries, and what a person asked of it.
  CREATE TABLE webhooks (
    hook TEXT PRIMARY KEY,
    delivered INTEGER NOT NULL DEFAULT 0,
    delivered_at INTEGER,
    -- Given up because of the outbox's limits, and not yet acknowledged: how many, and the span that they tell of.
    lost INTEGER NOT NULL DEFAULT 0,
    lost_from INTEGER,
    lost_until INTEGER,
    gone_at INTEGER,            -- when the receiver said that it is gone for good (410)
    asked_at INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;

  -- Labels that were asked for. A job is written before anything is sent to a printer, and stays.
  CREATE TABLE label_jobs (
    id TEXT PRIMARY KEY,
    run TEXT NOT NULL,
    label TEXT NOT NULL,
    copy INTEGER NOT NULL,      -- 1 for the first label of a run; more were asked for
    operator TEXT NOT NULL,
    reason TEXT,                -- why a label is printed again
    asked_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'uncertain', 'printed', 'cancelled')),
    printer TEXT NOT NULL,
    content_hash TEXT,          -- SHA-256 of what was sent
    ended_at INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    due INTEGER NOT NULL,
    fault TEXT                  -- JSON
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX label_jobs_by_run ON label_jobs (run, asked_at);
  CREATE INDEX label_jobs_by_time ON label_jobs (asked_at);
  CREATE INDEX label_jobs_open ON label_jobs (asked_at) WHERE state IN ('waiting', 'sending', 'uncertain');
  `,
  `
  -- How many runs of each combination ended, by local day (kind 0, 20260513) and month (kind 1, 20260500). Kept as
  -- runs get their verdicts: a chart of three years reads some ten thousand rows instead of a million runs.
  CREATE TABLE tallies (
    kind INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    facet INTEGER NOT NULL REFERENCES facets (id),
    phase TEXT NOT NULL,        -- in which a run ended that did not pass; '' for PASS
    runs INTEGER NOT NULL,
    firsts INTEGER NOT NULL,    -- those of them that were first attempts
    PRIMARY KEY (kind, bucket, facet, phase)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO tallies
  SELECT 0, CAST(strftime('%Y%m%d', started_at / 1000, 'unixepoch', 'localtime') AS INTEGER) AS day, facet,
    CASE verdict WHEN 'PASS' THEN '' ELSE coalesce((
      SELECT json_extract(value, '$.phase') FROM json_each(phases)
      WHERE json_extract(value, '$.phase') <> 'finish' ORDER BY key DESC LIMIT 1), '') END AS ended_in,
    count(*), sum(attempt = 1)
  FROM runs JOIN facets ON facets.id = runs.facet WHERE verdict <> '' GROUP BY day, facet, ended_in;
  INSERT INTO tallies SELECT 1, bucket / 100 * 100 AS month, facet, phase, sum(runs), sum(firsts)
  FROM tallies WHERE kind = 0 GROUP BY month, facet, phase;

  -- An order of so many units. Runs of its recipe that end while it is open belong to it.
  CREATE TABLE batches (
    id INTEGER PRIMARY KEY,
    order_number TEXT NOT NULL,
    recipe TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    expects_serials INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    opened_by TEXT NOT NULL,
    closed_at INTEGER,
    closed_by TEXT,
    host TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX batches_open ON batches (recipe) WHERE closed_at IS NULL;
  CREATE TABLE batch_serials (
    batch INTEGER NOT NULL REFERENCES batches (id),
    serial TEXT NOT NULL,
    PRIMARY KEY (batch, serial)
  ) STRICT, WITHOUT ROWID;
  -- The units that were flashed for it, each with the verdict that counts: that of its last run.
  CREATE TABLE batch_units (
    batch INTEGER NOT NULL REFERENCES batches (id),
    unit TEXT NOT NULL,         -- its serial number, or 'run:' and its first run where it has none
    serial TEXT,
    expected INTEGER NOT NULL,  -- 0: its serial number is not on the order's list
    runs INTEGER NOT NULL,
    passes INTEGER NOT NULL,    -- more than one: it was flashed again after it had passed
    last_run TEXT NOT NULL,
    last_at INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    fault_code TEXT NOT NULL,
    PRIMARY KEY (batch, unit)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Which runs were counted for an order. A run may be recorded long after it ended, or by a clock that was set back: only
  -- what was written as it was counted agrees with the counts.
  CREATE TABLE batch_runs (
    batch INTEGER NOT NULL REFERENCES batches (id),
    position INTEGER NOT NULL REFERENCES runs (position),
    facet INTEGER NOT NULL REFERENCES facets (id),
    PRIMARY KEY (batch, position)
  ) STRICT, WITHOUT ROWID;
  -- Ends with the position, as an index of such a table ends with its key.
  CREATE INDEX batch_runs_by_facet ON batch_runs (batch, facet);
  -- As tallies, by day alone: an order takes weeks.
  CREATE TABLE batch_tallies (
    batch INTEGER NOT NULL REFERENCES batches (id),
    bucket INTEGER NOT NULL,
    facet INTEGER NOT NULL REFERENCES facets (id),
    phase TEXT NOT NULL,
    runs INTEGER NOT NULL,
    firsts INTEGER NOT NULL,
    PRIMARY KEY (batch, bucket, facet, phase)
  ) STRICT, WITHOUT ROWID;
  -- Of the orders so far: the runs that ended meanwhile, of units that were counted. None takes longer than two days.
  INSERT INTO batch_runs
  SELECT batches.id, runs.position, runs.facet FROM batches
  JOIN facets ON facets.recipe = batches.recipe AND facets.verdict <> '' AND facets.fault_code <> 'serial-unexpected'
  JOIN runs ON runs.facet = facets.id AND runs.position >= (batches.opened_at - 172800000) * 1000
    AND runs.position < (coalesce(batches.closed_at, 9000000000000) + 1) * 1000
  WHERE runs.ended_at BETWEEN batches.opened_at AND coalesce(batches.closed_at, 9000000000000)
    AND EXISTS (SELECT 1 FROM batch_units WHERE batch_units.batch = batches.id
      AND unit = coalesce(runs.unit_serial, 'run:' || coalesce(runs.first_run, runs.id)));
  INSERT OR IGNORE INTO batch_runs
  SELECT batch, runs.position, runs.facet FROM batch_units JOIN runs ON runs.id = last_run;
  INSERT INTO batch_tallies
  SELECT batch, CAST(strftime('%Y%m%d', started_at / 1000, 'unixepoch', 'localtime') AS INTEGER) AS day, runs.facet,
    CASE verdict WHEN 'PASS' THEN '' ELSE coalesce((
      SELECT json_extract(value, '$.phase') FROM json_each(phases)
      WHERE json_extract(value, '$.phase') <> 'finish' ORDER BY key DESC LIMIT 1), '') END AS ended_in,
    count(*), sum(attempt = 1)
  FROM batch_runs JOIN runs ON runs.position = batch_runs.position JOIN facets ON facets.id = runs.facet
  GROUP BY batch, day, runs.facet, ended_in;
  `,
];

/** Marks a file as Slipway's in SQLite's own header field: "SLIP". */
export const applicationId = 0x534c4950;
