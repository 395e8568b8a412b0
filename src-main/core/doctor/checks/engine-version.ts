import { oldestApi } from '../../docker/api-version.js';
import { fine, problem, warning, type Check } from '../check.js';

/** Whether the engine is new enough. */
export const engineVersion: Check = {
  name: 'engine-version',
  look({ view }) {
    const { fault, version, apiVersion } = view;
    if (view.state === 'ready') {
      return fine('engine-version.ready', {
        version: version ?? '?',
        api: apiVersion ?? '?',
        needed: oldestApi,
      });
    }
    if (fault?.code !== 'engine-too-old') return warning('unknown.no-engine');
    return problem('engine-version.too-old', {
      version: String(fault.params?.['version'] ?? '?'),
      api: String(fault.params?.['offered'] ?? '?'),
      needed: oldestApi,
    });
  },
};
