import type { Fault } from '../../../src-shared/model/result.js';
import type { Settings } from '../../../src-shared/model/station.js';
import type { Client } from '../../client/client.js';
import type { StationMirror } from '../../state/station.svelte.js';

export type SettingName = keyof Settings;

/** What is typed into one field and not saved yet, and what the station said to the last attempt. */
interface Draft {
  value?: Settings[SettingName];
  saving?: boolean;
  /** The station's answer, or 'invalid' for what its schema would refuse. */
  problem?: Fault | 'invalid';
}

/** As much of a browser's storage as keeps the drafts over a reload of the page. */
export type DraftStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Its schemas come when something was typed: the first look at the station does not wait for them. */
const loadChecks = () => import('./settings-checks.js');

const storageKey = 'slipway.settings-drafts';

/**
 * The settings as they are being changed. Each field is saved by itself, so that a refusal stands beside
 * the field that it is about; what was typed stays until it is saved or taken back, whatever the station
 * sends in the meantime and whichever screen is shown, also over a reload of the page.
 */
export class SettingsDrafts {
  #drafts: Partial<Record<SettingName, Draft>> = $state({});
  readonly #client: Client;
  readonly #station: StationMirror;
  readonly #storage: DraftStorage;
  /** Resolves when what was typed before the page was loaded anew is there again. */
  readonly restored: Promise<void>;

  constructor(client: Client, station: StationMirror, storage: DraftStorage) {
    this.#client = client;
    this.#station = station;
    this.#storage = storage;
    this.restored = this.#restore(storage.getItem(storageKey));
  }

  async #restore(kept: string | null): Promise<void> {
    if (kept === null) return;
    const { parseDrafts } = await loadChecks();
    for (const [name, value] of Object.entries(parseDrafts(kept))) {
      // What was typed meanwhile is newer.
      if (value !== undefined) this.#drafts[name as SettingName] ??= { value };
    }
  }

  value<Name extends SettingName>(name: Name): Settings[Name] | undefined {
    const draft = this.#drafts[name]?.value as Settings[Name] | undefined;
    return draft ?? this.#station.view?.settings[name];
  }

  isChanged(name: SettingName): boolean {
    const draft = this.#drafts[name];
    return draft?.value !== undefined && draft.value !== this.#station.view?.settings[name];
  }

  isSaving(name: SettingName): boolean {
    return this.#drafts[name]?.saving ?? false;
  }

  problem(name: SettingName): Fault | 'invalid' | undefined {
    return this.#drafts[name]?.problem;
  }

  type<Name extends SettingName>(name: Name, value: Settings[Name]): void {
    this.#put(name, { value });
  }

  takeBack(name: SettingName): void {
    this.#put(name, {});
  }

  #put(name: SettingName, draft: Draft): void {
    this.#drafts[name] = draft;
    const typed = Object.entries(this.#drafts).flatMap(([each, { value }]) =>
      value === undefined ? [] : [[each, value]],
    );
    if (typed.length === 0) this.#storage.removeItem(storageKey);
    else this.#storage.setItem(storageKey, JSON.stringify(Object.fromEntries(typed)));
  }

  /** Whether nothing else was typed since. */
  #isStill(name: SettingName, value: Settings[SettingName]): boolean {
    return this.#drafts[name]?.value === value;
  }

  /** For what is chosen, not typed: saved at once. */
  change<Name extends SettingName>(name: Name, value: Settings[Name]): Promise<void> {
    this.type(name, value);
    return this.save(name);
  }

  /** Resolves when the station has answered. */
  async save(name: SettingName): Promise<void> {
    const draft = this.#drafts[name];
    if (draft?.value === undefined || draft.saving === true) return;
    const { value } = draft;
    this.#put(name, { value, saving: true });
    const { parseChange } = await loadChecks();
    const change = parseChange({ [name]: value });
    if (!this.#isStill(name, value)) return;
    if (change === undefined) {
      this.#put(name, { value, problem: 'invalid' });
      return;
    }
    const reply = await this.#client.call('settings.change', change);
    if (!this.#isStill(name, value)) return;
    this.#put(name, reply.ok ? {} : { value, problem: reply.error });
  }
}
