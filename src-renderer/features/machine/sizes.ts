/** Sizes as the command line writes them too. */
export { sizeText } from '../../../src-shared/messages/sizes.js';
