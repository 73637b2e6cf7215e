// Read by Oracle's command line tools. Named exports, because this repository is of ES modules throughout.
export const defaultProjectFolder = 'src';
export const commands = {};
