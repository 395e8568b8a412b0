import type { Check } from '../check.js';
import { baseImageTools } from './base-image-tools.js';
import { clockCheck } from './clock.js';
import { engine } from './engine.js';
import { engineAccess } from './engine-access.js';
import { engineBoot } from './engine-boot.js';
import { engineKind } from './engine-kind.js';
import { engineLimits } from './engine-limits.js';
import { engineStorage } from './engine-storage.js';
import { engineVersion } from './engine-version.js';
import { homeFolder } from './home.js';
import { hostPorts } from './host-ports.js';
import { portGrabbers } from './port-grabbers.js';
import { recipes } from './recipes.js';
import { recordsFile } from './records.js';
import { secretsFile } from './secrets.js';
import { retention } from './retention.js';
import { serialAccess } from './serial-access.js';
import { settings } from './settings.js';
import { engineSpace, homeSpace, workspaceSpace } from './space.js';
import { usbControllers } from './usb-controllers.js';
import { workspace } from './workspace.js';

/** All checks in the order in which a person reads them: the engine, the home, the ports, the machine. */
export const allChecks: readonly Check[] = [
  engine,
  engineAccess,
  engineVersion,
  engineKind,
  engineStorage,
  engineLimits,
  engineBoot,
  engineSpace,
  homeFolder,
  homeSpace,
  retention,
  settings,
  secretsFile,
  recordsFile,
  recipes,
  workspace,
  workspaceSpace,
  hostPorts,
  serialAccess,
  portGrabbers,
  usbControllers,
  clockCheck,
  baseImageTools,
];
