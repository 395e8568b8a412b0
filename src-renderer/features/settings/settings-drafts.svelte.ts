import { z } from 'zod';
import type { Fault } from '../../../src-shared/model/result.js';
import { settingsSchema, type Settings } from '../../../src-shared/model/station.js';
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

/** Looser than the settings themselves: what the station would refuse is kept as well, so that it can be mended. */
const draftsSchema = z
  .object({
    name: z.string(),
    workspace: z.string(),
    operator: z.string(),
    autoFlash: settingsSchema.shape.autoFlash,
    locale: settingsSchema.shape.locale,
    theme: settingsSchema.shape.theme,
  })
  .partial();

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

  constructor(client: Client, station: StationMirror, storage: DraftStorage) {
    this.#client = client;
    this.#station = station;
    this.#storage = storage;
    for (const [name, value] of Object.entries(readDrafts(storage))) {
      if (value !== undefined) this.#drafts[name as SettingName] = { value };
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
    const parsed = settingsSchema.partial().safeParse({ [name]: value });
    if (!parsed.success) {
      this.#put(name, { value, problem: 'invalid' });
      return;
    }
    this.#put(name, { value, saving: true });
    const reply = await this.#client.call('settings.change', parsed.data);
    if (!this.#isStill(name, value)) return;
    this.#put(name, reply.ok ? {} : { value, problem: reply.error });
  }
}

/** What was typed before the page was loaded anew; of another version of the page only what fits. */
function readDrafts(storage: DraftStorage): z.infer<typeof draftsSchema> {
  try {
    const kept = draftsSchema.safeParse(JSON.parse(storage.getItem(storageKey) ?? '{}'));
    return kept.success ? kept.data : {};
  } catch {
    // Not ours, or cut off: nobody can say what was typed.
    return {};
  }
}
