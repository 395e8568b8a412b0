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

/**
 * The settings as they are being changed. Each field is saved by itself, so that a refusal stands beside
 * the field that it is about; what was typed stays until it is saved or taken back, whatever the station
 * sends in the meantime and whichever screen is shown.
 */
export class SettingsDrafts {
  #drafts: Partial<Record<SettingName, Draft>> = $state({});
  readonly #client: Client;
  readonly #station: StationMirror;

  constructor(client: Client, station: StationMirror) {
    this.#client = client;
    this.#station = station;
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
    this.#drafts[name] = { value };
  }

  takeBack(name: SettingName): void {
    this.#drafts[name] = {};
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
      this.#drafts[name] = { value, problem: 'invalid' };
      return;
    }
    this.#drafts[name] = { value, saving: true };
    const reply = await this.#client.call('settings.change', parsed.data);
    if (!this.#isStill(name, value)) return;
    this.#drafts[name] = reply.ok ? {} : { value, problem: reply.error };
  }
}
