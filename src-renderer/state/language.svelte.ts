import type { MessageKey } from '../../src-shared/messages/catalogue.js';
import { createMessages, type MessageParams } from '../../src-shared/messages/messages.js';
import type { Localized } from '../../src-shared/model/bay.js';
import type { Fault, FaultCode } from '../../src-shared/model/result.js';
import type { Locale } from '../../src-shared/model/station.js';
import { createLocaleFormat } from '../ui/format.js';
import type { StationMirror } from './station.svelte.js';

/** Words, numbers and dates in the station's language; what is drawn with it changes when the language does. */
export class Language {
  readonly #station: StationMirror;
  readonly #fallback: Locale;
  readonly #report: (bug: unknown) => void;
  readonly locale: Locale = $derived.by(() => this.#station.view?.settings.locale ?? this.#fallback);
  readonly #messages = $derived(createMessages(this.locale));
  readonly format = $derived(createLocaleFormat(this.locale));

  /** `systemLanguage` counts until the station has spoken. */
  constructor(station: StationMirror, systemLanguage: string, report: (bug: unknown) => void) {
    this.#station = station;
    this.#report = report;
    this.#fallback = systemLanguage.toLowerCase().startsWith('es') ? 'es' : 'en';
  }

  readonly text = (key: MessageKey, params?: MessageParams): string => this.#messages.text(key, params);
  readonly what = (fault: Fault): string => this.#ofFault('what', fault);
  /** What a code stands for, its values left open. */
  readonly kind = (code: FaultCode): string => this.#messages.kind(code);
  readonly remedy = (fault: Fault): string => this.#ofFault('remedy', fault);
  /** A key that is only known at run time; the key itself where the catalogue has none. */
  readonly lookUp = (key: string, params?: MessageParams): string =>
    this.#messages.lookUp(key, params) ?? key;
  readonly title = (title: Localized): string => title[this.locale];

  /** A fault that lacks a value of its message is a bug, but no reason to show nothing of the station. */
  #ofFault(part: 'what' | 'remedy', fault: Fault): string {
    try {
      return this.#messages[part](fault);
    } catch (error) {
      this.#report(error);
      return part === 'what' ? fault.code : '';
    }
  }
}
